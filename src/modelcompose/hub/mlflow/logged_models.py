"""Logged models over MLflow's protocol."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from starlette.routing import Route

from modelcompose.errors import UsageError
from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.artifacts import Listed, listed
from modelcompose.hub.mlflow.experiments import require
from modelcompose.hub.mlflow.messages import milliseconds, number
from modelcompose.hub.mlflow.model_messages import key_values, pairs_of
from modelcompose.registry import logged_models
from modelcompose.registry.logged_models import LoggedModel
from modelcompose.registry.logged_search import DatasetChoice, Order, search_logged_models
from modelcompose.tracking.experiments import find_experiment
from modelcompose.tracking.logging import KeyValue

_ROOT = "/mlflow/logged-models"
_ONE = f"{_ROOT}/{{model_id}}"
_PAGE = 100
_LARGEST_PAGE = 1000
_STATUSES = ("LOGGED_MODEL_STATUS_UNSPECIFIED", *logged_models.STATUSES)


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, _ROOT, _create, _New),
        call(hub, f"{_ROOT}/search", _search, _Search, is_long=True),
        call(hub, _ONE, _get, _Named, methods=("GET",)),
        call(hub, _ONE, _finish, _Finished, methods=("PATCH",)),
        call(hub, _ONE, _delete, _Named, methods=("DELETE",)),
        call(hub, f"{_ONE}/params", _add_params, _Params),
        call(hub, f"{_ONE}/tags", _set_tags, _Tags, methods=("PATCH",)),
        call(hub, f"{_ONE}/tags/{{tag_key:path}}", _delete_tag, _Tag, methods=("DELETE",)),
        call(hub, f"{_ONE}/artifacts/directories", _list, _Folder, methods=("GET",), is_long=True),
    ]


class _New(Struct):
    experiment_id: str = ""
    name: str = ""
    model_type: str = ""
    source_run_id: str = ""
    params: list[KeyValue] = []
    tags: list[KeyValue] = []


class _Named(Struct):
    model_id: str
    allow_deleted: bool = False


class _Finished(Struct):
    model_id: str
    status: str | int = ""


class _Params(Struct):
    model_id: str
    params: list[KeyValue] = []


class _Tags(Struct):
    model_id: str
    tags: list[KeyValue] = []


class _Tag(Struct):
    model_id: str
    tag_key: str


class _Folder(Struct):
    model_id: str
    artifact_directory_path: str = ""


class _Search(Struct):
    experiment_ids: list[str] = []
    filter: str = ""
    datasets: list[DatasetChoice] = []
    max_results: int = _PAGE
    order_by: list[Order] = []
    page_token: str = ""


class _Metric(Struct, frozen=True, omit_defaults=True):
    key: str
    value: float | str
    timestamp: int
    step: int | None
    model_id: str
    run_id: str
    dataset_name: str = ""
    dataset_digest: str = ""


class _Info(Struct, frozen=True, omit_defaults=True):
    experiment_id: str
    model_id: str
    name: str
    artifact_uri: str
    creation_timestamp_ms: int
    last_updated_timestamp_ms: int
    status: str
    model_type: str = ""
    source_run_id: str = ""
    status_message: str = ""
    tags: list[KeyValue] = []


class _Data(Struct, frozen=True, omit_defaults=True):
    params: list[KeyValue] = []
    metrics: list[_Metric] = []


class _Message(Struct, frozen=True):
    info: _Info
    data: _Data


class _Model(Struct):
    model: _Message


class _Found(Struct, omit_defaults=True):
    models: list[_Message] = []
    next_page_token: str | None = None


def _create(hub: Hub, asked: _New) -> _Model:
    require(experiment_id=asked.experiment_id)
    with hub.database.write() as connection:
        model = logged_models.create_logged_model(
            connection,
            find_experiment(connection, asked.experiment_id),
            hub.clock(),
            name=asked.name or None,
            model_type=asked.model_type or None,
            run=asked.source_run_id or None,
            params=pairs_of(asked.params),
            tags=pairs_of(asked.tags),
        )
    return _Model(_message(model))


def _get(hub: Hub, asked: _Named) -> _Model:
    with hub.database.read() as connection:
        model = logged_models.logged_model(
            connection, asked.model_id, also_deleted=asked.allow_deleted
        )
    return _Model(_message(model))


def _finish(hub: Hub, asked: _Finished) -> _Model:
    status = asked.status
    if isinstance(status, int):
        status = _STATUSES[status] if 0 <= status < len(_STATUSES) else str(status)
    require(status=status)
    with hub.database.write() as connection:
        model = logged_models.logged_model(connection, asked.model_id)
        finished = logged_models.finish_logged_model(connection, model, status, hub.clock())
    return _Model(_message(finished))


def _delete(hub: Hub, asked: _Named) -> None:
    with hub.database.write() as connection:
        model = logged_models.logged_model(connection, asked.model_id, also_deleted=True)
        logged_models.delete_logged_model(connection, model, hub.clock())


def _add_params(hub: Hub, asked: _Params) -> None:
    with hub.database.write() as connection:
        model = logged_models.logged_model(connection, asked.model_id)
        logged_models.add_logged_params(connection, model.number, pairs_of(asked.params))


def _set_tags(hub: Hub, asked: _Tags) -> None:
    with hub.database.write() as connection:
        model = logged_models.logged_model(connection, asked.model_id)
        logged_models.set_logged_tags(connection, model, pairs_of(asked.tags), hub.clock())


def _delete_tag(hub: Hub, asked: _Tag) -> None:
    with hub.database.write() as connection:
        model = logged_models.logged_model(connection, asked.model_id)
        logged_models.delete_logged_tag(connection, model, asked.tag_key)


def _list(hub: Hub, asked: _Folder) -> Listed:
    with hub.database.read() as connection:
        model = logged_models.logged_model(connection, asked.model_id)
    return listed(hub, model.artifacts, asked.artifact_directory_path)


def _search(hub: Hub, asked: _Search) -> _Found:
    if not asked.experiment_ids:
        return _Found()
    size = asked.max_results or _PAGE
    if not 1 <= size <= _LARGEST_PAGE:
        raise UsageError(
            "Invalid value for request parameter max_results. It must be at most "
            f"{_LARGEST_PAGE}, but got value {size}"
        )
    with hub.database.read() as connection:
        found = search_logged_models(
            connection,
            asked.experiment_ids,
            asked.filter,
            asked.order_by,
            datasets=asked.datasets,
            size=size,
            token=asked.page_token,
            now=hub.clock(),
        )
    return _Found(_messages(found.items), found.token)


def _messages(models: Sequence[LoggedModel]) -> list[_Message]:
    return [_message(model) for model in models]


def _message(model: LoggedModel) -> _Message:
    info = _Info(
        experiment_id=str(model.experiment),
        model_id=model.id,
        name=model.name,
        artifact_uri=model.artifacts,
        creation_timestamp_ms=milliseconds(model.created_at),
        last_updated_timestamp_ms=milliseconds(model.updated_at),
        status=model.status,
        model_type=model.model_type or "",
        source_run_id=model.run or "",
        status_message=model.status_message or "",
        tags=key_values(model.tags),
    )
    metrics = [
        _Metric(
            key=metric.name,
            value=number(metric.value),
            timestamp=milliseconds(metric.time),
            step=metric.step,
            model_id=model.id,
            run_id=metric.run,
            dataset_name=metric.dataset_name,
            dataset_digest=metric.dataset_digest,
        )
        for metric in model.metrics
    ]
    return _Message(info, _Data(key_values(model.params), metrics))
