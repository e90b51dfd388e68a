"""Registered models and their aliases over MLflow's protocol."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType
from starlette.routing import Route

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.experiments import require
from modelcompose.hub.mlflow.model_messages import (
    ModelMessage,
    VersionMessage,
    model_message,
    pairs_of,
    version_message,
)
from modelcompose.hub.moving import drop_alias, move_alias
from modelcompose.registry import aliases, models, versions
from modelcompose.registry.names import STAGES, stage_named
from modelcompose.registry.records import Model
from modelcompose.registry.search import search_models
from modelcompose.tracking.logging import KeyValue

_ROOT = "/mlflow/registered-models"
_PAGE = 100
_LARGEST_PAGE = 1000


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, f"{_ROOT}/create", _create, _New),
        call(hub, f"{_ROOT}/rename", _rename, _Renamed),
        call(hub, f"{_ROOT}/update", _update, _Described, methods=("PATCH", "POST")),
        call(hub, f"{_ROOT}/delete", _delete, _Named, methods=("DELETE",)),
        call(hub, f"{_ROOT}/get", _get, _Named, methods=("GET",)),
        call(hub, f"{_ROOT}/search", _search, _Search, methods=("GET", "POST"), is_long=True),
        call(hub, f"{_ROOT}/get-latest-versions", _latest, _Latest, methods=("GET", "POST")),
        call(hub, f"{_ROOT}/set-tag", _set_tag, _Tag),
        call(hub, f"{_ROOT}/delete-tag", _delete_tag, _Tag, methods=("DELETE",)),
        call(hub, f"{_ROOT}/alias", _by_alias, _Alias, methods=("GET",)),
        call(hub, f"{_ROOT}/alias", _set_alias, _Alias),
        call(hub, f"{_ROOT}/alias", _delete_alias, _Alias, methods=("DELETE",)),
    ]


class _New(Struct):
    name: str = ""
    tags: list[KeyValue] = []
    description: str = ""


class _Named(Struct):
    name: str = ""


class _Renamed(Struct):
    name: str = ""
    new_name: str = ""


class _Described(Struct):
    name: str = ""
    description: str | UnsetType = UNSET


class _Search(Struct):
    filter: str = ""
    max_results: int = _PAGE
    order_by: list[str] = []
    page_token: str = ""


class _Latest(Struct):
    name: str = ""
    stages: list[str] = []


class _Tag(Struct):
    name: str = ""
    key: str = ""
    value: str = ""


class _Alias(Struct):
    name: str = ""
    alias: str = ""
    version: str = ""


class _Model(Struct):
    registered_model: ModelMessage


class _Found(Struct, omit_defaults=True):
    registered_models: list[ModelMessage] = []
    next_page_token: str | None = None


class _Versions(Struct, omit_defaults=True):
    model_versions: list[VersionMessage] = []


class _Version(Struct):
    model_version: VersionMessage


def _create(hub: Hub, asked: _New) -> _Model:
    require(name=asked.name)
    with hub.database.write() as connection:
        model = models.create_model(
            connection,
            asked.name,
            hub.clock(),
            description=asked.description,
            tags=pairs_of(asked.tags),
        )
    hub.deliveries.wake()
    return _Model(model_message(model, ()))


def _rename(hub: Hub, asked: _Renamed) -> _Model:
    require(name=asked.name, new_name=asked.new_name)
    with hub.database.write() as connection:
        model = models.model_named(connection, asked.name)
        renamed = models.rename_model(connection, model, asked.new_name, hub.clock())
        return _Model(_messages(connection, [renamed])[0])


def _update(hub: Hub, asked: _Described) -> _Model:
    require(name=asked.name)
    description = "" if asked.description is UNSET else asked.description
    with hub.database.write() as connection:
        model = models.model_named(connection, asked.name)
        changed = models.describe_model(connection, model, description, hub.clock())
        return _Model(_messages(connection, [changed])[0])


def _delete(hub: Hub, asked: _Named) -> None:
    require(name=asked.name)
    with hub.database.write() as connection:
        model = models.model_named(connection, asked.name)
        models.delete_model(connection, model, hub.clock())


def _get(hub: Hub, asked: _Named) -> _Model:
    require(name=asked.name)
    with hub.database.read() as connection:
        return _Model(_messages(connection, [models.model_named(connection, asked.name)])[0])


def _search(hub: Hub, asked: _Search) -> _Found:
    if not 1 <= asked.max_results <= _LARGEST_PAGE:
        raise UsageError(
            "Invalid value for request parameter max_results. It must be at most "
            f"{_LARGEST_PAGE}, but got value {asked.max_results}"
        )
    with hub.database.read() as connection:
        found = search_models(
            connection,
            asked.filter,
            asked.order_by,
            size=asked.max_results,
            token=asked.page_token,
            now=hub.clock(),
        )
        return _Found(_messages(connection, found.items), found.token)


def _latest(hub: Hub, asked: _Latest) -> _Versions:
    require(name=asked.name)
    stages = [stage_named(stage) for stage in asked.stages] or STAGES
    with hub.database.read() as connection:
        model = models.model_named(connection, asked.name)
        latest = versions.latest_by_stage(connection, [model])[model.name]
    return _Versions([version_message(each) for each in latest if each.stage in stages])


def _set_tag(hub: Hub, asked: _Tag) -> None:
    require(name=asked.name, key=asked.key)
    with hub.database.write() as connection:
        model = models.model_named(connection, asked.name)
        models.set_model_tag(connection, model, asked.key, asked.value, hub.clock())
    hub.deliveries.wake()


def _delete_tag(hub: Hub, asked: _Tag) -> None:
    require(name=asked.name, key=asked.key)
    with hub.database.write() as connection:
        model = models.model_named(connection, asked.name)
        models.delete_model_tag(connection, model, asked.key, hub.clock())
    hub.deliveries.wake()


def _by_alias(hub: Hub, asked: _Alias) -> _Version:
    require(name=asked.name, alias=asked.alias)
    with hub.database.read() as connection:
        model = models.model_named(connection, asked.name)
        version = aliases.version_at(connection, model, asked.alias)
    if version is None and asked.alias.lower() == "latest":
        raise NotFound(f"Latest version not found for model {asked.name}.")
    if version is None:
        raise UsageError(f"Registered model alias {asked.alias} not found.")
    return _Version(version_message(version))


def _set_alias(hub: Hub, asked: _Alias) -> None:
    require(name=asked.name, alias=asked.alias, version=asked.version)
    move_alias(hub, asked.name, asked.alias, asked.version)


def _delete_alias(hub: Hub, asked: _Alias) -> None:
    require(name=asked.name, alias=asked.alias)
    drop_alias(hub, asked.name, asked.alias)


def _messages(connection: Connection, found: Sequence[Model]) -> list[ModelMessage]:
    latest = versions.latest_by_stage(connection, found)
    return [model_message(model, latest[model.name]) for model in found]
