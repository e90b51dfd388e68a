"""From what was opened and what changed to what a command read and wrote of its project."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

from msgspec import Struct

from modelcompose.adoption.folding import fold
from modelcompose.adoption.snapshot import (
    BYTE_CODE,
    PASSED_OVER,
    Changes,
    Snapshot,
    is_byte_code,
)
from modelcompose.adoption.view import external_folders
from modelcompose.adoption.watching import Opened
from modelcompose.compose.project import Project, Service
from modelcompose.errors import StoreError
from modelcompose.store.content import Content
from modelcompose.store.states import FileStates

LARGE_BYTES = 64 << 20
"""A larger file that was read counts by its size and time: reading it again would take longer
than many a command."""

_MOST_PATHS = 200
_MANY_FILES = 1000
_MOST_FOLDERS = 20_000


class Seen(Struct, frozen=True):
    """What a command touched; paths relative to the project, absolute for external data."""

    read: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


def folders_to_watch(project: Project, service: Service, snapshot: Snapshot) -> Iterator[str]:
    """Give every folder whose files the command could read: the project's, and external mounts."""
    root = os.fspath(project.directory)
    yield from (f"{root}/{folder}" if folder else root for folder in snapshot.folders)
    for mount in external_folders(project, service):
        yield from _folders_below(str(mount.source))


def _folders_below(folder: str) -> Iterator[str]:
    for here, inner, _ in islice(os.walk(folder), _MOST_FOLDERS):
        inner[:] = [name for name in inner if name not in PASSED_OVER]
        yield here


def touched(  # noqa: PLR0913 - all that was seen, from each side
    project: Project,
    service: Service,
    opened: Opened,
    changes: Changes,
    *,
    before: Snapshot,
    since: float,
    is_ignored: Callable[[str], bool],
) -> Seen:
    """Tell what a command read and wrote.

    Args:
        project: where it ran.
        service: whose mounts it had.
        opened: what was opened while it was watched.
        changes: what differs after it.
        before: what there was.
        since: seconds since the epoch; what was opened earlier was not opened by the command.
        is_ignored: tells which paths of the project are neither read nor written: configuration.
    """
    root = os.fspath(project.directory) + "/"
    written = {*changes.written}
    # A database is opened for writing also by one who only reads it.
    opened_so = _since(opened.read, since) | _since(opened.written, since)
    read = {_source(path.removeprefix(root)) for path in opened_so}
    inside = {
        path
        for path in read
        if path in before.files and path not in written and not _is_passed_over(path)
    }
    return Seen(
        read=(
            *sorted(path for path in inside if not is_ignored(path)),
            *_external_read(project, service, opened, since),
        ),
        written=tuple(path for path in changes.written if not is_ignored(path)),
        deleted=tuple(path for path in changes.deleted if not is_ignored(path)),
    )


def contents(
    project: Project, paths: Iterable[str], present: Iterable[str], states: FileStates
) -> dict[str, Content]:
    """Identify what was touched, many files of one folder by the folder."""
    paths = list(paths)
    inside = [path for path in paths if not path.startswith("/")]
    if len(inside) > _MOST_PATHS:
        inside = fold(inside, present, least=50, share=0.8)
    found: dict[str, Content] = {}
    for path in (*inside, *(path for path in paths if path.startswith("/"))):
        with suppress(StoreError):  # it has gone meanwhile
            content = _content(project.directory / path, states, is_external=path.startswith("/"))
            if content is not None:
                found[path] = content
    return found


def _content(path: Path, states: FileStates, *, is_external: bool) -> Content | None:
    if is_external:
        return states.stat_digest(path)
    if path.is_dir():
        files = sum(len(names) for _, _, names in os.walk(path))
        return states.stat_digest(path) if files > _MANY_FILES else states.look(path)
    try:
        is_large = path.stat().st_size > LARGE_BYTES
    except OSError:
        return None
    return states.stat_digest(path) if is_large else states.look(path)


def _since(opened: Mapping[str, float], since: float) -> set[str]:
    return {path for path, time in opened.items() if time >= since}


def _source(path: str) -> str:
    """Give the module that byte code was compiled from: Python opens that alone."""
    if not is_byte_code(path):
        return path
    folder, _, name = path.rpartition("/")
    module = name.partition(".")[0]
    return f"{folder.removesuffix(BYTE_CODE)}{module}.py"


def _is_passed_over(path: str) -> bool:
    return not PASSED_OVER.isdisjoint(path.split("/")[:-1])


def _external_read(
    project: Project, service: Service, opened: Opened, since: float
) -> Iterator[str]:
    """Give the external folders that were read and that nothing was written to."""
    for mount in external_folders(project, service):
        below = f"{mount.source}/"
        is_read = any(path.startswith(below) for path in _since(opened.read, since))
        is_written = any(path.startswith(below) for path in _since(opened.written, since))
        if is_read and not is_written:
            yield str(mount.source)
