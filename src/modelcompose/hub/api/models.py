"""Registered models and their versions, in the shapes of `modelcompose models --format json`."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint, Nothing
from modelcompose.hub.guarding import visible_models
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.registry.models import model_named, read_models
from modelcompose.registry.records import Model, Version
from modelcompose.registry.versions import versions_of


class Models(Struct, frozen=True):
    """The models that the caller may see, by name."""

    models: list[Model]


class Named(Struct, frozen=True):
    """One model."""

    model: str


class Versions(Struct, frozen=True):
    """A model with its versions, the newest first."""

    model: Model
    versions: list[Version]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/models", _list, Nothing, Models),
        Endpoint("/models/{model}", _get, Named, Versions),
    ]


def _list(hub: Hub, _: Nothing) -> Models:
    """List the registered models."""
    with hub.database.read() as connection:
        found = read_models(connection, "deleted_at IS NULL ORDER BY name")
        seen = _visible(connection, {model.name for model in found})
    return Models([model for model in found if model.name in seen and not model.is_prompt])


def _get(hub: Hub, asked: Named) -> Versions:
    """Give a registered model with its versions."""
    with hub.database.read() as connection:
        if not _visible(connection, {asked.model}):
            raise NotFound(f"no model {asked.model}")
        model = model_named(connection, asked.model)
        versions = versions_of(connection, model)
    return Versions(model, sorted(versions, key=lambda one: -one.version))


def _visible(connection: Connection, names: set[str]) -> set[str]:
    principal = caller.get()
    return names if principal.sees_all else visible_models(connection, principal, names)
