"""The graph of a project as the hub gives it, joined with what it knows of runs and models."""

from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.project import ModelMount
from modelcompose.errors import NotFound
from modelcompose.hub.api.graph import ProjectGraph, endpoints
from modelcompose.hub.api.graph_nodes import GraphNode
from modelcompose.hub.api.projects import Named, PlanOf
from modelcompose.hub.api.projects import endpoints as project_endpoints
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.tokens.principal import Principal, caller
from modelcompose.pipeline.model_mounts.marking import mark
from modelcompose.pipeline.model_mounts.places import Mounted
from modelcompose.registry.models import create_model
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version
from modelcompose.tracking.plan_document import (
    Edge,
    Place,
    Plan,
    PlannedData,
    PlannedModel,
    PlannedService,
    PlannedStep,
    Serving,
)
from modelcompose.tracking.plans import keep_plan
from modelcompose.tracking.run import Metric
from modelcompose.tracking.runs import Runs
from tests.unit.tracking.making import FOLDER, a_run, digest

NOW = 1_700_000_000.0


@pytest.fixture
def runs(hub: Hub) -> Runs:
    from modelcompose.database.connection import open_database

    return Runs(open_database(hub.home / "hub.db"))


def plan(**fields: Any) -> Plan:
    steps = [
        PlannedStep(
            "prepare",
            "skip",
            "fresh",
            run="1" * 32,
            outputs=[Place("data/clean", "folder", digest("a"), 7)],
        ),
        PlannedStep("train", "run", "stale", "LR: 0.1 → 0.2", ["prepare"], params=["LR"]),
    ]
    known: dict[str, Any] = {
        "taken_at": NOW,
        "steps": steps,
        "services": ["api"],
        "host": "box",
        "folder": FOLDER,
        "details": [
            PlannedService("api", "nginx", ports=["8080→80"], state="running", health="healthy"),
            PlannedService("train", "python", is_step=True, profiles=["train"]),
        ],
        "data": [PlannedData("data/raw", digest=digest("b"), size_bytes=3)],
        "models": [PlannedModel("delay", "models", served_by=[Serving("api", "champion")])],
        "edges": [
            Edge("data:data/raw", "step:prepare", "reads"),
            Edge("step:prepare", "data:data/clean", "writes"),
            Edge("data:data/clean", "step:train", "reads"),
            Edge("model:delay", "service:api", "serves"),
            Edge("step:gone", "step:train", "after"),
        ],
    }  # fmt: skip
    return Plan(**{**known, **fields})


def tell(hub: Hub, told: Plan) -> None:
    (setting,) = (e for e in project_endpoints() if e.method == "PUT")
    setting.handle(hub, PlanOf("flights", body=told))


def ask(hub: Hub, project: str = "flights") -> ProjectGraph:
    (endpoint,) = endpoints()
    found: ProjectGraph = endpoint.handle(hub, Named(project))
    return found


def nodes(hub: Hub) -> dict[str, GraphNode]:
    return {node.id: node for node in ask(hub).nodes}


def test_all_that_was_told_is_there_as_of_then(hub: Hub) -> None:
    tell(hub, plan())
    found = ask(hub)
    assert (found.is_live, found.as_of, found.host) == (False, NOW, "box")
    assert found.reason
    by_id = {node.id: node for node in found.nodes}
    assert by_id.keys() == {
        "step:prepare", "step:train", "service:api", "data:data/raw", "data:data/clean",
        "model:delay",
    }  # fmt: skip
    assert by_id["step:train"].cause == "LR: 0.1 → 0.2"
    assert by_id["step:train"].profiles == ["train"]
    assert by_id["service:api"].health == "healthy"
    clean = by_id["data:data/clean"]
    assert (clean.digest, clean.size_bytes, clean.state) == (digest("a"), 7, "fresh")
    assert by_id["data:data/raw"].digest == digest("b")


def test_edges_that_lead_nowhere_are_left_out(hub: Hub) -> None:
    tell(hub, plan())
    assert len(ask(hub).edges) == 4


def test_a_plan_of_an_older_program_is_drawn_of_what_it_holds(hub: Hub) -> None:
    old = (
        '{"taken_at":5.0,"steps":[{"name":"a","action":"skip","state":"fresh"},'
        '{"name":"b","action":"run","after":["a"]}],"services":["db"]}'
    )
    with hub.database.write() as connection:
        keep_plan(connection, "flights", old, taken_at=5.0, objective={}, now=6.0)
    found = ask(hub)
    assert [node.id for node in found.nodes] == ["step:a", "step:b", "service:db"]
    assert [(e.source, e.target, e.kind) for e in found.edges] == [("step:a", "step:b", "after")]


@pytest.mark.parametrize("document", ['{"taken_at": 5.0}', '{"taken_at": "x"', "[]"])
def test_a_plan_that_cannot_be_read_is_none(hub: Hub, document: str) -> None:
    with hub.database.write() as connection:
        keep_plan(connection, "flights", document, taken_at=5.0, objective={}, now=6.0)
    assert ask(hub).as_of is None


