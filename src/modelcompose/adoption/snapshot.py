"""What lies in a folder, by sizes and times: cheap enough to look before and after a command."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

PASSED_OVER = frozenset(
    {
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".ml",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "node_modules",
        "venv",
    }
)
"""Folders that are neither code nor data of the project."""
BYTE_CODE = "__pycache__"

State = tuple[int, int, int]
"""Size in bytes, modification time in nanoseconds, inode.

Not the time of the last status change: an entrypoint that sets owners changes nothing.
"""


class Snapshot(Struct, frozen=True):
    """A folder at one moment; paths are relative to it, with slashes."""

    files: Mapping[str, State]
    folders: tuple[str, ...]
    """Every folder that was looked into, the folder itself as the empty path."""


class Changes(Struct, frozen=True):
    """What differs between two snapshots; sorted."""

    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[str, ...]:
        """Give every file that is new or not what it was."""
        return tuple(sorted((*self.created, *self.changed)))


def take_snapshot(folder: Path) -> Snapshot:
    """Look at every file of a folder; what cannot be looked at is left out."""
    files: dict[str, State] = {}
    folders: list[str] = []
    waiting = [(os.fspath(folder), "")]
    while waiting:
        here, prefix = waiting.pop()
        try:
            items = list(os.scandir(here))
        except OSError:
            continue
        folders.append(prefix.rstrip("/"))
        for item in items:
            if item.is_dir(follow_symlinks=False):
                if item.name not in PASSED_OVER:
                    waiting.append((item.path, f"{prefix}{item.name}/"))
            elif (state := _state(item)) is not None:
                files[prefix + item.name] = state
    return Snapshot(files, tuple(folders))


def compare(before: Snapshot, after: Snapshot) -> Changes:
    """Tell what happened between two snapshots; byte code that Python keeps does not count."""
    old, new = before.files, after.files
    return Changes(
        created=_counting(path for path in new if path not in old),
        changed=_counting(path for path, state in new.items() if old.get(path, state) != state),
        deleted=_counting(path for path in old if path not in new),
    )


def is_byte_code(path: str) -> bool:
    """Tell whether Python keeps a compiled module at this path."""
    return BYTE_CODE in path.split("/")


def _counting(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in paths if not is_byte_code(path)))


def _state(item: os.DirEntry[str]) -> State | None:
    try:
        status = item.stat(follow_symlinks=False)
    except OSError:
        return None
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
