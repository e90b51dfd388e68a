"""Home: the projects with what changed last."""

from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.project import ModelMount
from modelcompose.hub.api.home import Home, HomeOf, endpoints
from modelcompose.hub.api.home_reading import HomeProject
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import Principal, caller
from modelcompose.pipeline.model_mounts.marking import mark
from modelcompose.pipeline.model_mounts.places import Mounted
from modelcompose.registry.aliases import set_alias
from modelcompose.registry.models import create_model
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version
from modelcompose.tracking.plans import keep_plan
from modelcompose.tracking.run import Metric
from modelcompose.tracking.runs import Runs
from tests.unit.tracking.making import a_run

NOW = 1_700_000_000.0


@pytest.fixture
def runs(hub: Hub) -> Runs:
    from modelcompose.database.connection import open_database

    return Runs(open_database(hub.home / "hub.db"))


def home(hub: Hub, **asked: Any) -> Home:
    (endpoint,) = endpoints()
    found: Home = endpoint.handle(hub, HomeOf(**asked))
    return found


def only(hub: Hub) -> HomeProject:
    (found,) = home(hub).projects
    return found


def tell(hub: Hub, project: str, document: str, at: float, **objective: str) -> None:
    with hub.database.write() as connection:
        keep_plan(connection, project, document, taken_at=at, objective=objective, now=at)


def test_nothing_is_there_before_something_was_recorded(hub: Hub) -> None:
    assert home(hub).projects == []


def test_the_newest_come_first_and_the_pinned_before_them(hub: Hub, runs: Runs) -> None:
    for place, name in enumerate("abc"):
        runs.create(a_run(project=name, created_at=2e9 + place))
    assert [one.name for one in home(hub).projects] == ["c", "b", "a"]
    found = home(hub, pinned=["a", "gone"]).projects
    assert [(one.name, one.is_pinned) for one in found] == [
        ("a", True),
        ("c", False),
        ("b", False),
    ]


def test_pages_and_names_are_chosen(hub: Hub, runs: Runs) -> None:
    for place in range(5):
        runs.create(a_run(project=f"p{place}", created_at=2e9 - place))
    found = home(hub, offset=1, limit=2)
    assert ([one.name for one in found.projects], found.total) == (["p1", "p2"], 5)
    assert [one.name for one in home(hub, filter="P3").projects] == ["p3"]


def test_only_what_may_be_seen_is_there(hub: Hub, runs: Runs) -> None:
    for name in ("open", "closed"):
        runs.create(a_run(project=name))
    reset = caller.set(Principal("t", {"open": "reader"}))
    try:
        found = home(hub, pinned=["closed"])
    finally:
        caller.reset(reset)
    assert ([one.name for one in found.projects], found.total) == (["open"], 1)


def test_runs_that_go_on_are_told_with_what_earlier_ones_took(hub: Hub, runs: Runs) -> None:
    runs.create(a_run(status="succeeded", started_at=NOW, ended_at=NOW + 8))
    runs.create(a_run(created_at=NOW + 10, metrics={"loss": Metric(0.5, 0.5, 0.9, 3)}))
    found = only(hub)
    (going,) = found.running
    assert (going.step, going.expected_s, found.running_count) == ("train", 8.0, 1)
    assert going.metrics[0].name == "loss"
    assert found.last is not None
    assert found.last.status == "succeeded"
    assert found.recent == ["succeeded", "running"]


def test_a_step_fails_until_its_next_run_goes_well(hub: Hub, runs: Runs) -> None:
    runs.create(a_run(status="failed", error="exit code 1", ended_at=NOW + 1))
    (failing,) = only(hub).failing
    assert (failing.step, failing.state, failing.cause) == ("train", "failed", "exit code 1")
    runs.create(a_run(status="succeeded", created_at=NOW + 5, ended_at=NOW + 6))
    assert only(hub).failing == []


def test_what_the_plan_says_since_then_counts_more(hub: Hub, runs: Runs) -> None:
    runs.create(a_run(status="failed", ended_at=NOW + 1))
    told = (
        '{"taken_at":%s,"steps":[{"name":"train","action":"run","state":"stale"},'
        '{"name":"test","action":"run","state":"blocked","cause":"data is missing"}]}'
    )
    tell(hub, "flights", told % (NOW + 10), NOW + 10)
    found = only(hub)
    assert [(one.step, one.cause) for one in found.failing] == [("test", "data is missing")]
    assert found.steps == {"stale": 1, "blocked": 1}
    assert found.planned_at == NOW + 10


def test_the_objective_is_drawn_over_the_newest_runs(hub: Hub, runs: Runs) -> None:
    tell(hub, "flights", '{"taken_at":1.0,"steps":[]}', 1.0, **{"evaluate.auc": "max"})
    for place, auc in enumerate((0.5, float("nan"), 0.7)):
        metrics = {"auc": Metric(auc, auc, auc)}
        runs.create(a_run("evaluate", status="succeeded", created_at=NOW + place, metrics=metrics))
    runs.create(
        a_run("train", status="succeeded", created_at=NOW + 9, metrics={"auc": Metric(1, 1, 1)})
    )
    spark = only(hub).spark
    assert spark is not None
    assert (spark.metric, spark.way, spark.values) == ("evaluate.auc", "max", [0.5, 0.7])


def test_new_versions_moves_and_who_serves_them_are_told(hub: Hub, runs: Runs) -> None:
    run = a_run(status="succeeded")
    runs.create(run)
    told = '{"taken_at":1.0,"steps":[],"services":["api"]}'
    tell(hub, "flights", told, 1.0)
    with hub.database.write() as connection:
        model = create_model(connection, "delay", 1.0)
        version = create_version(connection, model, Source("s3://b", "s3://b", run=run.id), NOW)
        set_alias(connection, model, "champion", version, NOW + 1)
        mounted = Mounted("api", ModelMount("delay", "champion", "served"))
        mark(connection, "flights", mounted, version, NOW + 2)
    found = only(hub)
    assert [(one.kind, one.model, one.version) for one in found.models] == [
        ("alias", "delay", 1),
        ("version", "delay", 1),
    ]
    (served,) = found.deployments
    assert (served.service, served.serves[0].model, served.serves[0].version) == ("api", "delay", 1)


def test_a_project_whose_plan_cannot_be_read_is_there_all_the_same(hub: Hub) -> None:
    tell(hub, "flights", "[1]", 5.0)
    assert only(hub).steps == {}
