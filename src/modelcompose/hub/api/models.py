"""Registered models and their versions, in the shapes of `modelcompose models --format json`."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import ModelComposeError, NotFound, StoreError
from modelcompose.hub.api.endpoint import Endpoint, Nothing
from modelcompose.hub.api.model_access import seen_model, seen_models
from modelcompose.hub.artifacts.paths import parts_of_uri
from modelcompose.hub.hub import Hub
from modelcompose.registry.aliases import moves_of, version_called
from modelcompose.registry.card import card
from modelcompose.registry.files import DESCRIPTION, DESCRIPTION_BYTES, read_signature
from modelcompose.registry.models import read_models
from modelcompose.registry.records import Model, Version
from modelcompose.registry.versions import versions_of
from modelcompose.registry.views import (
    ModelDocument,
    VersionComparison,
    VersionDocument,
    compare_versions,
)
from modelcompose.store.content import Tree
from modelcompose.store.store import Store
from modelcompose.tracking.query.reading import read_run
from modelcompose.tracking.run import Run


class Models(Struct, frozen=True):
    """The models that the caller may see, by name."""

    models: list[Model]


class Named(Struct, frozen=True):
    """One model."""

    model: str


class OneVersion(Struct, frozen=True):
    """One version of a model."""

    model: str
    version: str
    """Its number, or an alias."""


class TwoVersions(Struct, frozen=True):
    """Two versions of a model."""

    model: str
    old: str
    """A number, or an alias."""
    new: str


class Card(Struct, frozen=True):
    """A model card."""

    markdown: str


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/models", _list, Nothing, Models),
        Endpoint("/models/{model}", _get, Named, ModelDocument),
        Endpoint("/models/{model}/comparison", _compare, TwoVersions, VersionComparison),
        Endpoint("/models/{model}/versions/{version}", _version, OneVersion, VersionDocument),
        Endpoint("/models/{model}/versions/{version}/card", _card, OneVersion, Card),
    ]


def _list(hub: Hub, _: Nothing) -> Models:
    """List the registered models."""
    with hub.database.read() as connection:
        found = read_models(connection, "deleted_at IS NULL ORDER BY name")
        seen = seen_models(connection, {model.name for model in found})
    return Models([model for model in found if model.name in seen and not model.is_prompt])


def _get(hub: Hub, asked: Named) -> ModelDocument:
    """Give a registered model with its versions, and where its aliases pointed."""
    with hub.database.read() as connection:
        model = seen_model(connection, asked.model)
        return ModelDocument(model, versions_of(connection, model), moves_of(connection, model))


def _version(hub: Hub, asked: OneVersion) -> VersionDocument:
    """Give everything that is known about a version, with the run that made it."""
    with hub.database.read() as connection:
        version = version_called(connection, seen_model(connection, asked.model), asked.version)
        run = _run(connection, version)
    return VersionDocument(version, run, _signature(hub, version))


def _card(hub: Hub, asked: OneVersion) -> Card:
    """Give a version's model card, in Markdown."""
    found = _version(hub, asked)
    return Card(card(found.version, found.run, found.signature))


def _compare(hub: Hub, asked: TwoVersions) -> VersionComparison:
    """Tell what differs between two versions, as `modelcompose models diff` does."""
    with hub.database.read() as connection:
        model = seen_model(connection, asked.model)
        old, new = (version_called(connection, model, one) for one in (asked.old, asked.new))
        before, after = _run(connection, old), _run(connection, new)

    def listing(digest: str) -> Tree | None:
        try:
            return Store(hub.home / "store").tree(digest)
        except StoreError:
            return None

    return compare_versions(
        VersionDocument(old, before, {}), VersionDocument(new, after, {}), listing
    )


def _run(connection: Connection, version: Version) -> Run | None:
    """Give the run that made a version; None where it is not recorded here any more."""
    try:
        return read_run(connection, version.run).run if version.run else None
    except NotFound:
        return None


def _signature(hub: Hub, version: Version) -> dict[str, Any]:
    try:
        place = parts_of_uri(version.storage)
        if place is None:
            return {}
        reading = hub.artifacts.open((*place, DESCRIPTION))
    except ModelComposeError:  # it is a file, nobody wrote one, or it is kept elsewhere
        return {}
    try:
        return read_signature(
            b"".join(reading.chunks(0, min(reading.size_bytes, DESCRIPTION_BYTES)))
        )
    finally:
        reading.close()
