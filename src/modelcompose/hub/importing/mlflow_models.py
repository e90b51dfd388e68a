"""The models of MLflow's SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modelcompose.hub.importing.mlflow_tables import Tables
from modelcompose.hub.importing.mlflow_words import MODEL_STATUSES, number, seconds
from modelcompose.hub.importing.source import SourceLoggedModel, SourceModel, SourceVersion
from modelcompose.registry.logged_models import LoggedMetric


def logged_models(tables: Tables) -> Iterator[SourceLoggedModel]:
    """Give the logged models, which MLflow has since its version 3."""
    params = tables.pairs("logged_model_params", "model_id", "param_key", "param_value")
    tags = tables.pairs("logged_model_tags", "model_id", "tag_key", "tag_value")
    metrics = _metrics(tables)
    for row in tables.rows("logged_models", "ORDER BY creation_timestamp_ms"):
        model = row["model_id"]
        updated_at = seconds(row["last_updated_timestamp_ms"])
        yield SourceLoggedModel(
            id=model,
            experiment=str(row["experiment_id"]),
            name=row["name"],
            status=MODEL_STATUSES[row["status"]],
            created_at=seconds(row["creation_timestamp_ms"]),
            updated_at=updated_at,
            artifacts=row["artifact_location"],
            run=row["source_run_id"],
            model_type=row["model_type"],
            status_message=row["status_message"],
            deleted_at=updated_at if row["lifecycle_stage"] == "deleted" else None,
            params=params.get(model, {}),
            tags=tags.get(model, {}),
            metrics=metrics.get(model, ()),
        )


def registered_models(tables: Tables) -> Iterator[SourceModel]:
    """Give the registered models with their versions."""
    tags = tables.pairs("registered_model_tags", "name", "key", "value")
    aliases: dict[str, dict[str, int]] = {}
    for row in tables.rows("registered_model_aliases"):
        aliases.setdefault(row["name"], {})[row["alias"]] = row["version"]
    versions = _versions(tables)
    for row in tables.rows("registered_models", "ORDER BY creation_time"):
        name = row["name"]
        created_at = seconds(row["creation_time"])
        yield SourceModel(
            name,
            created_at,
            seconds(row["last_updated_time"]) or created_at,
            row.get("description") or None,
            tags.get(name, {}),
            aliases.get(name, {}),
            versions.get(name, ()),
        )


def _versions(tables: Tables) -> dict[str, list[SourceVersion]]:
    tags: dict[tuple[str, int], dict[str, str]] = {}
    for row in tables.rows("model_version_tags"):
        tags.setdefault((row["name"], row["version"]), {})[row["key"]] = row["value"] or ""
    found: dict[str, list[SourceVersion]] = {}
    for row in tables.rows("model_versions", "ORDER BY name, version"):
        if row["current_stage"] == "Deleted_Internal":
            continue
        pairs = tags.get((row["name"], row["version"]), {})
        found.setdefault(row["name"], []).append(_version(row, pairs))
    return found


def _version(row: dict[str, Any], tags: dict[str, str]) -> SourceVersion:
    created_at = seconds(row["creation_time"])
    return SourceVersion(
        version=row["version"],
        source=row["source"] or "",
        created_at=created_at,
        updated_at=seconds(row["last_updated_time"]) or created_at,
        storage=row.get("storage_location") or "",
        run=row["run_id"] or None,
        run_link=row.get("run_link") or None,
        user=row.get("user_id") or "",
        stage=row["current_stage"] or "None",
        status=row["status"] or "READY",
        status_message=row.get("status_message") or None,
        description=row.get("description") or None,
        tags=tags,
    )


def _metrics(tables: Tables) -> dict[str, list[LoggedMetric]]:
    latest: dict[tuple[str, ...], LoggedMetric] = {}
    for row in tables.rows("logged_model_metrics", "ORDER BY metric_step, metric_timestamp_ms"):
        metric = LoggedMetric(
            row["metric_name"],
            number(row["metric_value"]),
            row["metric_step"],
            seconds(row["metric_timestamp_ms"]),
            row["run_id"],
            row["dataset_name"] or "",
            row["dataset_digest"] or "",
        )
        key = (metric.run, metric.name, metric.dataset_name, metric.dataset_digest)
        latest[row["model_id"], *key] = metric
    found: dict[str, list[LoggedMetric]] = {}
    for (model, *_), metric in latest.items():
        found.setdefault(model, []).append(metric)
    return found
