"""Searches for experiments and runs over MLflow's protocol."""

from __future__ import annotations

from msgspec import Struct
from starlette.routing import Route

from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.messages import (
    ExperimentMessage,
    RunMessage,
    ViewType,
    experiment_message,
)
from modelcompose.hub.mlflow.run_messages import read_runs
from modelcompose.tracking.experiments import read_experiments_numbered
from modelcompose.tracking.limits import Int64, check_page_size, experiment_number
from modelcompose.tracking.query.dialects import Clause
from modelcompose.tracking.query.fields import Field, Pairs, Subject
from modelcompose.tracking.query.search import View, compose, find, in_experiments

_PAGE = 1000
_VIEWS: dict[ViewType, View] = {
    "ACTIVE_ONLY": "active",
    1: "active",
    "DELETED_ONLY": "deleted",
    2: "deleted",
    "ALL": "all",
    3: "all",
}
_EXPERIMENT_VIEWS: dict[View, list[Clause]] = {
    "active": [("experiments.deleted_at IS NULL", [])],
    "deleted": [("experiments.deleted_at IS NOT NULL", [])],
    "all": [],
}
_EXPERIMENTS = Subject(
    table="experiments",
    key="experiments.number",
    newest="experiments.created_at",
    fields={
        "name": Field("text", "experiments.name"),
        "experiment_id": Field("number", "experiments.number"),
        "creation_time": Field("time", "experiments.created_at"),
        "last_update_time": Field("time", "experiments.updated_at"),
    },
    pairs={"tags": Pairs("experiment_tags", "experiment")},
    word="an experiment",
)


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    both = ("GET", "POST")
    return [
        call(hub, "/mlflow/runs/search", _runs, _Runs, is_long=True),
        call(
            hub,
            "/mlflow/experiments/search",
            _experiments,
            _Experiments,
            methods=both,
            is_long=True,
        ),
    ]


class _Runs(Struct):
    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: ViewType = "ACTIVE_ONLY"
    max_results: Int64 = _PAGE
    order_by: list[str] = []
    page_token: str = ""


class _RunsFound(Struct, omit_defaults=True):
    runs: list[RunMessage] = []
    next_page_token: str = ""


class _Experiments(Struct):
    filter: str = ""
    view_type: ViewType = "ACTIVE_ONLY"
    max_results: Int64 = _PAGE
    order_by: list[str] = []
    page_token: str = ""


class _ExperimentsFound(Struct, omit_defaults=True):
    experiments: list[ExperimentMessage] = []
    next_page_token: str = ""


def _runs(hub: Hub, asked: _Runs) -> _RunsFound:
    check_page_size(asked.max_results)
    numbers = [experiment_number(each) for each in asked.experiment_ids]
    known = [each for each in numbers if each is not None]
    query = compose(
        hub.database.dialect,
        hub.clock(),
        text=asked.filter,
        keys=asked.order_by,
        clauses=in_experiments(known, _VIEWS[asked.run_view_type]),
        place="order_by",
    )
    if not known:
        return _RunsFound()
    with hub.database.read() as connection:
        found = find(connection, query, asked.max_results, asked.page_token or None)
        return _RunsFound(read_runs(connection, found.numbers), found.token or "")


def _experiments(hub: Hub, asked: _Experiments) -> _ExperimentsFound:
    check_page_size(asked.max_results)
    query = compose(
        hub.database.dialect,
        hub.clock(),
        text=asked.filter,
        keys=asked.order_by,
        clauses=_EXPERIMENT_VIEWS[_VIEWS[asked.view_type]],
        subject=_EXPERIMENTS,
        place="order_by",
    )
    with hub.database.read() as connection:
        found = find(
            connection, query, asked.max_results, asked.page_token or None, subject=_EXPERIMENTS
        )
        experiments = read_experiments_numbered(connection, found.numbers)
    return _ExperimentsFound(list(map(experiment_message, experiments)), found.token or "")
