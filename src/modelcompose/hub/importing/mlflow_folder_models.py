"""The models of MLflow's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelcompose.hub.importing.mlflow_folder_files import (
    deleted_at,
    document,
    last_line,
    pairs,
)
from modelcompose.hub.importing.mlflow_words import MODEL_STATUSES, number, seconds
from modelcompose.hub.importing.source import SourceLoggedModel, SourceModel, SourceVersion
from modelcompose.registry.logged_models import LoggedMetric

_WORDS = 4
_WORDS_WITH_DATA = 6


def logged_model_of(experiment: str, folder: Path) -> SourceLoggedModel:
    """Give the logged model of a folder."""
    told = document(folder / "meta.yaml")
    updated = told.get("last_updated_timestamp")
    status = told.get("status", 0)
    return SourceLoggedModel(
        id=folder.name,
        experiment=experiment,
        name=str(told.get("name") or folder.name),
        status=MODEL_STATUSES[status] if isinstance(status, int) else str(status),
        created_at=seconds(told.get("creation_timestamp")),
        updated_at=seconds(updated),
        artifacts=str(told.get("artifact_location") or ""),
        run=told.get("source_run_id") or None,
        model_type=told.get("model_type") or None,
        status_message=told.get("status_message") or None,
        deleted_at=deleted_at(told, updated),
        params=pairs(folder / "params"),
        tags=pairs(folder / "tags"),
        metrics=_metrics(folder / "metrics"),
    )


def model_of(folder: Path) -> SourceModel:
    """Give the registered model of a folder."""
    told = document(folder / "meta.yaml")
    created_at = seconds(told.get("creation_timestamp"))
    versions = [
        _version(path) for path in folder.glob("version-*") if (path / "meta.yaml").is_file()
    ]
    aliases = {alias: int(version) for alias, version in pairs(folder / "aliases").items()}
    return SourceModel(
        str(told.get("name") or folder.name),
        created_at,
        seconds(told.get("last_updated_timestamp")) or created_at,
        told.get("description") or None,
        pairs(folder / "tags"),
        aliases,
        sorted(
            (version for version in versions if version.stage != "Deleted_Internal"),
            key=lambda version: version.version,
        ),
    )


def _version(folder: Path) -> SourceVersion:
    told: dict[str, Any] = document(folder / "meta.yaml")
    created_at = seconds(told.get("creation_timestamp"))
    return SourceVersion(
        version=int(told.get("version") or folder.name.partition("-")[2]),
        source=str(told.get("source") or ""),
        created_at=created_at,
        updated_at=seconds(told.get("last_updated_timestamp")) or created_at,
        storage=str(told.get("storage_location") or ""),
        run=told.get("run_id") or None,
        run_link=told.get("run_link") or None,
        user=str(told.get("user_id") or ""),
        stage=str(told.get("current_stage") or "None"),
        status=str(told.get("status") or "READY"),
        status_message=told.get("status_message") or None,
        description=told.get("description") or None,
        tags=pairs(folder / "tags"),
    )


def _metrics(folder: Path) -> list[LoggedMetric]:
    found = []
    for file in sorted(folder.rglob("*")):
        words = last_line(file) if file.is_file() else []
        if len(words) < _WORDS:
            continue
        name = file.relative_to(folder).as_posix()
        data = words[4:6] if len(words) >= _WORDS_WITH_DATA else ["", ""]
        value, step = number(float(words[1])), int(words[2])
        found.append(LoggedMetric(name, value, step, seconds(int(words[0])), words[3], *data))
    return found
