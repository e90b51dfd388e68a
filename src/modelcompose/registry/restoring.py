"""What was deleted from the registry and is not yet gone: models and versions, brought back."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import AlreadyExists, NotFound
from modelcompose.registry.aliases import set_alias
from modelcompose.registry.models import model_named, read_models, touch_model
from modelcompose.registry.records import Model, Version
from modelcompose.registry.versions import version_of

_DELETED = """
    SELECT number, version, deleted_at FROM model_versions
    WHERE model = ? AND deleted_at IS NOT NULL ORDER BY version DESC
"""
_RESTORE = "UPDATE model_versions SET deleted_at = NULL, updated_at = ? WHERE number = ?"
_POINTED = """
    SELECT alias FROM alias_moves
    WHERE model = ? AND old_version = ? AND new_version IS NULL AND moved_at = ?
"""


class DeletedVersion(Struct, frozen=True):
    """A version that is in the trash."""

    number: int
    version: int
    deleted_at: float


def deleted_versions(connection: Connection, model: Model) -> list[DeletedVersion]:
    """Give the versions of a model that are in the trash, the newest first."""
    return [DeletedVersion(*row) for row in connection.rows(_DELETED, (model.number,))]


def restore_model(connection: Connection, number: int, now: float) -> str:
    """Bring a model back out of the trash, with the versions that were not there by themselves.

    Args:
        connection: of a write block.
        number: of the model: its name may be that of another one by now.
        now: seconds since the epoch.

    Returns:
        Its name.

    Raises:
        NotFound: it is not in the trash.
        AlreadyExists: another model has its name.
    """
    row = connection.row(
        "SELECT name FROM registered_models WHERE number = ? AND deleted_at IS NOT NULL", (number,)
    )
    if row is None:
        raise NotFound("no such model is in the trash")
    name = str(row[0])
    if read_models(connection, "deleted_at IS NULL AND name = ?", (name,)):
        raise AlreadyExists(
            f"another model has the name {name} by now", hint="rename that one first"
        )
    connection.execute(
        "UPDATE registered_models SET deleted_at = NULL, updated_at = ? WHERE number = ?",
        (now, number),
    )
    return name


def restore_version(connection: Connection, model: Model, version: int, now: float) -> Version:
    """Bring a version back out of the trash, with the aliases that still point nowhere.

    Args:
        connection: of a write block.
        model: the model.
        version: as users count them.
        now: seconds since the epoch.

    Raises:
        NotFound: it is not in the trash.
    """
    found = [one for one in deleted_versions(connection, model) if one.version == version]
    if not found:
        raise NotFound(f"{model.name}@{version}: is not in the trash")
    deleted = found[0]
    connection.execute(_RESTORE, (now, deleted.number))
    touch_model(connection, model, now)
    restored = version_of(connection, model.name, version)
    pointed = connection.rows(_POINTED, (model.number, version, deleted.deleted_at))
    for (alias,) in pointed:
        if alias not in model.aliases:
            set_alias(
                connection, model, alias, restored, now, cause=f"version {version} was restored"
            )
    return version_of(connection, model_named(connection, model.name).name, version)
