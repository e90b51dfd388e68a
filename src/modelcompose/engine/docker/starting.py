"""Starting a job's container."""

from __future__ import annotations

import re
import stat
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from modelcompose.engine.docker.api import Api
from modelcompose.engine.docker.compose import run_rendered
from modelcompose.engine.docker.escaping import escape
from modelcompose.engine.docker.mounting import MountPlan, plan_mounts
from modelcompose.engine.docker.rendering import render_job
from modelcompose.engine.docker.troubles import could_not_start
from modelcompose.engine.protocol import Job
from modelcompose.errors import EngineError

_NETWORK_GONE = re.compile(r"network \S+ not found")
"""What an engine says that loses sight of a network while others are made and removed. Compose
has made sure of it just before, and does so again when it is asked again."""


def start_container(api: Api, job: Job) -> str:
    """Have Compose create and start the container of a job, and give its id.

    Raises:
        EngineError: it could not be started; nothing of it is left.
    """
    plan = plan_mounts(job, kind)
    make_mount_points(plan)
    document = msgspec.json.encode(render_job(job, (*plan.volumes, *given_mounts(job))))
    try:
        return _started(api, job, document)
    except EngineError as error:
        if not _NETWORK_GONE.search(error.message):
            raise
    return _started(api, job, document)


def _started(api: Api, job: Job, document: bytes) -> str:
    name = f"{job.project.name}-{job.service.name}-{job.run[:12]}-{uuid.uuid4().hex[:4]}"
    command = ["run", "--detach", "--no-deps", "--no-TTY", "--name", name, job.service.name]
    try:
        return _start(job, document, command)
    except BaseException:
        with suppress(EngineError):
            api.delete(f"/containers/{name}", {"v": True, "force": True})
        raise


def _start(job: Job, document: bytes, command: Sequence[str]) -> str:
    answer = run_rendered(job.project, document, command, run=job.run)
    if answer.returncode != 0:
        raise could_not_start(job.service.name, answer.stderr.decode(errors="replace"))
    return answer.stdout.decode().split()[-1]


def given_mounts(job: Job) -> list[dict[str, Any]]:
    """Give the mounts of what a job is given, in Compose's long form."""
    return [
        {
            "type": "bind",
            "source": escape(str(mount.source)),
            "target": mount.target,
            "read_only": mount.read_only,
        }
        for mount in job.given.mounts
    ]


def kind(path: Path) -> Literal["file", "folder"] | None:
    """Tell what is at a path; sockets and devices count as files."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    return "folder" if stat.S_ISDIR(mode) else "file"


def make_mount_points(plan: MountPlan) -> None:
    """Create what must be there to be mounted on, as the calling user."""
    for folder in plan.folders:
        folder.mkdir(parents=True, exist_ok=True)
    _make_files(plan.files)


def _make_files(files: Sequence[Path]) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(exist_ok=True)
