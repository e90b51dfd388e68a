"""Space on the disks that a pipeline fills."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from modelcompose.diagnosis.finding import Finding, ok, problem, warning
from modelcompose.diagnosis.sizes import GIGABYTE, in_words
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import Unknown

FULL_BYTES = GIGABYTE
SCARCE_BYTES = 5 * GIGABYTE
_SCARCE_NAMES = 0.01
"""Share of the file system's names (inodes) that are left."""

_CLEAN_DOCKER = "docker system prune"


class Place(Struct, frozen=True):
    """Something that lies on a disk."""

    what: str
    path: Path


class Space(Struct, frozen=True):
    """One file system, and what lies on it."""

    places: tuple[Place, ...]
    size_bytes: int
    free_bytes: int
    """For this user."""
    names: int = 0
    """How many files it can hold; 0 where it does not say."""
    free_names: int = 0


def look_at_disks(subject: Subject) -> Iterator[Finding]:
    """Measure the file systems of the project, the home folder and Docker."""
    for space in measured(_places(subject)):
        yield judge(space)


def judge(space: Space) -> Finding:
    """Tell whether a file system has room for work."""
    *first, last = (place.what for place in space.places)
    what = f"{', '.join(first)} and {last}" if first else last
    where = space.places[0].path
    free = in_words(space.free_bytes)
    if space.free_bytes < FULL_BYTES:
        return problem(f"the disk is full: {free} free for {what}", fix=_fix(space, where))
    if space.names and space.free_names < space.names * _SCARCE_NAMES:
        return problem(
            f"the disk can hold {space.free_names:,} more files (inodes) for {what}",
            fix=f"remove folders of many small files:\ndf -i {where}",
        )
    if space.free_bytes < SCARCE_BYTES:
        return warning(f"{free} free for {what}: little for data", fix=_fix(space, where))
    return ok(f"{free} free for {what}")


def measured(places: Sequence[Place]) -> list[Space]:
    """Measure the file systems that places lie on, each once."""
    by_device: dict[int, list[Place]] = {}
    for place in places:
        try:
            by_device.setdefault(place.path.stat().st_dev, []).append(place)
        except OSError:  # Docker's folder may be closed to this user, or in a virtual machine
            continue
    return [_measured(tuple(together)) for together in by_device.values()]


def existing(path: Path) -> Path:
    """Give the nearest folder that is there: a folder to come will lie on its disk."""
    there = (folder for folder in (path, *path.parents) if os.path.exists(folder))  # noqa: PTH110 - that of Path raises where a folder may not be entered
    return next(there)


def _measured(places: tuple[Place, ...]) -> Space:
    found = os.statvfs(places[0].path)
    return Space(
        places,
        size_bytes=found.f_blocks * found.f_frsize,
        free_bytes=found.f_bavail * found.f_frsize,
        names=found.f_files,
        free_names=found.f_favail,
    )


def _places(subject: Subject) -> list[Place]:
    places = [Place("the project", subject.folder)] if subject.has_project else []
    places.append(Place("the home folder", existing(subject.home)))
    try:
        docker = subject.docker.known()
    except Unknown:
        return places
    root = docker.info.get("DockerRootDir")
    if docker.is_local and not docker.is_desktop and root:
        places.append(Place("Docker", Path(root)))
    return places


def _fix(space: Space, where: Path) -> str:
    holds_docker = any(place.what == "Docker" for place in space.places)
    more = f"\n{_CLEAN_DOCKER}" if holds_docker else ""
    return f"make room; the largest folders there:\ndu -xh --max-depth=2 {where} | sort -h{more}"
