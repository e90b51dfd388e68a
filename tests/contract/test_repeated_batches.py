"""A client that had no answer sends the same again: as with MLflow, that changes nothing."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from modelcompose.database.database import Database
from modelcompose.tracking.series.repeats import KEPT_S
from modelcompose.tracking.series.store import SeriesStore
from tests import hub_server
from tests.hub_server import RunningHub
from tests.workbench import wait_until

POINTS = [
    {"key": key, "value": value, "timestamp": 1_700_000_000_000 + step, "step": step}
    for step in range(300)
    for key, value in (("loss", 1 / (step + 1)), ("odd", "NaN"))
]


@pytest.fixture
def hub(tmp_path: Path, database_url: str) -> Iterator[RunningHub]:
    with hub_server.running(tmp_path, database_url) as hub:
        yield hub


def ask(hub: RunningHub, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{hub.address}/api/2.0/mlflow/{path}", data)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def a_run(hub: RunningHub) -> str:
    _, made = ask(hub, "runs/create", {"experiment_id": "0", "start_time": 1})
    return str(made["run"]["info"]["run_id"])


def log(hub: RunningHub, run: str, points: list[dict[str, Any]], **more: Any) -> int:
    return ask(hub, "runs/log-batch", {"run_id": run, "metrics": points, **more})[0]


def history(hub: RunningHub, run: str, key: str = "loss") -> list[int]:
    _, told = ask(hub, f"metrics/get-history?run_id={run}&metric_key={key}&max_results=25000")
    return [int(point["step"]) for point in told.get("metrics", [])]


def summary(hub: RunningHub, run: str, name: str = "loss") -> dict[str, Any]:
    with urllib.request.urlopen(f"{hub.address}/api/v1/runs/{run}", timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)["metrics"][name]
    return found


def folded(database_url: str) -> list[int]:
    with closing(Database.at(database_url)) as database, database.read() as connection:
        return [row[0] for row in connection.rows("SELECT folded FROM series_log")]


def test_a_batch_that_comes_again_is_logged_once(hub: RunningHub) -> None:
    run, other = a_run(hub), a_run(hub)
    assert log(hub, run, POINTS) == 200
    once = summary(hub, run)
    assert log(hub, run, [{**POINTS[0], "step": 300}]) == 200
    assert log(hub, run, POINTS) == 200
    assert log(hub, other, POINTS) == 200
    assert sorted(history(hub, run)) == list(range(301))
    assert len(history(hub, run, "odd")) == len(history(hub, other)) == 300
    assert summary(hub, other) == once
    assert summary(hub, run)["count"] == 301


def test_a_point_that_comes_again_is_logged_once(hub: RunningHub) -> None:
    run = a_run(hub)
    for _ in range(2):
        assert ask(hub, "runs/log-metric", {"run_id": run, **POINTS[0]})[0] == 200
    assert ask(hub, "runs/log-metric", {"run_id": run, **POINTS[0], "value": 7.0})[0] == 200
    assert history(hub, run) == [0, 0]


def test_what_was_refused_is_logged_when_it_comes_again(hub: RunningHub) -> None:
    run = a_run(hub)
    params = [{"key": "p", "value": "1"}]
    assert log(hub, run, [], params=params) == 200
    wrong = [{"key": "a" * 300, "value": "1"}]
    assert log(hub, run, POINTS, params=params, tags=wrong) == 400
    assert log(hub, run, POINTS, params=params) == 200
    assert len(history(hub, run)) == 300


def test_a_batch_is_known_after_a_kill_and_after_its_points_have_moved(
    tmp_path: Path, database_url: str
) -> None:
    hub = hub_server.start(tmp_path, database_url)
    run = a_run(hub)
    assert log(hub, run, POINTS) == 200
    hub.process.send_signal(signal.SIGKILL)
    hub.process.wait(60)
    hub_server.stop(hub)
    with hub_server.running(tmp_path, database_url) as again:
        wait_until(lambda: folded(database_url) == [1], "the compaction of what was logged")
        assert log(again, run, POINTS) == 200
        assert len(history(again, run)) == 300


def test_what_nobody_sends_again_is_forgotten(hub: RunningHub, database_url: str) -> None:
    assert log(hub, a_run(hub), POINTS) == 200
    with closing(Database.at(database_url)) as database:
        with database.write() as connection:
            connection.execute("UPDATE logged_batches SET logged_at = logged_at - ?", (KEPT_S,))
        SeriesStore(database).tidy()
        with database.read() as connection:
            assert connection.rows("SELECT run FROM logged_batches") == []
