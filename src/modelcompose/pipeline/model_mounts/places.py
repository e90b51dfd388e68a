"""Which folders on this machine hold which model, and for whom: remembered in the home folder.

One small file for each project folder, so that an alias that is moved anywhere reaches them all.
Losing one costs nothing but that: the next `up` writes it again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from modelcompose.compose.project import ModelMount, Project
from modelcompose.database.home import home_folder
from modelcompose.store.failures import translated


class Mounted(Struct, frozen=True):
    """A mount of a service that was filled with a model."""

    service: str
    mount: ModelMount


class MountedProject(Struct, frozen=True):
    """The filled mounts of one project folder."""

    name: str
    """Of the Compose project."""
    directory: str
    mounts: tuple[Mounted, ...] = ()
    remote: str | None = None
    """Of the project."""


def mounts_of(project: Project, services: Sequence[str] | None = None) -> tuple[Mounted, ...]:
    """Give the mounts of a project's services that hold a model; of all services by default."""
    return tuple(
        Mounted(name, mount)
        for name, service in project.services.items()
        if services is None or name in services
        for mount in service.model_mounts
    )


def remember(project: Project, filled: Sequence[Mounted]) -> None:
    """Remember what was filled, beside what was before and is still asked for.

    Raises:
        StoreError: the home folder cannot be written.
    """
    path = _path(str(project.directory))
    known = _read(path)
    before = set(known.mounts if known else ()) & set(mounts_of(project))
    kept = MountedProject(
        project.name,
        str(project.directory),
        tuple(sorted({*before, *filled}, key=lambda each: (each.service, each.mount.place))),
        project.remote,
    )
    if kept == known:
        return
    with translated(path, "cannot be written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        new.write_bytes(msgspec.json.encode(kept))
        new.replace(path)


def remembered(home: Path | None = None) -> Iterator[MountedProject]:
    """Give the projects with filled mounts, as far as their folders are still there.

    Args:
        home: where they are remembered; by default this user's.
    """
    for path in sorted(_folder(home).glob("*.json")):
        found = _read(path)
        if found is None:
            continue
        if Path(found.directory).is_dir():
            yield found
        else:
            path.unlink(missing_ok=True)


def _read(path: Path) -> MountedProject | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=MountedProject)
    except (OSError, msgspec.MsgspecError):
        return None


def _path(directory: str) -> Path:
    return _folder() / f"{hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]}.json"


def _folder(home: Path | None = None) -> Path:
    return (home or home_folder()) / "mounts"
