"""Which services run on which version, kept as tags of the versions.

A tag `modelcompose.served.PROJECT/SERVICE` with the folder as its value: every client sees it, and
lineage follows it from a version to what serves it.
"""

from __future__ import annotations

from modelcompose.database.database import Connection
from modelcompose.pipeline.model_mounts.places import Mounted
from modelcompose.registry.records import Version
from modelcompose.registry.versions import delete_version_tag, set_version_tag, version_of

SERVED = "modelcompose.served."


def mark(
    connection: Connection, project: str, mounted: Mounted, version: Version, now: float
) -> None:
    """Note that a service's folder holds a version, and no longer another of the model.

    Args:
        connection: of a write block.
        project: the Compose project's name.
        mounted: the service, and its mount.
        version: what its folder holds now.
        now: seconds since the epoch.
    """
    key = f"{SERVED}{project}/{mounted.service}"
    rows = connection.rows(
        "SELECT versions.version FROM model_version_tags AS tags "
        "JOIN model_versions AS versions ON versions.number = tags.version "
        "JOIN registered_models AS models ON models.number = versions.model "
        "WHERE tags.name = ? AND models.name = ? AND versions.deleted_at IS NULL "
        "AND models.deleted_at IS NULL",
        (key, version.model),
    )
    marked = {number for (number,) in rows}
    for number in marked - {version.version}:
        delete_version_tag(connection, version_of(connection, version.model, number), key, now)
    if version.version not in marked:
        set_version_tag(connection, version, key, mounted.mount.place, now)
