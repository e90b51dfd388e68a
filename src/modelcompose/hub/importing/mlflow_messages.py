"""MLflow's messages of JSON as what a source gives."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from modelcompose.hub.importing.mlflow_words import (
    NAME_TAG,
    STATUSES,
    fingerprint,
    number,
    seconds,
    seconds_or_none,
)
from modelcompose.hub.importing.source import (
    SourceExperiment,
    SourceLoggedModel,
    SourceModel,
    SourceRun,
    SourceVersion,
)
from modelcompose.registry.datasets import Dataset, DatasetInput, ModelLink
from modelcompose.registry.logged_models import LoggedMetric
from modelcompose.tracking.series.points import Points

_Message = Mapping[str, Any]


def experiment_of(message: _Message) -> SourceExperiment:
    """Give an experiment."""
    updated_at = seconds(_whole(message, "last_update_time"))
    return SourceExperiment(
        str(message["experiment_id"]),
        message["name"],
        seconds(_whole(message, "creation_time")),
        updated_at,
        updated_at if message.get("lifecycle_stage") == "deleted" else None,
        _pairs(message.get("tags")),
    )


def run_of(message: _Message) -> SourceRun:
    """Give a run; a message does not say when it was deleted, so that its end stands for it."""
    info, data = message["info"], message.get("data", {})
    inputs, outputs = message.get("inputs") or {}, message.get("outputs") or {}
    params, tags = _pairs(data.get("params")), _pairs(data.get("tags"))
    ended_at = seconds_or_none(_whole(info, "end_time"))
    started_at = seconds(_whole(info, "start_time"))
    is_deleted = info.get("lifecycle_stage") == "deleted"
    # Its latest values stand for its history: a point between them that comes later, by an old
    # step and time, is seen at the next import after the run has changed again.
    latest = sorted(map(str, data.get("metrics", ())))
    return SourceRun(
        id=info.get("run_id") or info["run_uuid"],
        experiment=str(info["experiment_id"]),
        name=info.get("run_name") or tags.get(NAME_TAG, ""),
        user=info.get("user_id", ""),
        status=STATUSES[info["status"]],
        started_at=started_at,
        ended_at=ended_at,
        deleted_at=(ended_at or started_at) if is_deleted else None,
        params=params,
        tags=tags,
        datasets=[_dataset(each) for each in inputs.get("dataset_inputs", ())],
        models_in=[each["model_id"] for each in inputs.get("model_inputs", ())],
        models_out=[
            ModelLink(each["model_id"], int(each.get("step", 0)))
            for each in outputs.get("model_outputs", ())
        ],
        artifacts=info.get("artifact_uri", ""),
        fingerprint=fingerprint(
            sorted(info.items(), key=str), params, tags, latest, str(inputs), str(outputs)
        ),
    )


def points_of(metrics: Sequence[_Message]) -> Points:
    """Give the points of a page of history."""
    return Points(
        array("d", [float(each.get("step", 0)) for each in metrics]),
        array("d", [number(float(each["value"])) for each in metrics]),
        array("d", [seconds(int(each["timestamp"])) for each in metrics]),
    )


def logged_model_of(message: _Message) -> SourceLoggedModel:
    """Give a logged model."""
    info, data = message["info"], message.get("data") or {}
    return SourceLoggedModel(
        id=info["model_id"],
        experiment=str(info["experiment_id"]),
        name=info["name"],
        status=info["status"],
        created_at=seconds(_whole(info, "creation_timestamp_ms")),
        updated_at=seconds(_whole(info, "last_updated_timestamp_ms")),
        artifacts=info["artifact_uri"],
        run=info.get("source_run_id") or None,
        model_type=info.get("model_type") or None,
        status_message=info.get("status_message") or None,
        params=_pairs(data.get("params")),
        tags=_pairs(info.get("tags")),
        metrics=[_logged_metric(each) for each in data.get("metrics", ())],
    )


def model_of(message: _Message, versions: Sequence[SourceVersion]) -> SourceModel:
    """Give a registered model."""
    created_at = seconds(_whole(message, "creation_timestamp"))
    return SourceModel(
        message["name"],
        created_at,
        seconds(_whole(message, "last_updated_timestamp")) or created_at,
        message.get("description") or None,
        _pairs(message.get("tags")),
        {each["alias"]: int(each["version"]) for each in message.get("aliases", ())},
        versions,
    )


def version_of(message: _Message, storage: str) -> SourceVersion:
    """Give a version of a registered model."""
    created_at = seconds(_whole(message, "creation_timestamp"))
    return SourceVersion(
        version=int(message["version"]),
        source=message.get("source", ""),
        created_at=created_at,
        updated_at=seconds(_whole(message, "last_updated_timestamp")) or created_at,
        storage=storage,
        run=message.get("run_id") or None,
        run_link=message.get("run_link") or None,
        user=message.get("user_id") or "",
        stage=message.get("current_stage") or "None",
        status=message.get("status") or "READY",
        status_message=message.get("status_message") or None,
        description=message.get("description") or None,
        tags=_pairs(message.get("tags")),
    )


def _logged_metric(message: _Message) -> LoggedMetric:
    return LoggedMetric(
        message["key"],
        number(float(message["value"])),
        int(message.get("step") or 0),
        seconds(_whole(message, "timestamp")),
        message.get("run_id", ""),
        message.get("dataset_name") or "",
        message.get("dataset_digest") or "",
    )


def _dataset(message: _Message) -> DatasetInput:
    given = message["dataset"]
    cells = (given["name"], given["digest"], given["source_type"], given["source"])
    dataset = Dataset(*cells, given.get("schema") or None, given.get("profile") or None)
    return DatasetInput(dataset, _pairs(message.get("tags")))


def _pairs(messages: Sequence[_Message] | None) -> dict[str, str]:
    return {each["key"]: each.get("value") or "" for each in messages or ()}


def _whole(message: _Message, name: str) -> int | None:
    value = message.get(name)
    return None if value is None else int(value)
