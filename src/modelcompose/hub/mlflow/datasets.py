"""What went into runs and came out of them, over MLflow's protocol."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import Struct
from starlette.routing import Route

from modelcompose.errors import UsageError
from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.experiments import require
from modelcompose.hub.mlflow.model_messages import pairs_of
from modelcompose.registry import datasets
from modelcompose.registry.datasets import Dataset, DatasetInput, ModelLink
from modelcompose.tracking.limits import experiment_number
from modelcompose.tracking.logging import KeyValue, run_in_use, write_tags

_HISTORY_TAG = "mlflow.log-model.history"
_MOST_EXPERIMENTS = 20


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, "/mlflow/runs/log-inputs", _log_inputs, _Inputs),
        call(hub, "/mlflow/runs/outputs", _log_outputs, _Outputs),
        call(hub, "/mlflow/runs/log-model", _log_model, _OldModel),
        call(hub, "/mlflow/experiments/search-datasets", _search, _Search, is_long=True),
    ]


class _Input(Struct):
    dataset: Dataset
    tags: list[KeyValue] = []


class _ModelIn(Struct):
    model_id: str


class _ModelOut(Struct):
    model_id: str
    step: int = 0


class _Inputs(Struct):
    run_id: str = ""
    datasets: list[_Input] = []
    models: list[_ModelIn] = []


class _Outputs(Struct):
    run_id: str = ""
    models: list[_ModelOut] = []


class _OldModel(Struct):
    run_id: str = ""
    model_json: str = ""


class _Search(Struct):
    experiment_ids: list[str] = []


class _Summary(Struct, omit_defaults=True):
    experiment_id: str
    name: str
    digest: str
    context: str | None = None


class _Found(Struct, omit_defaults=True):
    dataset_summaries: list[_Summary] = []


def _log_inputs(hub: Hub, asked: _Inputs) -> None:
    require(run_id=asked.run_id)
    given = [DatasetInput(one.dataset, pairs_of(one.tags)) for one in asked.datasets]
    models = [model.model_id for model in asked.models]
    with hub.database.write() as connection:
        datasets.log_inputs(connection, asked.run_id, given, models)


def _log_outputs(hub: Hub, asked: _Outputs) -> None:
    require(run_id=asked.run_id)
    models = [ModelLink(model.model_id, model.step) for model in asked.models]
    with hub.database.write() as connection:
        datasets.log_outputs(connection, asked.run_id, models)


def _log_model(hub: Hub, asked: _OldModel) -> None:
    """Keep what clients before MLflow 3 say of a model: one more entry in a tag of the run."""
    require(run_id=asked.run_id, model_json=asked.model_json)
    try:
        model = msgspec.json.decode(asked.model_json, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise UsageError(
            f"Malformed model info. \n {asked.model_json} \n is not a valid JSON: {error}"
        ) from error
    lacking = [
        name
        for name in ("artifact_path", "flavors", "utc_time_created", "run_id")
        if name not in model
    ]
    if lacking:
        raise UsageError(f"Model json is missing mandatory fields: {lacking}")
    with hub.database.write() as connection:
        run = run_in_use(connection, asked.run_id)
        row = connection.row(
            "SELECT value FROM run_tags WHERE run = ? AND name = ?", (run.number, _HISTORY_TAG)
        )
        history = json.loads(row[0]) if row else []
        text = json.dumps([*history, model])
        write_tags(connection, run.number, [KeyValue(_HISTORY_TAG, text)])


def _search(hub: Hub, asked: _Search) -> _Found:
    if not asked.experiment_ids:
        raise UsageError("SearchDatasets request must specify at least one experiment_id.")
    if len(asked.experiment_ids) > _MOST_EXPERIMENTS:
        raise UsageError(
            f"SearchDatasets request cannot specify more than {_MOST_EXPERIMENTS} experiment_ids."
            f" Received {len(asked.experiment_ids)} experiment_ids."
        )
    numbers = [n for each in asked.experiment_ids if (n := experiment_number(each)) is not None]
    with hub.database.read() as connection:
        found = datasets.dataset_summaries(connection, numbers)
    return _Found([_Summary(str(s.experiment), s.name, s.digest, s.context) for s in found])
