"""The files of runs that are compared: which each of them has, to set like beside like."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.errors import NotFound
from modelcompose.hub.api.artifacts import files_of, walk
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.hub import Hub
from modelcompose.hub.previews.areas import Area
from modelcompose.hub.previews.image_series import name_and_step
from modelcompose.hub.previews.kinds import FileKind, kind_of

MOST_FILES = 2_000
"""So many files of an area of a run are looked at."""

_SHOWN: frozenset[FileKind] = frozenset({"image", "table", "json"})
_AREAS: tuple[Area, ...] = ("artifacts", "outputs")


class FilesOfRuns(Struct, frozen=True):
    """Some runs."""

    run: Annotated[list[str], Meta(min_length=1, max_length=100)]


class ComparedFile(Struct, frozen=True):
    """A file that can be set beside that of another run."""

    run: str
    area: Area
    path: str
    kind: FileKind
    series: str
    """What images that differ in a step alone have in common; else the path."""
    step: int | None = None
    """Of an image, where its name has one."""


class ComparedFiles(Struct, frozen=True):
    """Images, tables and JSON documents of runs."""

    files: list[ComparedFile]
    cut: list[str]
    """Runs that have more files than were looked at."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/comparison/files", _files, FilesOfRuns, ComparedFiles)]


def _files(hub: Hub, asked: FilesOfRuns) -> ComparedFiles:
    """Find the images, tables and JSON documents among the artifacts and outputs of runs.

    Runs that are gone have none.
    """
    found: list[ComparedFile] = []
    cut: list[str] = []
    for run in dict.fromkeys(asked.run):
        for area in _AREAS:
            paths = list(islice(_paths(hub, run, area), MOST_FILES + 1))
            if len(paths) > MOST_FILES and run not in cut:
                cut.append(run)
            found += _shown(run, area, paths[:MOST_FILES])
    return ComparedFiles(found, cut)


def _paths(hub: Hub, run: str, area: Area) -> Iterator[str]:
    try:
        yield from walk(hub, files_of(hub, run, area))
    except NotFound:
        return


def _shown(run: str, area: Area, paths: list[str]) -> Iterator[ComparedFile]:
    for path in paths:
        kind = kind_of(path)
        if kind == "image":
            named = name_and_step(path)
            if named is not None:
                yield ComparedFile(run, area, path, kind, *named)
        elif kind in _SHOWN:
            yield ComparedFile(run, area, path, kind, path)
