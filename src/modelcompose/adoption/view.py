"""A service as its own program sees the project: folders, variables, and what it executes."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from modelcompose.compose.project import Build, Mount, Project, Service
from modelcompose.engine import places
from modelcompose.pipeline.image_definition.dockerfile import Dockerfile, Instruction, parse
from modelcompose.pipeline.mounts import project_path
from modelcompose.pipeline.paths import covers

_SYSTEM = ("/", "/dev", "/etc", "/proc", "/run", "/sys", "/tmp", "/var/run")  # noqa: S108 - only compared


class View:
    """What one service sees."""

    def __init__(self, project: Project, service: Service) -> None:
        self.project = project
        self.service = service

    @cached_property
    def stage(self) -> tuple[Instruction, ...]:
        """The instructions of the image's own stage; none for an image from elsewhere."""
        build = self.service.build
        text = None if build is None else dockerfile_text(build)
        return () if text is None or build is None else _last_stage(parse(text), build.target)

    @cached_property
    def working_folder(self) -> str:
        """The folder that relative paths count from, in the container."""
        if self.service.working_dir:
            return self.service.working_dir
        folder = "/"
        for instruction in self.stage:
            if instruction.name == "WORKDIR":
                folder = posixpath.join(folder, instruction.rest.strip().strip("\"'"))
        return folder

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The command line that the service executes, as far as it can be told."""
        entrypoint, command = self.service.entrypoint, self.service.command
        if entrypoint is None:
            entrypoint = self._of_image("ENTRYPOINT")
            command = self._of_image("CMD") if command is None else command
        return (*(entrypoint or ()), *(command or ()))

    def path(self, text: str) -> str | None:
        """Give the path in the project of what a path of the container shows; None for neither."""
        absolute = posixpath.normpath(posixpath.join(self.working_folder, text))
        return project_path(self.project, self._rooted, absolute)

    def host(self, text: str) -> Path | None:
        """Give the file or folder of this machine that a path of the container shows.

        What a Dockerfile copies is found in the build's context, by its name.
        """
        path = self.path(text)
        if path is not None:
            shown = self.project.directory / path
            return shown if shown.exists() else None
        build = self.service.build
        if build is None or not Path(build.context).is_dir():
            return None
        absolute = posixpath.normpath(posixpath.join(self.working_folder, text))
        inside = posixpath.relpath(absolute, self.working_folder)
        names = [] if inside.startswith("..") else [inside]
        for name in (*names, posixpath.basename(absolute)):
            found = Path(build.context) / name
            if name not in (".", "") and found.exists():
                return found
        return None

    def external(self, text: str) -> str | None:
        """Give the path outside of the project that a path of the container shows."""
        absolute = posixpath.normpath(posixpath.join(self.working_folder, text))
        for mount in external_folders(self.project, self.service):
            if covers(mount.target, absolute):
                inside = posixpath.relpath(absolute, mount.target)
                return posixpath.normpath(posixpath.join(str(mount.source), inside))
        return None

    @cached_property
    def _rooted(self) -> Service:
        return msgspec.structs.replace(self.service, working_dir=self.working_folder)

    def _of_image(self, name: str) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = None
        for instruction in self.stage:
            if instruction.name == name:
                words = instruction.json
                found = tuple(words) if words is not None else ("sh", "-c", instruction.rest)
        return found


def external_folders(project: Project, service: Service) -> list[Mount]:
    """Give the bind mounts of folders outside of the project, but for those of the system."""
    return [
        mount
        for mount in service.mounts
        if mount.type == "bind"
        and mount.source is not None
        and mount.source not in _SYSTEM
        and places.project_path(mount.source, project.directory) is None
        and Path(mount.source).is_dir()
    ]


def dockerfile_text(build: Build) -> str | None:
    """Give a build's Dockerfile; None where it cannot be read."""
    if build.dockerfile_inline is not None:
        return build.dockerfile_inline
    try:
        return Path(build.context, build.dockerfile).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _last_stage(dockerfile: Dockerfile, target: str | None) -> tuple[Instruction, ...]:
    stages: list[list[Instruction]] = [[]]
    names: list[str] = [""]
    for instruction in dockerfile.instructions:
        if instruction.name == "FROM":
            words = instruction.rest.split()
            names.append(words[-1] if len(words) > 2 and words[-2].lower() == "as" else "")  # noqa: PLR2004 - IMAGE AS NAME
            stages.append([])
        stages[-1].append(instruction)
    if target in names:
        return tuple(stages[names.index(target)])
    return tuple(stages[-1])


def split_words(text: str) -> Sequence[str]:
    """Split a command as a shell would; one that cannot be split is a single word."""
    try:
        return shlex.split(text, comments=False)
    except ValueError:
        return [text]
