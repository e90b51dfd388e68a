"""Whether the Docker engine answers."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import sys
from collections.abc import Iterator

from modelcompose.diagnosis.facts.docker import Docker
from modelcompose.diagnosis.finding import Finding, from_error, note, ok, problem, warning
from modelcompose.diagnosis.machine.versions import Version, parse_version, written
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import NoAnswer
from modelcompose.engine.docker.endpoint import find_endpoint
from modelcompose.errors import EngineError

MINIMUM_ENGINE: Version = (23, 0, 0)
"""The first whose BuildKit knows the additional contexts that pin a build's bases."""

_INSTALL = "https://docs.docker.com/engine/install/"
_DESKTOP_SOCKET = "/.docker/"
_DOCKER_GROUP = "docker"


def look_at_engine(subject: Subject) -> Iterator[Finding]:
    """Ask the engine for its version."""
    try:
        docker = subject.docker.get()
    except NoAnswer as error:
        endpoint = find_endpoint(subject.environment)
        yield problem(
            f"{endpoint.host}: the Docker engine is there and gives no answer within "
            f"{error.limit_s:g} s",
            fix=f"restart it:\n{_restart()}",
        )
    except EngineError as error:
        found = _unavailable(subject, error)
        yield found if subject.wants_docker else note(found.what, fix=found.fix)
    else:
        yield _answering(docker)


def _answering(docker: Docker) -> Finding:
    endpoint = docker.endpoint
    if not docker.is_local:
        return warning(
            f"{docker.name} answers at {endpoint.host}, on another machine: "
            "services run there, steps cannot",
            fix=f"{endpoint.origin} names it; for this machine's own engine:\n"
            "unset DOCKER_HOST; docker context use default",
        )
    version = parse_version(str(docker.info.get("ServerVersion", "")))
    if version is not None and version < MINIMUM_ENGINE:
        return warning(
            f"{docker.name} is older than {written(MINIMUM_ENGINE)}: "
            "builds whose base image is pinned will fail",
            fix=f"upgrade Docker: {_INSTALL}",
        )
    return ok(f"{docker.name} answers at {endpoint.socket} ({endpoint.origin})")


def _unavailable(subject: Subject, error: EngineError) -> Finding:
    if isinstance(error.__cause__, PermissionError):
        return problem(error.message, fix=_permission_fix())
    endpoint = find_endpoint(subject.environment)
    if endpoint.socket is None:
        return from_error(error)
    if shutil.which("docker", path=subject.environment.get("PATH")) is None:
        return problem(
            "Docker is not installed", fix=f"install it: {_INSTALL}\n{_without_docker()}"
        )
    if endpoint.origin == "DOCKER_HOST":
        fix = "start the engine that DOCKER_HOST names, or use this machine's own:\n"
        return problem(f"{error.message} (DOCKER_HOST says so)", fix=f"{fix}unset DOCKER_HOST")
    if sys.platform == "darwin" or _DESKTOP_SOCKET in endpoint.host:
        return problem(error.message, fix=f"start Docker Desktop:\n{_start_desktop()}")
    return problem(error.message, fix="start it:\nsudo systemctl start docker")


def _without_docker() -> str:
    return "modelcompose --engine process run"


def _permission_fix() -> str:
    if _is_listed_as_member():
        return (
            "this user joined the group docker after this login: log in again, or:\nnewgrp docker"
        )
    return "join the group docker, then log in again:\nsudo usermod -aG docker $USER"


def _is_listed_as_member() -> bool:
    """Tell whether the group file names this user, while the session does not know of it yet."""
    try:
        group = grp.getgrnam(_DOCKER_GROUP)
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return False
    return name in group.gr_mem and group.gr_gid not in os.getgroups()


def _restart() -> str:
    return _start_desktop() if sys.platform == "darwin" else "sudo systemctl restart docker"


def _start_desktop() -> str:
    return "open -a Docker" if sys.platform == "darwin" else "systemctl --user start docker-desktop"
