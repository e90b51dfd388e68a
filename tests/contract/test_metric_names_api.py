"""The metrics of chosen runs are told in one call, and none of a run that may not be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from modelcompose.database.connection import open_database
from modelcompose.hub.hub import open_hub
from modelcompose.hub.tokens import store as tokens
from modelcompose.tracking.plans import keep_plan
from modelcompose.tracking.runs import Runs
from modelcompose.tracking.series.points import batch
from tests.contract.served import served
from tests.unit.tracking.making import a_run, new_database

TRAIN, OTHER, SECRET, BARE, GONE = (f"{number:032x}" for number in range(1, 6))
NAN, INFINITY = float("nan"), float("inf")

Post = Callable[..., Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("hub")
    new_database(home / "hub.db").close()
    runs = Runs(open_database(home / "hub.db"))
    for run_id, project, step in (
        (TRAIN, "flights", "train"),
        (OTHER, "flights", "train"),
        (SECRET, "secret", "train"),
        (BARE, "flights", "prepare"),
    ):
        runs.create(a_run(step, id=run_id, project=project))
    hub = open_hub(home / "hub.db", home)
    with hub.database.write() as connection:
        numbers = dict(connection.rows("SELECT id, number FROM runs"))
        for run_id, logged in LOGGED.items():
            for name, values in logged.items():
                points = batch(
                    [name] * len(values), values, range(len(values)), [1.0] * len(values)
                )
                hub.series.append(connection, numbers[run_id], points)
        keep_plan(
            connection,
            "flights",
            "{}",
            taken_at=1.0,
            objective={"train.val/auc": "max", "evaluate.val/loss": "max", "val/loss": "min"},
            now=1.0,
        )
    hub.close()
    return home


LOGGED: dict[str, dict[str, list[float]]] = {
    TRAIN: {"val/loss": [3.0, 1.0, 2.0], "val/auc": [0.5, NAN], "size": [7.0]},
    OTHER: {"val/loss": [5.0], "<b>": [INFINITY]},
    SECRET: {"hidden": [1.0], "val/loss": [0.0]},
}


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[httpx.Client]:
    with served(home) as address, httpx.Client(base_url=f"{address}/api/v1") as client:
        yield client


@pytest.fixture
def post(client: httpx.Client) -> Post:
    def posting(path: str, status: int = 200, headers: Any = None, **body: Any) -> Any:
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    return posting


def test_each_metric_says_how_many_of_the_runs_have_it(post: Post) -> None:
    found = post("/runs/metrics", runs=[TRAIN, OTHER, BARE, GONE])
    assert found["runs"] == 3
    told = {one["name"]: (one["runs"], one["points"], one["most"]) for one in found["metrics"]}
    assert told == {
        "<b>": (1, 1, 1),
        "size": (1, 1, 1),
        "val/auc": (1, 2, 2),
        "val/loss": (2, 4, 3),
    }


def test_an_objective_says_which_way_is_better(post: Post) -> None:
    found = post("/runs/metrics", runs=[TRAIN, OTHER])
    ways = {one["name"]: one["way"] for one in found["metrics"]}
    assert ways == {"<b>": None, "size": None, "val/auc": "max", "val/loss": "min"}


def test_runs_without_metrics_have_none(post: Post) -> None:
    assert post("/runs/metrics", runs=[BARE])["metrics"] == []
    assert post("/runs/metrics", runs=[GONE]) == {"runs": 0, "metrics": []}


def test_values_come_in_the_order_of_the_runs(post: Post) -> None:
    found = post("/runs/metrics/values", runs=[OTHER, TRAIN], names=["val/loss", "<b>", "none"])
    assert found["runs"] == [OTHER, TRAIN]
    loss, odd, none = found["metrics"]
    assert loss == {
        "name": "val/loss",
        "last": [5.0, 2.0],
        "min": [5.0, 1.0],
        "max": [5.0, 3.0],
        "count": [1, 3],
    }
    assert odd["last"] == ["Infinity", None]
    assert none["count"] == [0, 0]


def test_runs_that_may_not_be_seen_are_left_out(home: Path, post: Post) -> None:
    hub = open_hub(home / "hub.db", home)
    with hub.database.write() as connection:
        _, secret = tokens.create(connection, "ana", {"flights": "reader"}, 1_700_000_000.0)
    hub.close()
    headers = {"authorization": f"Bearer {secret}"}
    found = post("/runs/metrics", headers=headers, runs=[TRAIN, SECRET])
    assert found["runs"] == 1
    assert "hidden" not in {one["name"] for one in found["metrics"]}
    values = post("/runs/metrics/values", headers=headers, runs=[SECRET], names=["hidden"])
    assert values["runs"] == []


def test_too_much_of_it_is_refused(post: Post) -> None:
    assert post("/runs/metrics", 400, runs=[])["code"] == "usage"
    many = [f"{number:032x}" for number in range(1000)]
    names = [str(number) for number in range(101)]
    assert (
        "more than 100,000 values"
        in post("/runs/metrics/values", 400, runs=many, names=names)["message"]
    )
