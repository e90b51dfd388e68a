"""Series over HTTP at the edges: infinities, the largest steps, ties, ranges beyond all points."""

from __future__ import annotations

import math
from typing import Any

import pytest

from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub
from modelcompose.tracking.series.points import batch
from tests.asgi import Caller

MLFLOW = "/api/2.0/mlflow"
LARGEST = 2**63 - 1


@pytest.fixture
def caller(hub: Hub) -> Caller:
    return Caller(create_app(hub))


@pytest.fixture
def run(caller: Caller) -> str:
    made: str = caller.post(f"{MLFLOW}/runs/create", json={"experiment_id": "0"}).json()["run"][
        "info"
    ]["run_id"]
    return made


def log(caller: Caller, run: str, name: str, *points: tuple[float | str, int, int]) -> None:
    """Log points as value, milliseconds and step."""
    metrics = [
        {"key": name, "value": value, "timestamp": ms, "step": step} for value, ms, step in points
    ]
    answer = caller.post(f"{MLFLOW}/runs/log-batch", json={"run_id": run, "metrics": metrics})
    assert answer.status_code == 200, answer.text


def chart(caller: Caller, run: str, name: str, **asked: Any) -> dict[str, Any]:
    answer = caller.get("/api/v1/series", params={"run": run, "name": name, **asked})
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["series"]
    told: dict[str, Any] = found
    return told


def history(caller: Caller, run: str, name: str, **asked: Any) -> list[dict[str, Any]]:
    """Read all pages."""
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        params = {"run_id": run, "metric_key": name, "page_token": token, **asked}
        page = caller.get(f"{MLFLOW}/metrics/get-history", params=params).json()
        found += page.get("metrics", [])
        token = page.get("next_page_token", "")
        if not token:
            return found


def test_infinities_are_told_apart_from_what_is_no_number(caller: Caller, run: str) -> None:
    log(caller, run, "loss", ("NaN", 1, -2), ("Infinity", 2, -1), ("-Infinity", 3, 0), (0.5, 4, 1))
    points = chart(caller, run, "loss")["points"]
    assert points["values"] == [None, "Infinity", "-Infinity", 0.5]
    buckets = chart(caller, run, "loss", width=2)["buckets"]
    assert buckets["highs"] == ["Infinity", 0.5]
    assert buckets["lows"] == ["Infinity", "-Infinity"]
    logged = caller.get(f"/api/v1/runs/{run}/points", params={"name": "loss"}).json()
    assert logged["values"] == [None, "Infinity", "-Infinity", 0.5]


def test_the_largest_step_leaves_a_run_readable_for_mlflows_client(
    caller: Caller, run: str
) -> None:
    log(caller, run, "loss", (1.0, 1, LARGEST), (2.0, 2, -LARGEST - 1))
    (latest,) = caller.get(f"{MLFLOW}/runs/get", params={"run_id": run}).json()["run"]["data"][
        "metrics"
    ]
    assert latest["step"] == LARGEST
    assert [point["step"] for point in history(caller, run, "loss")] == [LARGEST, -LARGEST - 1]


@pytest.mark.parametrize("beyond", [{"start": 100}, {"end": -100}, {"start": 50, "end": 60}])
def test_a_range_without_points_has_none(
    caller: Caller, run: str, beyond: dict[str, float]
) -> None:
    log(caller, run, "loss", (1.0, 1, 0), (2.0, 2, 10))
    assert chart(caller, run, "loss", **beyond)["count"] == 0


def test_pages_end_between_points_of_one_time_and_step(caller: Caller, run: str) -> None:
    values: list[float | str] = ["NaN", "-Infinity", 0.0, 1.0, "Infinity"]
    log(caller, run, "loss", *[(value, 5, step) for step in (1, 0) for value in values])
    found = history(caller, run, "loss", max_results=3)
    assert [point["step"] for point in found] == [0] * 5 + [1] * 5
    assert [point["value"] for point in found[:5]] == ["-Infinity", "NaN", 0.0, 1.0, "Infinity"]


def test_a_chart_zoomed_in_has_the_very_points(hub: Hub, caller: Caller, run: str) -> None:
    count = 40_000
    values = [math.sin(i) for i in range(count)]
    with hub.database.write() as connection:
        row = connection.row("SELECT number FROM runs WHERE id = ?", (run,))
        assert row is not None
        steps, times = range(-count // 2, count // 2), [1.7e9 + i / 10 for i in range(count)]
        hub.series.append(connection, row[0], batch(["loss"] * count, values, steps, times))
    before = chart(caller, run, "loss", width=500)["buckets"]
    hub.series.compact(row[0], is_idle=True)
    after = chart(caller, run, "loss", width=500)["buckets"]
    assert after.pop("means") == pytest.approx(before.pop("means"), abs=1e-12)
    assert after == before
    zoomed = chart(caller, run, "loss", start=-3, end=3, width=10)["points"]
    first = count // 2 + int(zoomed["steps"][0])
    assert set(range(-3, 4)) <= set(zoomed["steps"])
    assert zoomed["values"] == values[first : first + len(zoomed["values"])]


def test_a_sample_has_the_first_and_the_last_point(caller: Caller, run: str) -> None:
    log(caller, run, "loss", *[(float(step), 1000 - step, step) for step in range(100)])
    params = {"run_ids": run, "metric_key": "loss", "max_results": 7}
    path = f"{MLFLOW}/metrics/get-history-bulk-interval"
    steps = [point["step"] for point in caller.get(path, params=params).json()["metrics"]]
    assert len(steps) == 7
    assert (steps[0], steps[-1]) == (0, 99)
    cut = caller.get(path, params={**params, "start_step": 10, "end_step": 12}).json()["metrics"]
    assert [point["step"] for point in cut] == [10, 11, 12]