def test_a_project_without_a_plan_has_an_empty_picture(hub: Hub, runs: Runs) -> None:
    runs.create(a_run())
    found = ask(hub)
    assert (found.as_of, found.nodes) == (None, [])


def test_a_project_that_nobody_knows_is_none(hub: Hub) -> None:
    with pytest.raises(NotFound):
        ask(hub, "none")


def test_a_step_that_runs_is_shown_so_with_what_earlier_runs_took(hub: Hub, runs: Runs) -> None:
    tell(hub, plan())
    for took in (10.0, 30.0, 20.0):
        runs.create(a_run(status="succeeded", started_at=NOW - 500, ended_at=NOW - 500 + took))
    runs.create(a_run(status="failed", started_at=NOW - 400, ended_at=NOW - 399))
    going = a_run(
        created_at=NOW + 1,
        started_at=NOW + 1,
        attempt=2,
        metrics={"loss": Metric(0.3, 0.3, 0.9, 7)},
    )
    runs.create(going)
    train = nodes(hub)["step:train"]
    assert train.state == "running"
    assert train.going is not None
    assert (train.going.id, train.going.attempt, train.going.expected_s) == (going.id, 2, 20.0)
    assert [(m.name, m.value) for m in train.going.metrics] == [("loss", 0.3)]
    assert len(train.recent) == 4


@pytest.mark.parametrize(("status", "state"), [("succeeded", "fresh"), ("killed", "failed")])
def test_a_run_that_ended_since_then_counts_more(
    hub: Hub, runs: Runs, status: str, state: str
) -> None:
    tell(hub, plan())
    runs.create(a_run(status=status, created_at=NOW + 1, started_at=NOW + 1, ended_at=NOW + 9))
    assert nodes(hub)["step:train"].state == state


def test_a_run_in_another_clone_changes_nothing_of_this_one(hub: Hub, runs: Runs) -> None:
    tell(hub, plan())
    runs.create(a_run(folder="/clone", status="failed", started_at=NOW, ended_at=NOW + 9))
    train = nodes(hub)["step:train"]
    assert train.state == "stale"
    assert [run.status for run in train.recent] == ["failed"]
    runs.create(a_run(status="succeeded", created_at=NOW - 9, ended_at=NOW - 5))
    assert [run.status for run in nodes(hub)["step:train"].recent] == ["succeeded"]


def test_a_plan_shows_no_runs_of_another_project_in_the_folder_it_names(
    hub: Hub, runs: Runs
) -> None:
    runs.create(a_run("train", project="secret", status="failed", error="theirs", ended_at=NOW + 9))
    tell(hub, plan())
    train = nodes(hub)["step:train"]
    assert (train.recent, train.state) == ([], "stale")


def test_models_that_a_caller_may_not_see_are_not_named_by_who_serves_them(
    hub: Hub, runs: Runs
) -> None:
    theirs = a_run("train", project="secret")
    runs.create(theirs)
    source = Source("models:/x", "mlflow-artifacts:/1/x", run=theirs.id)
    with hub.database.write() as connection:
        model = create_model(connection, "hidden", 1.0)
        version = create_version(connection, model, source, 2.0)
        mounted = Mounted("api", ModelMount("hidden", "champion", "models"))
        mark(connection, "flights", mounted, version, 3.0)
    tell(hub, plan())
    reset = caller.set(Principal("id", {"flights": "reader"}))
    try:
        served = [one.model for one in nodes(hub)["service:api"].serves]
    finally:
        caller.reset(reset)
    assert served == ["delay"]


def test_models_are_joined_with_the_registry_and_services_with_what_they_hold(hub: Hub) -> None:
    tell(hub, plan())
    mounted = Mounted("api", ModelMount("delay", "champion", "models/served"))
    with hub.database.write() as connection:
        model = create_model(connection, "delay", 1.0)
        version = create_version(connection, model, Source("s3://b", "s3://b"), 2.0)
        mark(connection, "flights", mounted, version, 3.0)
    found = nodes(hub)
    assert found["model:delay"].last_version == 1
    (served,) = found["service:api"].serves
    assert (served.model, served.version, served.reference) == ("delay", 1, "champion")


def test_the_graph_of_a_project_that_may_not_be_seen_is_refused(hub: Hub) -> None:
    tell(hub, plan())
    reset = caller.set(Principal("t", {"other": "admin"}))
    try:
        with pytest.raises(MlflowError):
            ask(hub)
    finally:
        caller.reset(reset)


def test_a_plan_with_a_picture_is_kept_as_it_was_told(hub: Hub) -> None:
    tell(hub, plan())
    (reading,) = (e for e in project_endpoints() if e.path.endswith("/plan") and e.method == "GET")
    assert b'"edges"' in reading.handle(hub, Named("flights"))
