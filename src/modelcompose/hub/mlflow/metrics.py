"""Metrics over MLflow's protocol: points logged one by one and in batches."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct
from starlette.routing import Route

from modelcompose.hub.calls import JsonCall, call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.cutting import cut_params, cut_tags
from modelcompose.hub.mlflow.errors import MlflowError, invalid_request, missing
from modelcompose.hub.mlflow.experiments import require
from modelcompose.registry.logged_models import log_on_models
from modelcompose.tracking import logging
from modelcompose.tracking.limits import Int64
from modelcompose.tracking.logging import KeyValue, Point

_ROOT = "/mlflow/runs"
_BATCH_BYTES = 16_000_000


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        Route(f"{_ROOT}/log-batch", _LogBatch(hub), methods=["POST"]),
        call(hub, f"{_ROOT}/log-metric", _log_metric, _Point),
    ]


class _Batch(Struct):
    run_id: str = ""
    metrics: list[Point] = []
    params: list[KeyValue] = []
    tags: list[KeyValue] = []


class _Point(Struct):
    run_id: str = ""
    run_uuid: str = ""
    key: str = ""
    value: float | None = None
    timestamp: Int64 | None = None
    step: Int64 | None = 0
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class _LogBatch(JsonCall):
    """Log-batch, whose errors name what is wrong by its place in the lists."""

    def __init__(self, hub: Hub) -> None:
        # MLflow's documents say 1 MB, and its server takes more: long values make more of 200.
        super().__init__(hub, _log_batch, _Batch, is_long=False, limit=_BATCH_BYTES)

    def read(self, body: bytes) -> Any:
        """Read a request's body."""
        try:
            return super().read(body)
        except msgspec.ValidationError as error:
            raise MlflowError("INVALID_PARAMETER_VALUE", _explained(body, error)) from error


def _log_batch(hub: Hub, asked: _Batch) -> None:
    require(run_id=asked.run_id)
    cut_params(asked.params)
    cut_tags(asked.tags)
    with hub.database.write() as connection:
        logging.log_batch(
            connection, hub.series, asked.run_id, asked.metrics, asked.params, asked.tags
        )
        log_on_models(connection, asked.run_id, asked.metrics)


def _log_metric(hub: Hub, asked: _Point) -> None:
    run_id = asked.run_id or asked.run_uuid
    require(run_id=run_id, key=asked.key)
    if asked.value is None:
        raise MlflowError("INVALID_PARAMETER_VALUE", missing("value"))
    if asked.timestamp is None:
        raise MlflowError("INVALID_PARAMETER_VALUE", missing("timestamp"))
    point = Point(
        asked.key,
        asked.value,
        asked.timestamp,
        asked.step,
        asked.model_id or None,
        asked.dataset_name or None,
        asked.dataset_digest or None,
    )
    with hub.database.write() as connection:
        logging.log_metric(connection, hub.series, run_id, point)
        log_on_models(connection, run_id, [point])


def _explained(body: bytes, error: msgspec.ValidationError) -> str:
    """Say which item of a batch is wrong, as MLflow does."""
    request = msgspec.json.decode(body)
    required = {"metrics": ("key", "value", "timestamp"), "params": ("key",), "tags": ("key",)}
    for area, fields in required.items():
        items = request.get(area) if isinstance(request, dict) else None
        for index, item in enumerate(items if isinstance(items, list) else ()):
            for field in fields:
                if isinstance(item, dict) and item.get(field) in (None, ""):
                    return missing(f"{area}[{index}].{field}")
    return invalid_request(error)
