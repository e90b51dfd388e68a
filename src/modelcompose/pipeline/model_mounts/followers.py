"""Who runs on a model: services whose folder holds a version, as far as this hub knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.pipeline.model_mounts.marking import SERVED
from modelcompose.pipeline.model_mounts.places import MountedProject, remembered
from modelcompose.registry.records import Model

_HOLDING = """
    SELECT tags.name, tags.value, versions.version FROM model_version_tags AS tags
    JOIN model_versions AS versions ON versions.number = tags.version
    WHERE versions.model = ? AND versions.deleted_at IS NULL AND tags.name LIKE ?
    ORDER BY tags.name
"""


class Follower(Struct, frozen=True):
    """A service whose folder holds a version of a model."""

    project: str
    service: str
    place: str
    """The folder, from the project's."""
    holds: int | None
    """The version that it held when it was last filled; None where that was never told."""
    reference: str | None = None
    """The alias or number that its mount names; None where its folder is on another machine."""
    directory: str | None = None
    """The project's folder on this machine."""
    on_change: Literal["restart", "signal", "none"] = "restart"
    signal: str = ""


def followers(connection: Connection, model: Model, home: Path) -> list[Follower]:
    """Give the services that hold a version of a model.

    Args:
        connection: of any block.
        model: the model.
        home: where this machine's filled folders are remembered.
    """
    rows = connection.rows(_HOLDING, (model.number, f"{SERVED}%"))
    holding = {name.removeprefix(SERVED): (place, version) for name, place, version in rows}
    here = list(_here(model.name, tuple(remembered(home)), holding))
    known = {f"{each.project}/{each.service}" for each in here}
    elsewhere = [
        Follower(*_named(name), place, version)
        for name, (place, version) in holding.items()
        if name not in known
    ]
    return sorted([*here, *elsewhere], key=lambda each: (each.project, each.service, each.place))


def _here(
    model: str, projects: Sequence[MountedProject], holding: dict[str, tuple[str, int]]
) -> Iterator[Follower]:
    for project in projects:
        for mounted in project.mounts:
            mount = mounted.mount
            if mount.model != model:
                continue
            _, version = holding.get(f"{project.name}/{mounted.service}", ("", None))
            yield Follower(
                project.name,
                mounted.service,
                mount.place,
                version,
                mount.reference,
                project.directory,
                mount.on_change,
                mount.signal,
            )


def _named(name: str) -> tuple[str, str]:
    project, _, service = name.partition("/")
    return project, service
