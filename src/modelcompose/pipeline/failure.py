"""Why a step failed, in words, and what would mend it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from modelcompose.compose.project import Project, Service
from modelcompose.engine.protocol import Outcome
from modelcompose.pipeline.mounts import project_path, relative_path

_MISSING_FILE = (
    re.compile(rb"No such file or directory: '([^'\n]+)'"),
    re.compile(rb"can't open file '([^'\n]+)'"),
    re.compile(rb"[Cc]annot open (?:file )?'?([^\s':]+)'?"),
    re.compile(rb"(?:^|[\s:])'?([^\s':]+)'?: No such file or directory"),
    re.compile(rb"ENOENT: no such file or directory, \w+ '([^'\n]+)'"),
)
_NO_ROOM = re.compile(rb"No space left on device|ENOSPC|Disk quota exceeded")
_SIGNALS = range(129, 193)
_NOT_FOUND = 127
"""Exit codes as shells give them."""
_LIVE_RESTORE = "https://docs.docker.com/engine/daemon/live-restore/"
_MISSING_MODULE = re.compile(rb"No module named '([\w.]+)'")


class Failure(Struct, frozen=True):
    """What the user is told."""

    error: str
    hint: str | None = None
    is_engine_lost: bool = False
    """Whether what ran may still be there: the next command sees to it."""


def explain(
    project: Project, service: Service, outcome: Outcome, tail: bytes, workspace: Path
) -> Failure:
    """Say why an execution failed.

    Args:
        project: the project.
        service: the step's service.
        outcome: how the execution ended.
        tail: the last bytes of its log.
        workspace: where it ran; a process, unlike a container, sees and names that path.
    """
    if outcome.lost is not None:
        return Failure(
            f"the engine went away: {outcome.lost}",
            "start the engine and run it again",
            is_engine_lost=True,
        )
    if outcome.stopped:
        return Failure("it was stopped")
    if outcome.timed_out:
        return Failure(
            f"it ran longer than its timeout of {service.the_step.timeout_s:g} s",
            "raise x-ml.step.timeout",
        )
    if outcome.oom_killed:
        return Failure(
            "it was killed for want of memory (out of memory)",
            "raise the service's mem_limit, or the memory that Docker may use",
        )
    return _explain_exit(project, service, outcome, tail, workspace)


def _explain_exit(
    project: Project, service: Service, outcome: Outcome, tail: bytes, workspace: Path
) -> Failure:
    words = _exit_words(outcome.exit_code)
    if outcome.engine_restarted:
        return Failure(
            f"{words}, while the engine restarted",
            f"to have steps go on while it does, turn on its live-restore: {_LIVE_RESTORE}",
        )
    if _NO_ROOM.search(tail):
        return Failure(
            f"{words}: the disk is full (no space left on device)",
            f"make room on the disk that it writes to: df -h {shlex.quote(str(workspace.parent))}",
        )
    return Failure(words, _missing_input(project, service, tail, workspace))


def _exit_words(code: int) -> str:
    if code in _SIGNALS:
        return f"exit code {code} (signal {code - 128})"
    if code == _NOT_FOUND:
        return "exit code 127 (the command was not found)"
    return f"exit code {code}"


def _missing_input(project: Project, service: Service, tail: bytes, workspace: Path) -> str | None:
    for path in _missing_paths(project, service, tail, workspace):
        target = project.directory / path
        if target.exists() and not _is_declared(service, path):
            return (
                f"{path} is in the project, but the step did not declare it; "
                f"add it in services.{service.name}.x-ml.step.inputs:\n  - {path}"
            )
    return None


def _is_declared(service: Service, path: str) -> bool:
    return any(item.path == path for item in service.the_step.inputs or ())


def _missing_paths(
    project: Project, service: Service, tail: bytes, workspace: Path
) -> Iterator[str]:
    for pattern in _MISSING_FILE:
        for found in pattern.findall(tail):
            text = found.decode(errors="replace")
            path = _inside(workspace, text) or project_path(project, service, text)
            if path is not None and path != ".":
                yield _normal(path)
    for found in _MISSING_MODULE.findall(tail):
        module = found.decode().replace(".", "/")
        for name in (f"{module}.py", module):
            path = project_path(project, service, name)
            if path is not None:
                yield _normal(path)


def _inside(workspace: Path, text: str) -> str | None:
    return relative_path(workspace, text) if text.startswith("/") else None


def _normal(path: str) -> str:
    import posixpath

    return posixpath.normpath(path)
