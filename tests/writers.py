"""Many who log at once, and what of it must be there afterwards."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

BATCH = 50
SHARED = "shared"
"""The metric that all writers of a run log, each at steps of its own."""
_PATIENCE_S = 60.0
_PAGE = 25_000


class Writer(threading.Thread):
    """Logs batches into one run by MLflow's protocol, until it is told to stop.

    Where the hub goes away it waits for the next one, and goes on with the next batch: of the one
    under way nobody knows whether it came through.
    """

    def __init__(self, address: Callable[[], str], run_id: str, place: int, writers: int) -> None:
        """Take where the hub is at any time, the run, and which of how many writers this is."""
        super().__init__(daemon=True)
        self.run_id = run_id
        self.key = f"writer{place}"
        self.acknowledged: list[int] = []
        """Batches."""
        self.uncertain: list[int] = []
        self.refused: list[str] = []
        """Answers that were errors."""
        self._address = address
        self._place, self._writers = place, writers
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End after the batch under way."""
        self._stopping.set()
        self.join(_PATIENCE_S)
        assert not self.is_alive(), f"{self.key} does not end"

    def run(self) -> None:
        """Log."""
        connection = None
        for batch in itertools.count():
            if self._stopping.is_set():
                break
            try:
                connection = connection or _connected(self._address())
                status, told = _posted(connection, "runs/log-batch", self._body(batch))
            except (OSError, http.client.HTTPException):
                self.uncertain.append(batch)
                connection = None
                self._stopping.wait(0.01)
            else:
                if status == http.HTTPStatus.OK:
                    self.acknowledged.append(batch)
                else:
                    self.refused.append(f"{status}: {told[:300]!r}")
        if connection is not None:
            connection.close()

    def shared_step(self, batch: int) -> int:
        """Give the step of a batch's one point of the shared metric."""
        return batch * self._writers + self._place

    def _body(self, batch: int) -> dict[str, Any]:
        now_ms = time.time_ns() // 1_000_000
        steps = range(batch * BATCH, (batch + 1) * BATCH)
        points = [
            {"key": self.key, "value": step / 3, "timestamp": now_ms, "step": step}
            for step in steps
        ]
        own = {"value": float(batch), "timestamp": now_ms, "step": self.shared_step(batch)}
        return {"run_id": self.run_id, "metrics": [*points, {"key": SHARED, **own}]}


def new_runs(address: str, count: int) -> list[str]:
    """Begin runs; give their ids."""
    connection = _connected(address)
    found = []
    for _ in range(count):
        body = {"experiment_id": "0", "start_time": 1_700_000_000_000}
        _, told = _posted(connection, "runs/create", body)
        found.append(json.loads(told)["run"]["info"]["run_id"])
    connection.close()
    return found


def writers_of(address: Callable[[], str], runs: Sequence[str], count: int) -> list[Writer]:
    """Give so many writers, shared out among runs; not started."""
    return [Writer(address, runs[place % len(runs)], place, count) for place in range(count)]


def check(address: str, writers: Sequence[Writer]) -> int:
    """Check that all that was acknowledged is there, once, and nothing else but what may be.

    Returns:
        how many points are there.
    """
    found = 0
    shared: dict[str, Counter[int]] = {}
    for writer in writers:
        assert not writer.refused, writer.refused[:3]
        steps = Counter(logged_steps(address, writer.run_id, writer.key))
        came = {step // BATCH for step in steps}
        lost = set(writer.acknowledged) - came
        assert not lost, f"{writer.key}: batches {sorted(lost)[:5]} are gone"
        assert came <= {*writer.acknowledged, *writer.uncertain}
        assert steps == Counter(step for b in came for step in range(b * BATCH, (b + 1) * BATCH))
        shared.setdefault(writer.run_id, Counter()).update(map(writer.shared_step, came))
        found += steps.total()
    for run_id, wanted in shared.items():
        assert Counter(logged_steps(address, run_id, SHARED)) == wanted
        found += wanted.total()
    return found


def logged_steps(address: str, run_id: str, key: str) -> list[int]:
    """Read the steps of a metric's whole history."""
    return [step for page in pages(address, run_id, key) for step in page]


def pages(address: str, run_id: str, key: str, size: int = _PAGE) -> Iterator[list[int]]:
    """Read the steps of a metric's history page by page; without end where others log faster."""
    path = f"metrics/get-history?run_id={run_id}&metric_key={key}&max_results={size}"
    token = ""
    with closing(_connected(address)) as connection:
        while True:
            connection.request("GET", f"/api/2.0/mlflow/{path}&page_token={token}")
            told = json.loads(connection.getresponse().read())
            yield [point["step"] for point in told.get("metrics", ())]
            token = told.get("next_page_token", "")
            if not token:
                return


def _connected(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE_S)


def _posted(
    connection: http.client.HTTPConnection, path: str, body: dict[str, Any]
) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"}
    connection.request("POST", f"/api/2.0/mlflow/{path}", json.dumps(body).encode(), headers)
    answer = connection.getresponse()
    return answer.status, answer.read()
