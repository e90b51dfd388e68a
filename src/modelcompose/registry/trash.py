"""The trash of the registry, emptied: what was deleted before a time, with the files behind it."""

from __future__ import annotations

from typing import Any

from modelcompose.database.database import Connection

_MODELS = "DELETE FROM registered_models WHERE deleted_at < ?"
_VERSIONS = "DELETE FROM model_versions WHERE deleted_at < ?"
_LOGGED = "SELECT artifacts FROM logged_models WHERE deleted_at < ?"
_KEPT = """
    AND NOT EXISTS (
        SELECT 1 FROM model_versions
        WHERE model_versions.logged_model = logged_models.id AND model_versions.deleted_at IS NULL
    )
"""


def empty_trash(connection: Connection, before: float) -> list[str]:
    """Forget what was deleted before a time.

    A logged model stays as long as a version that is in use is made of it. Versions own no files:
    those of a client are its logged model's or its run's, those of a gate are content that other
    runs may share.

    Args:
        connection: of a write block.
        before: seconds since the epoch.

    Returns:
        Addresses of artifact folders that nothing refers to any more, for the caller to delete.
    """
    given: tuple[Any, ...] = (before,)
    connection.execute(_VERSIONS, given)
    connection.execute(_MODELS, given)
    folders = [row[0] for row in connection.rows(_LOGGED + _KEPT, given)]
    connection.execute(f"DELETE FROM logged_models WHERE deleted_at < ? {_KEPT}", given)  # noqa: S608
    return folders
