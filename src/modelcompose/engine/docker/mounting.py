"""How a job's container sees the workspace: a service's mounts, rewritten."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from modelcompose.engine.docker.escaping import escape, unescape
from modelcompose.engine.places import below, project_path
from modelcompose.engine.protocol import InputMount, Job

Kind = Callable[[Path], Literal["file", "folder"] | None]
"""Tells what is at a path; None for nothing."""


class MountPlan(Struct, frozen=True):
    """The mounts of a job's container, and what must be there before they can be mounted."""

    volumes: tuple[Mapping[str, Any], ...]
    """In Compose's long form."""
    folders: tuple[Path, ...] = ()
    """Mount points to create as the calling user, or the engine makes them as root."""
    files: tuple[Path, ...] = ()


def plan_mounts(job: Job, kind: Kind) -> MountPlan:
    """Rewrite the service's mounts for a job.

    Binds of the project show the workspace; a bind of one file that the workspace does not hold
    is left out, so that the step misses the file rather than finds a folder. Each of the job's
    mounts is added wherever a bind shows its place, read-only unless it is for writing.
    """
    planned = _Planned(job, kind)
    for entry in job.service.document.get("volumes") or ():
        planned.add(entry)
    for mount in job.mounts:
        planned.show(mount)
    return MountPlan(
        tuple(planned.volumes.values()),
        tuple(dict.fromkeys(planned.folders)),
        tuple(dict.fromkeys(planned.files)),
    )


class _Planned:
    """The mounts so far, by target: the later one wins, as it does in Compose."""

    def __init__(self, job: Job, kind: Kind) -> None:
        self._job = job
        self._kind = kind
        self._shown: list[tuple[str, str]] = []
        self.volumes: dict[str, Mapping[str, Any]] = {}
        self.folders: list[Path] = []
        self.files: list[Path] = []

    def add(self, entry: Mapping[str, Any]) -> None:
        """Take over one of the service's own mounts."""
        target = str(entry["target"])
        source = entry.get("source")
        if entry.get("type") != "bind" or not source:
            self.volumes[target] = entry
            return
        source = unescape(str(source))
        relative = project_path(source, self._job.project.directory)
        if relative is None:
            self._shown.append((source, target))
            self.volumes[target] = entry
        else:
            self._add_project(entry, relative, target)

    def _add_project(self, entry: Mapping[str, Any], relative: str, target: str) -> None:
        covering = _covering(self._job.mounts, relative)
        if covering is not None:
            mount, rest = covering
            source = mount.source / rest if rest else mount.source
            read_only = mount.read_only or entry.get("read_only") is True
            self.volumes[target] = {
                **entry,
                "source": escape(str(source)),
                "read_only": read_only,
            }
            return
        place = self._job.workspace / relative
        if self._kind(self._job.project.directory / relative) == "file":
            if self._kind(place) is None:
                return
        else:
            self.folders.append(place)
        self._shown.append((relative, target))
        self.volumes[target] = {**entry, "source": escape(str(place))}

    def show(self, mount: InputMount) -> None:
        """Add an input wherever the mounts so far show its place."""
        for source, target in self._shown:
            rest = below(mount.path, source or ".") if source else mount.path
            if rest is None or (not source and mount.path.startswith("/")):
                self._protect(mount, source, target)
            else:
                self._lay(mount, rest, target)

    def _protect(self, mount: InputMount, source: str, target: str) -> None:
        """Keep a mount from writing when all that it shows is part of an input."""
        if mount.path.startswith("/") and source.startswith("/") and below(source, mount.path):
            self.volumes[target] = {**self.volumes[target], "read_only": True}

    def _lay(self, mount: InputMount, rest: str, target: str) -> None:
        inside = posixpath.join(target, rest) if rest else target
        self.volumes[inside] = {
            "type": "bind",
            "source": escape(str(mount.source)),
            "target": inside,
            "read_only": mount.read_only or self.volumes[target].get("read_only") is True,
        }
        if not mount.path.startswith("/"):
            is_file = self._kind(mount.source) == "file"
            (self.files if is_file else self.folders).append(self._job.workspace / mount.path)


def _covering(mounts: Sequence[InputMount], relative: str) -> tuple[InputMount, str] | None:
    """Find the input that a bind's whole source is part of."""
    for mount in mounts:
        rest = None if mount.path.startswith("/") else below(relative, mount.path)
        if rest is not None and relative:
            return mount, rest
    return None
