"""Runs read from the database straight into MLflow's messages: no value of ours in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import NotFound
from modelcompose.hub.mlflow.messages import (
    RUN_STATUS,
    DatasetInput,
    DatasetMessage,
    Metric,
    ModelInput,
    ModelOutput,
    RunData,
    RunInfo,
    RunInputs,
    RunMessage,
    RunOutputs,
    milliseconds,
    number,
    stage,
    whole_step,
)
from modelcompose.tracking.experiments import artifacts_below
from modelcompose.tracking.logging import RUN_NAME_TAG, KeyValue, param_text

_RUNS = """
    SELECT runs.number, runs.id, runs.experiment, runs.name, runs.user_name, runs.status,
        coalesce(runs.started_at, runs.created_at), runs.ended_at, runs.deleted_at,
        experiments.artifact_root
    FROM runs LEFT JOIN experiments ON experiments.number = runs.experiment
"""
_METRICS = "SELECT run, name, last, last_time, last_step FROM metrics"
_DATASETS = """
    SELECT run_datasets.run, run_datasets.number, datasets.name, datasets.digest,
        datasets.source_type, datasets.source, datasets.schema, datasets.profile
    FROM run_datasets JOIN datasets ON datasets.number = run_datasets.dataset
"""


def read_run(connection: Connection, run_id: str) -> RunMessage:
    """Give a run with all that belongs to it.

    Raises:
        NotFound: there is no such run.
    """
    row = connection.row("SELECT number FROM runs WHERE id = ?", (run_id,))
    if row is None:
        raise NotFound(f"Run with id={run_id} not found")
    return read_runs(connection, [row[0]])[0]


def read_runs(connection: Connection, numbers: Sequence[int]) -> list[RunMessage]:
    """Give runs with all that belongs to them, in the order of their numbers as given."""
    if not numbers:
        return []
    these, parameter = one_of(connection, "runs.number", numbers)
    found = {
        row[0]: RunMessage(_info(row), RunData([], [], []))
        for row in connection.rows(f"{_RUNS} WHERE {these}", [parameter])
    }
    _read_values(connection, numbers, found)
    _read_datasets(connection, numbers, found)
    _read_models(connection, numbers, found)
    return [found[each] for each in numbers if each in found]


def read_info(connection: Connection, run_id: str) -> RunInfo:
    """Give what is told of a run beside its values.

    Raises:
        NotFound: there is no such run.
    """
    row = connection.row(f"{_RUNS} WHERE runs.id = ?", (run_id,))
    if row is None:
        raise NotFound(f"Run with id={run_id} not found")
    return _info(row)


def _info(row: tuple[Any, ...]) -> RunInfo:
    _, run_id, experiment, name, user, status, started_at, ended_at, deleted_at, root = row
    return RunInfo(
        run_uuid=run_id,
        experiment_id=str(experiment or 0),
        run_name=name,
        user_id=user,
        status=RUN_STATUS[status],
        start_time=milliseconds(started_at),
        end_time=milliseconds(ended_at) if ended_at is not None else None,
        artifact_uri=artifacts_below(experiment, root, run_id),
        lifecycle_stage=stage(deleted_at),
        run_id=run_id,
    )


def _read_values(
    connection: Connection, numbers: Sequence[int], found: dict[int, RunMessage]
) -> None:
    these, parameter = one_of(connection, "run", numbers)
    for run, name, last, time, step in connection.rows(
        f"{_METRICS} WHERE {these} ORDER BY run, name", [parameter]
    ):
        message = found[run]
        # What the pipeline recorded as one value has the time of its run.
        time_ms = message.info.end_time or 0 if time is None else round(time * 1000)
        message.data.metrics.append(Metric(name, number(last), time_ms, whole_step(step)))
    for run, name, value in connection.rows(
        f"SELECT run, name, value FROM params WHERE {these} ORDER BY run, name",  # noqa: S608
        [parameter],
    ):
        found[run].data.params.append(KeyValue(name, param_text(value)))
    for run, name, value in connection.rows(
        f"SELECT run, name, value FROM run_tags WHERE {these} ORDER BY run, name",  # noqa: S608
        [parameter],
    ):
        found[run].data.tags.append(KeyValue(name, value))
    for message in found.values():
        name = message.info.run_name
        if name and not any(tag.key == RUN_NAME_TAG for tag in message.data.tags):
            message.data.tags.append(KeyValue(RUN_NAME_TAG, name))


def _read_datasets(
    connection: Connection, numbers: Sequence[int], found: dict[int, RunMessage]
) -> None:
    these, parameter = one_of(connection, "run_datasets.run", numbers)
    inputs: dict[int, DatasetInput] = {}
    for run, given, *cells in connection.rows(
        f"{_DATASETS} WHERE {these} ORDER BY run_datasets.number", [parameter]
    ):
        name, digest, source_type, source, schema, profile = cells
        dataset = DatasetMessage(name, digest, source_type, source, schema or "", profile or "")
        inputs[given] = DatasetInput(dataset, [])
        _inputs(found[run]).dataset_inputs.append(inputs[given])
    if not inputs:
        return
    these, parameter = one_of(connection, "input", list(inputs))
    for given, name, value in connection.rows(
        f"SELECT input, name, value FROM run_dataset_tags WHERE {these}",  # noqa: S608
        [parameter],
    ):
        inputs[given].tags.append(KeyValue(name, value or ""))


def _read_models(
    connection: Connection, numbers: Sequence[int], found: dict[int, RunMessage]
) -> None:
    these, parameter = one_of(connection, "run", numbers)
    for run, role, model, step in connection.rows(
        f"SELECT run, role, logged_model, step FROM run_models WHERE {these}",  # noqa: S608
        [parameter],
    ):
        message = found[run]
        if role == "input":
            _inputs(message).model_inputs.append(ModelInput(model))
        else:
            if not message.outputs.model_outputs:
                message.outputs = RunOutputs([])
            message.outputs.model_outputs.append(ModelOutput(model, step))


def _inputs(message: RunMessage) -> RunInputs:
    if not message.inputs.dataset_inputs and not message.inputs.model_inputs:
        message.inputs = RunInputs([], [])
    return message.inputs
