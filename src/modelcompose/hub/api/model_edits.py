"""What people say of models and versions: descriptions and tags; versions deleted and restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.model_access import changed_model, seen_model
from modelcompose.hub.hub import Hub
from modelcompose.registry import models, versions
from modelcompose.registry.aliases import version_called
from modelcompose.registry.records import Model, Version
from modelcompose.registry.restoring import DeletedVersion, deleted_versions, restore_version

_TAGS = 100


class RegistryEdit(Struct, frozen=True):
    """What is to change; what is not named stays."""

    description: str | UnsetType = UNSET
    """In Markdown."""
    tags: Annotated[Mapping[str, str | None], Meta(max_length=_TAGS)] = {}
    """By name; null removes one."""


class ModelEdit(Struct, frozen=True):
    """A change of a model."""

    model: str
    body: RegistryEdit


class VersionEdit(Struct, frozen=True):
    """A change of a version."""

    model: str
    version: str
    """Its number, or an alias."""
    body: RegistryEdit


class VersionNumber(Struct, frozen=True):
    """One version of a model, by its number."""

    model: str
    version: Annotated[int, Meta(ge=1, le=999_999_999)]


class ModelTrash(Struct, frozen=True):
    """What is in the trash of a model."""

    versions: list[DeletedVersion]
    """The newest first."""


class ModelTrashOf(Struct, frozen=True):
    """One model."""

    model: str


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    one = "/models/{model}/versions/{version}"
    return [
        Endpoint("/models/{model}/edit", _edit, ModelEdit, Model, method="POST", role="writer"),
        Endpoint(f"{one}/edit", _edit_version, VersionEdit, Version, method="POST", role="writer"),
        Endpoint(one, _delete, VersionNumber, ModelTrash, method="DELETE", role="writer"),
        Endpoint(f"{one}/restore", _restore, VersionNumber, Version, method="POST", role="writer"),
        Endpoint("/models/{model}/trash", _trash, ModelTrashOf, ModelTrash),
    ]


def _edit(hub: Hub, asked: ModelEdit) -> Model:
    """Change a model's description and tags."""
    now = hub.clock()
    with hub.database.write() as connection:
        model = changed_model(connection, asked.model)
        if asked.body.description is not UNSET:
            models.describe_model(connection, model, asked.body.description, now)
        for key, value in asked.body.tags.items():
            if value is None:
                models.delete_model_tag(connection, model, key, now)
            else:
                models.set_model_tag(connection, model, key, value, now)
        changed = models.model_named(connection, asked.model)
    hub.deliveries.wake()
    return changed


def _edit_version(hub: Hub, asked: VersionEdit) -> Version:
    """Change a version's description and tags."""
    now = hub.clock()
    with hub.database.write() as connection:
        model = changed_model(connection, asked.model)
        version = version_called(connection, model, asked.version)
        if asked.body.description is not UNSET:
            versions.describe_version(connection, version, asked.body.description, now)
        for key, value in asked.body.tags.items():
            if value is None:
                versions.delete_version_tag(connection, version, key, now)
            else:
                versions.set_version_tag(connection, version, key, value, now)
        changed = versions.version_of(connection, model.name, version.version)
    hub.deliveries.wake()
    return changed


def _delete(hub: Hub, asked: VersionNumber) -> ModelTrash:
    """Put a version into the trash; aliases that point to it are removed."""
    with hub.database.write() as connection:
        model = changed_model(connection, asked.model)
        version = version_called(connection, model, str(asked.version))
        versions.delete_version(connection, version, hub.clock())
        return ModelTrash(deleted_versions(connection, model))


def _restore(hub: Hub, asked: VersionNumber) -> Version:
    """Bring a version back out of the trash, with the aliases that still point nowhere."""
    with hub.database.write() as connection:
        model = changed_model(connection, asked.model)
        restored = restore_version(connection, model, asked.version, hub.clock())
    hub.deliveries.wake()
    return restored


def _trash(hub: Hub, asked: ModelTrashOf) -> ModelTrash:
    """List the versions of a model that are in the trash."""
    with hub.database.read() as connection:
        return ModelTrash(deleted_versions(connection, seen_model(connection, asked.model)))
