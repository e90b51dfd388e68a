"""The hub as a process: how it starts, and what it keeps when it is killed."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from tests import hub_server

KILLS = 5


class Caller:
    """One connection to a hub."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._ask("POST", path, json.dumps(body).encode())

    def get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, None)

    def _ask(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        self._connection.request(method, f"/api/2.0/mlflow/{path}", body)
        answer = self._connection.getresponse()
        data = answer.read()
        assert answer.status == 200, data
        found: dict[str, Any] = json.loads(data)
        return found

    def close(self) -> None:
        self._connection.close()


def new_run(caller: Caller) -> str:
    made: str = caller.post("runs/create", {"experiment_id": "0"})["run"]["info"]["run_id"]
    return made


def ingest(address: str, run_id: str, first: int, acknowledged: list[int]) -> None:
    """Log ten points a call until the hub is gone; keep which were acknowledged."""
    caller = Caller(address)
    step = first
    try:
        while True:
            points = [
                {"key": "loss", "value": each / 3, "timestamp": 1000 + each, "step": each}
                for each in range(step, step + 10)
            ]
            caller.post("runs/log-batch", {"run_id": run_id, "metrics": points})
            acknowledged += range(step, step + 10)
            step += 10
    except (OSError, http.client.HTTPException):
        return
    finally:
        caller.close()


@pytest.mark.timeout(300)
def test_every_acknowledged_point_outlives_a_kill(tmp_path: Path) -> None:
    hub = hub_server.start(tmp_path)
    with closing(Caller(hub.address)) as caller:
        run_id = new_run(caller)
    acknowledged: list[int] = []
    for _ in range(KILLS):
        before = len(acknowledged)
        writer = threading.Thread(
            target=ingest,
            args=(hub.address, run_id, max(acknowledged, default=-1) + 1_000, acknowledged),
        )
        writer.start()
        while len(acknowledged) < before + 300:
            assert writer.is_alive()
            time.sleep(0.001)
        hub.process.kill()
        hub_server.stop(hub)
        writer.join()
        hub = hub_server.start(tmp_path)
    try:
        with closing(Caller(hub.address)) as caller:
            history = caller.get(f"metrics/get-history?run_id={run_id}&metric_key=loss")
            found = caller.get(f"runs/get?run_id={run_id}")["run"]
    finally:
        hub_server.stop(hub)
    points = {point["step"]: point["value"] for point in history["metrics"]}
    assert len(points) == len(history["metrics"])
    assert set(acknowledged) <= points.keys()
    assert all(value == step / 3 for step, value in points.items())
    assert found["data"]["metrics"][0]["step"] == max(points)


def test_many_writers_of_one_run_lose_nothing(tmp_path: Path) -> None:
    with hub_server.running(tmp_path) as hub:
        with closing(Caller(hub.address)) as caller:
            run_id = new_run(caller)

        def write(number: int) -> None:
            with closing(Caller(hub.address)) as caller:
                for start in range(0, 200, 20):
                    points = [
                        {"key": f"m{number % 4}", "value": 1.0, "timestamp": number, "step": step}
                        for step in range(start, start + 20)
                    ]
                    caller.post("runs/log-batch", {"run_id": run_id, "metrics": points})

        writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        with closing(Caller(hub.address)) as caller:
            for name in range(4):
                history = caller.get(f"metrics/get-history?run_id={run_id}&metric_key=m{name}")
                assert len(history["metrics"]) == 400


def test_it_starts_at_once_and_stays_small(tmp_path: Path) -> None:
    with hub_server.running(tmp_path):
        pass  # the tables are made
    with hub_server.running(tmp_path) as hub:
        process = psutil.Process(hub.process.pid)
        spent = process.cpu_times()
        assert spent.user + spent.system < 1.0
        assert process.memory_info().rss < 120e6


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    hub = hub_server.start(tmp_path)
    hub_server.stop(hub)
    assert "Traceback" not in hub.errors.read_text()
    assert not list(tmp_path.glob("hub.db-wal")), "what it wrote is in the database itself"


def test_on_every_address_it_says_that_others_need_a_token_and_names_no_address_to_call(
    tmp_path: Path,
) -> None:
    words = [sys.executable, "-m", "modelcompose", "hub", "--host", "0.0.0.0", "--port", "0"]
    environment = {**os.environ, "MODELCOMPOSE_HOME": str(tmp_path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(words, env=environment, stdout=pipe, stderr=pipe, text=True) as hub:
        assert hub.stdout is not None
        assert hub.stderr is not None
        assert hub.stdout.readline().startswith("http://0.0.0.0:")
        first, second = hub.stderr.readline(), hub.stderr.readline()
        hub.terminate()
    assert first == "hub: listening on every address of this machine, Ctrl-C ends it\n"
    assert "need a token: modelcompose hub token create NAME" in second


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with hub_server.running(tmp_path) as hub:
        port = str(urlsplit(hub.address).port)
        second = subprocess.run(
            [sys.executable, "-m", "modelcompose", "hub", "--port", port],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 2
    assert f"127.0.0.1:{port}: cannot be listened on" in second.stderr
    assert "hint: choose another port" in second.stderr
