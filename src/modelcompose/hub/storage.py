"""What a hub's things take on disk, measured in the background: it takes as long as there is much.

Nobody waits for it: what was measured last is told with its time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.hub import Hub
from modelcompose.hub.importing.files import sizes_below

FRESH_S = 3600.0
"""What is older is measured anew when it is asked for."""

_IDS_AT_ONCE = 1000


class Taken(Struct, frozen=True):
    """How much there is of something."""

    files: int = 0
    size_bytes: int = 0

    def __add__(self, other: Taken) -> Taken:
        """Give both together."""
        return Taken(self.files + other.files, self.size_bytes + other.size_bytes)


class Measurement(Struct, frozen=True):
    """What a hub took at one time."""

    measured_at: float
    """Seconds since the epoch."""
    database: Taken
    artifacts: Taken
    logs: Taken
    content: Taken
    """The content store: versions of data and outputs of steps."""
    artifacts_of: Mapping[int, Taken]
    """By the number of the project."""
    logs_of: Mapping[int, Taken]


class Storage:
    """Measurements of hubs, made one at a time each."""

    def __init__(self) -> None:
        """Begin without any."""
        self._found: dict[str, Measurement] = {}
        self._measuring: set[str] = set()
        self._lock = Lock()

    def look(self, hub: Hub, *, anew: bool = False) -> tuple[Measurement | None, bool]:
        """Give what was measured last, and whether it is being measured again.

        Args:
            hub: whose storage it is.
            anew: whether to begin to measure also where that was done not long ago.
        """
        key = f"{hub.home}\n{hub.database.name}"
        found = self._found.get(key)
        is_old = found is None or hub.clock() - found.measured_at > FRESH_S
        with self._lock:
            begins = (is_old or anew) and key not in self._measuring
            if begins:
                self._measuring.add(key)
        if begins:
            hub.threads.submit(self._measure, hub, key)
        # In this order: what is not being measured any more has been found.
        is_measuring = key in self._measuring
        return self._found.get(key), is_measuring

    def _measure(self, hub: Hub, key: str) -> None:
        try:
            self._found[key] = measure(hub)
        finally:
            self._measuring.discard(key)


def measure(hub: Hub) -> Measurement:
    """Measure what a hub takes; reads the folders of all artifacts, logs and contents.

    Raises:
        StoreError: the artifacts cannot be read.
        DatabaseError: the database cannot be used.
    """
    artifacts, artifacts_of = _artifacts(hub)
    logs, logs_of = _logs(hub)
    return Measurement(
        hub.clock(),
        _database(hub),
        artifacts,
        logs,
        _folder(hub.home / "store"),
        artifacts_of,
        logs_of,
    )


def _database(hub: Hub) -> Taken:
    if hub.database.dialect == "postgresql":
        with hub.database.read() as connection:
            row = connection.row("SELECT pg_database_size(current_database())")
        return Taken(0, int(row[0]) if row else 0)
    path = Path(hub.database.name)
    sizes = [_size(path.with_name(path.name + suffix)) for suffix in ("", "-wal", "-shm")]
    return Taken(len([size for size in sizes if size]), sum(sizes))


def _artifacts(hub: Hub) -> tuple[Taken, dict[int, Taken]]:
    whole, by_project = Taken(), dict[int, Taken]()
    for entry in hub.artifacts.entries(()):
        if entry.is_dir:
            sizes = sizes_below(hub.artifacts, (entry.name,))
            taken = Taken(len(sizes), sum(size or 0 for size in sizes.values()))
        else:
            taken = Taken(1, entry.size_bytes or 0)
        whole += taken
        if entry.is_dir and entry.name.isdecimal():
            by_project[int(entry.name)] = taken
    return whole, by_project


def _logs(hub: Hub) -> tuple[Taken, dict[int, Taken]]:
    by_run = {
        run.name: _folder(Path(run.path))
        for first in _entries(hub.home / "runs")
        if first.is_dir(follow_symlinks=False)
        for run in _entries(Path(first.path))
    }
    by_project: dict[int, Taken] = {}
    ids = list(by_run)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        with hub.database.read() as connection:
            projects = _projects(connection, some)
        for run, project in projects.items():
            by_project[project] = by_project.get(project, Taken()) + by_run[run]
    return sum(by_run.values(), Taken()), by_project


def _projects(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    these, parameter = one_of(connection, "id", ids)
    rows = connection.rows(
        f"SELECT id, experiment FROM runs WHERE experiment IS NOT NULL AND {these}",  # noqa: S608
        (parameter,),
    )
    return dict(rows)


def _folder(path: Path) -> Taken:
    files = size_bytes = 0
    waiting = [path]
    while waiting:
        for entry in _entries(waiting.pop()):
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                files += 1
                size_bytes += _size(Path(entry.path))
    return Taken(files, size_bytes)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:  # such as one that is gone meanwhile
        return


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
