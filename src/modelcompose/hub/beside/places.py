"""The folders on this machine in which this user's commands worked, one small file for each.

A hub reads a project's folder only where such a file names it. Only commands on this machine
write them: no call of the hub's API can, so that nobody elsewhere can choose what a hub reads.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from modelcompose.compose.project import Project

_FOLDER = "places"


class Place(Struct, frozen=True):
    """Where a project lies, and how it was read."""

    project: str
    directory: str
    host: str
    engine: str
    files: tuple[str, ...] = ()
    """The Compose files that were named, absolute; none where they are found by their names."""
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()


def remember(home: Path, project: Project, engine: str) -> None:
    """Remember where a project lies; that it cannot be written stops nothing.

    Args:
        home: this user's home folder.
        project: as a command of theirs read it.
        engine: the engine that the command used.
    """
    place = _place(project, engine)
    path = _path(home, project.name)
    if _read(path) == place:
        return
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        new.write_bytes(msgspec.json.encode(place))
        new.replace(path)


def place_of(home: Path, project: str) -> Place | None:
    """Give where a project lies on this machine; None where no command of this user said so."""
    found = _read(_path(home, project))
    return found if found is not None and found.project == project else None


def _place(project: Project, engine: str) -> Place:
    options = project.options
    variable = project.variables.get("COMPOSE_FILE", "")
    separator = project.variables.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    files = options.files or tuple(filter(None, variable.split(separator)))
    return Place(
        project.name,
        str(project.directory),
        platform.node(),
        engine,
        _absolute(files),
        project.profiles,
        _absolute(options.env_files),
    )


def _absolute(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(os.path.abspath(path) for path in paths)  # noqa: PTH100 - `..` goes by name


def _read(path: Path) -> Place | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Place)
    except (OSError, msgspec.MsgspecError):
        return None


def _path(home: Path, project: str) -> Path:
    name = hashlib.sha256(project.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return home / _FOLDER / f"{name}.json"
