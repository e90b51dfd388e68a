"""MLflow's messages of experiments and runs, field for field.

An empty field is left out, as MLflow does. Times are milliseconds since the epoch, ids are text.
"""

from __future__ import annotations

import math
from typing import Literal

from msgspec import Struct

from modelcompose.tracking.experiments import Experiment
from modelcompose.tracking.logging import KeyValue
from modelcompose.tracking.run import Status

RunStatus = Literal["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
Stage = Literal["active", "deleted"]
ViewType = Literal["ACTIVE_ONLY", "DELETED_ONLY", "ALL", 1, 2, 3]
"""What is looked at: by name, or by the number that Protocol Buffers give it."""

STATUS_OF: dict[RunStatus, Status] = {
    "RUNNING": "running",
    "SCHEDULED": "scheduled",
    "FINISHED": "succeeded",
    "FAILED": "failed",
    "KILLED": "killed",
}
RUN_STATUS: dict[str, RunStatus] = {ours: theirs for theirs, ours in STATUS_OF.items()}

_LARGEST_STEP = 2**63 - 1
"""Of an int64; kept as float64, which has this number's neighbour above."""


class ExperimentMessage(Struct, omit_defaults=True):
    """An experiment."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: Stage
    last_update_time: int
    creation_time: int
    tags: list[KeyValue] = []


class Metric(Struct, gc=False):
    """A point; what JSON has no number for is text, as Protocol Buffers write it."""

    key: str
    value: float | str
    timestamp: int
    step: int


class RunMetric(Struct, gc=False):
    """A point, with the run that it belongs to."""

    key: str
    value: float | str
    timestamp: int
    step: int
    run_id: str


class RunInfo(Struct, omit_defaults=True, gc=False):
    """What is told of a run beside its values."""

    run_uuid: str
    experiment_id: str
    run_name: str
    user_id: str
    status: RunStatus
    start_time: int
    end_time: int | None
    artifact_uri: str
    lifecycle_stage: Stage
    run_id: str


class RunData(Struct, omit_defaults=True):
    """A run's values."""

    metrics: list[Metric] = []
    params: list[KeyValue] = []
    tags: list[KeyValue] = []


class DatasetMessage(Struct, omit_defaults=True):
    """A data set that a run read."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str = ""
    profile: str = ""


class DatasetInput(Struct, omit_defaults=True):
    """A data set in its role."""

    dataset: DatasetMessage
    tags: list[KeyValue] = []


class ModelInput(Struct, omit_defaults=True):
    """A logged model that a run read."""

    model_id: str


class ModelOutput(Struct, omit_defaults=True):
    """A logged model that a run made."""

    model_id: str
    step: int = -1


class RunInputs(Struct, frozen=True, omit_defaults=True):
    """What a run read."""

    dataset_inputs: list[DatasetInput] = []
    model_inputs: list[ModelInput] = []


class RunOutputs(Struct, frozen=True, omit_defaults=True):
    """What a run made."""

    model_outputs: list[ModelOutput] = []


class RunMessage(Struct, omit_defaults=True):
    """A run."""

    info: RunInfo
    data: RunData
    inputs: RunInputs = RunInputs()
    outputs: RunOutputs = RunOutputs()


def milliseconds(time_s: float | None) -> int:
    """Give a time as MLflow writes it; 0 where there is none."""
    return round(time_s * 1000) if time_s else 0


def seconds(time_ms: int) -> float:
    """Give a time as we keep it."""
    return time_ms / 1000


def number(value: float | None) -> float | str:
    """Give a metric's value as JSON can say it."""
    if value is None or math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def whole_step(step: float | None) -> int:
    """Give a step as MLflow writes it; its client reads nothing of a run where one is larger."""
    return min(int(step or 0), _LARGEST_STEP)


def stage(deleted_at: float | None) -> Stage:
    """Give in which stage of its life something is."""
    return "active" if deleted_at is None else "deleted"


def experiment_message(experiment: Experiment) -> ExperimentMessage:
    """Give an experiment as MLflow shows it."""
    return ExperimentMessage(
        str(experiment.number),
        experiment.name,
        experiment.artifact_root,
        stage(experiment.deleted_at),
        milliseconds(experiment.updated_at),
        milliseconds(experiment.created_at),
        [KeyValue(*tag) for tag in experiment.tags.items()],
    )
