"""What this hub takes on disk."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.hub import Hub
from modelcompose.hub.storage import Measurement, Storage, Taken
from modelcompose.hub.tokens.principal import caller

_storage = Storage()


class StorageAsked(Struct, frozen=True):
    """What to tell of."""

    refresh: bool = False
    """Whether to begin to measure anew; the answer is still what was measured before."""


class ProjectStorage(Struct, frozen=True):
    """What a project takes beside the database."""

    project: str
    is_deleted: bool
    """Whether it is in the trash."""
    artifacts: Taken
    logs: Taken


class StorageUsed(Struct, frozen=True):
    """What the hub takes, as it was measured last."""

    is_measuring: bool
    """Whether it is being measured now: ask again for newer numbers."""
    age_s: float | None
    """How old the numbers are; null where there are none yet."""
    database: Taken | None = None
    artifacts: Taken | None = None
    logs: Taken | None = None
    content: Taken | None = None
    """The content store: versions of data and outputs of steps, shared by all projects."""
    projects: list[ProjectStorage] = []
    """Those that the caller may see, the largest first."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/storage", _get, StorageAsked, StorageUsed)]


def _get(hub: Hub, asked: StorageAsked) -> StorageUsed:
    """Tell what the hub takes on disk: measured in the background, with its age."""
    found, is_measuring = _storage.look(hub, anew=asked.refresh)
    if found is None:
        return StorageUsed(is_measuring, None)
    with hub.database.read() as connection:
        projects = _projects(connection, found)
    return StorageUsed(
        is_measuring,
        max(0.0, hub.clock() - found.measured_at),
        found.database,
        found.artifacts,
        found.logs,
        found.content,
        projects,
    )


def _projects(connection: Connection, found: Measurement) -> list[ProjectStorage]:
    rows = connection.rows("SELECT number, name, deleted_at FROM experiments ORDER BY name")
    nothing = Taken()
    told = [
        ProjectStorage(
            name,
            deleted_at is not None,
            found.artifacts_of.get(number, nothing),
            found.logs_of.get(number, nothing),
        )
        for number, name, deleted_at in rows
        if caller.get().may("reader", [name])
    ]
    return sorted(told, key=lambda one: -(one.artifacts + one.logs).size_bytes)
