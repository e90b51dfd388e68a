"""What `ml.lock` and git say of data, where the hub stands beside a project's folder."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import ModelComposeError
from modelcompose.hub.beside.beside import NotBeside, standing_beside
from modelcompose.hub.datasets.records import DatasetCommit
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.pipeline.lock import FILE_NAME, parse_lock
from modelcompose.store.content import Content
from modelcompose.versioning.history import versions

MOST_COMMITS = 100
"""So many versions of a path are looked for in git."""


class LockedData(Struct, frozen=True):
    """The data that a project's lock names."""

    folder: Path
    data: Mapping[str, Content]


class NamedVersion(Struct, frozen=True):
    """A version, and the commit that named it."""

    content: Content
    commit: DatasetCommit


def folder_beside(hub: Hub, project: str) -> Path | None:
    """Give a project's folder, where the hub stands beside it and the caller may see it."""
    try:
        place = standing_beside(project, caller.get(), hub.home, hub.database)
    except NotBeside:
        return None
    return Path(place.directory)


def locked_data(hub: Hub, project: str) -> LockedData | None:
    """Give what a project's lock names; None where the hub does not see it."""
    folder = folder_beside(hub, project)
    if folder is None:
        return None
    try:
        text = (folder / FILE_NAME).read_text("utf-8")
        return LockedData(folder, parse_lock(text, FILE_NAME).data)
    except (
        OSError,
        UnicodeDecodeError,
        ModelComposeError,
    ):  # none yet, or in the middle of a merge
        return LockedData(folder, {})


def named_versions(folder: Path, path: str) -> list[NamedVersion]:
    """Give the versions of a path that git knows of, the newest first."""
    try:
        found = list(islice(versions(folder, path), MOST_COMMITS))
    except ModelComposeError:  # a lock of a newer program, or one that was damaged
        return []
    return [
        NamedVersion(
            one.content,
            DatasetCommit(one.commit.id, one.commit.at, one.commit.author, one.commit.subject),
        )
        for one in found
        if one.content is not None
    ]
