"""Versions of registered models over MLflow's protocol."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType
from starlette.routing import Route

from modelcompose.database.database import Connection
from modelcompose.errors import UsageError
from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.experiments import require
from modelcompose.hub.mlflow.model_messages import VersionMessage, pairs_of, version_message
from modelcompose.registry import versions
from modelcompose.registry.logged_models import note_version
from modelcompose.registry.models import model_named
from modelcompose.registry.records import PROMPT_TAG, Version
from modelcompose.registry.search import search_versions
from modelcompose.registry.sources import Source, resolve
from modelcompose.tracking.logging import KeyValue

_ROOT = "/mlflow/model-versions"
_PAGE = 10_000
_LARGEST_PAGE = 200_000


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, f"{_ROOT}/create", _create, _New),
        call(hub, f"{_ROOT}/get", _get, _Named, methods=("GET",)),
        call(hub, f"{_ROOT}/update", _update, _Described, methods=("PATCH", "POST")),
        call(hub, f"{_ROOT}/delete", _delete, _Named, methods=("DELETE",)),
        call(hub, f"{_ROOT}/search", _search, _Search, methods=("GET", "POST"), is_long=True),
        call(hub, f"{_ROOT}/get-download-uri", _download_uri, _Named, methods=("GET",)),
        call(hub, f"{_ROOT}/transition-stage", _transition, _Staged),
        call(hub, f"{_ROOT}/set-tag", _set_tag, _Tag),
        call(hub, f"{_ROOT}/delete-tag", _delete_tag, _Tag, methods=("DELETE",)),
    ]


class _New(Struct):
    name: str = ""
    source: str = ""
    run_id: str | None = None
    tags: list[KeyValue] = []
    run_link: str = ""
    description: str = ""
    model_id: str | None = None


class _Named(Struct):
    name: str = ""
    version: str = ""


class _Described(Struct):
    name: str = ""
    version: str = ""
    description: str | UnsetType = UNSET


class _Staged(Struct):
    name: str = ""
    version: str = ""
    stage: str = ""
    archive_existing_versions: bool = False


class _Tag(Struct):
    name: str = ""
    version: str = ""
    key: str = ""
    value: str = ""


class _Search(Struct):
    filter: str = ""
    max_results: int = _PAGE
    order_by: list[str] = []
    page_token: str = ""


class _Version(Struct):
    model_version: VersionMessage


class _Found(Struct, omit_defaults=True):
    model_versions: list[VersionMessage] = []
    next_page_token: str | None = None


class _Place(Struct):
    artifact_uri: str


def _create(hub: Hub, asked: _New) -> _Version:
    require(name=asked.name, source=asked.source)
    tags = pairs_of(asked.tags)
    now = hub.clock()
    with hub.database.write() as connection:
        if tags.get(PROMPT_TAG, "").lower() == "true":
            source = Source(asked.source, asked.source, asked.run_id or None)
        else:
            source = resolve(connection, asked.source, asked.run_id, asked.model_id)
        version = versions.create_version(
            connection,
            model_named(connection, asked.name),
            source,
            now,
            description=asked.description or None,
            run_link=asked.run_link or None,
            tags=tags,
        )
        if version.logged_model:
            note_version(connection, version.logged_model, version.model, version.version)
    hub.deliveries.wake()
    return _Version(version_message(version))


def _get(hub: Hub, asked: _Named) -> _Version:
    with hub.database.read() as connection:
        return _Version(version_message(_of(connection, asked)))


def _update(hub: Hub, asked: _Described) -> _Version:
    description = None if asked.description is UNSET else asked.description
    with hub.database.write() as connection:
        version = _of(connection, asked)
        changed = versions.describe_version(connection, version, description, hub.clock())
    return _Version(version_message(changed))


def _delete(hub: Hub, asked: _Named) -> None:
    with hub.database.write() as connection:
        versions.delete_version(connection, _of(connection, asked), hub.clock())


def _search(hub: Hub, asked: _Search) -> _Found:
    if asked.max_results < 1:
        raise UsageError(
            "Invalid value for max_results. It must be a positive integer, "
            f"but got {asked.max_results}"
        )
    if asked.max_results > _LARGEST_PAGE:
        raise UsageError(
            "Invalid value for request parameter max_results. It must be at most "
            f"{_LARGEST_PAGE}, but got value {asked.max_results}"
        )
    with hub.database.read() as connection:
        found = search_versions(
            connection,
            asked.filter,
            asked.order_by,
            size=asked.max_results,
            token=asked.page_token,
            now=hub.clock(),
        )
    return _Found([version_message(each) for each in found.items], found.token)


def _download_uri(hub: Hub, asked: _Named) -> _Place:
    with hub.database.read() as connection:
        return _Place(_of(connection, asked).storage)


def _transition(hub: Hub, asked: _Staged) -> _Version:
    require(stage=asked.stage)
    with hub.database.write() as connection:
        moved = versions.move_to_stage(
            connection,
            _of(connection, asked),
            asked.stage,
            hub.clock(),
            archive_others=asked.archive_existing_versions,
        )
    return _Version(version_message(moved))


def _set_tag(hub: Hub, asked: _Tag) -> None:
    require(key=asked.key)
    with hub.database.write() as connection:
        version = _of(connection, asked)
        versions.set_version_tag(connection, version, asked.key, asked.value, hub.clock())
    hub.deliveries.wake()


def _delete_tag(hub: Hub, asked: _Tag) -> None:
    require(key=asked.key)
    with hub.database.write() as connection:
        version = _of(connection, asked)
        versions.delete_version_tag(connection, version, asked.key, hub.clock())
    hub.deliveries.wake()


def _of(connection: Connection, asked: _Named | _Described | _Staged | _Tag) -> Version:
    require(name=asked.name, version=asked.version)
    return versions.version_named(connection, asked.name, asked.version)
