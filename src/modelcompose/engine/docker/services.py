"""The project's own services that steps depend on: started as the user would, stopped after."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from modelcompose.compose.project import Project
from modelcompose.engine.docker.api import Api
from modelcompose.engine.docker.attaching import attaching
from modelcompose.engine.docker.children import Children
from modelcompose.engine.docker.compose import compose, project_arguments
from modelcompose.engine.docker.troubles import essence
from modelcompose.engine.protocol import NOTHING_ATTACHED, Attached, Progress
from modelcompose.errors import EngineError

_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"
_FOLDER = "com.docker.compose.project.working_dir"
_ONE_OFF = "com.docker.compose.oneoff"
_LOG_LINES = "20"

Container = Mapping[str, Any]


class Services:
    """Starts and stops services of projects with the user's own Compose files.

    What runs is thus what `docker compose up` would run, and is not created anew by it.
    """

    def __init__(self, api: Api, children: Children, progress: Progress | None = None) -> None:
        self._api = api
        self._children = children
        self._progress = progress
        self._lock = Lock()
        self._created: set[tuple[str, str]] = set()

    def start(
        self,
        project: Project,
        names: Sequence[str],
        begins: Callable[[Sequence[str]], None] | None = None,
        mounts: Attached = NOTHING_ATTACHED,
    ) -> list[str]:
        """Start services and those they need, and wait until they run or are healthy.

        Args:
            project: what they belong to.
            names: which.
            begins: told what will be returned, before anything is started.
            mounts: what services are given in place of their own mounts of the same targets.

        Returns:
            Those that did not run before.

        Raises:
            EngineError: one does not come up, or another folder's services bear this name.
        """
        wanted = with_dependencies(project, names)
        if not wanted:
            return []
        containers = self._containers(project)
        refuse_strangers(project, containers)
        running = {service_of(each) for each in containers if each["State"] == "running"}
        existing = {service_of(each) for each in containers}
        with self._lock:
            self._created |= {(project.name, name) for name in wanted if name not in existing}
        new = [name for name in wanted if name not in running]
        if begins is not None:
            begins(new)
        self._tell("starting", new)
        flags = ("--detach", "--wait", "--no-deps", *_kept_as_they_are(project, wanted, mounts))
        with attaching(project, wanted, mounts) as reading:
            answer = self._compose(reading, "up", *flags, *wanted)
        if answer.returncode != 0:
            logs = self._compose(project, "logs", "--no-color", "--tail", _LOG_LINES, *wanted)
            self.stop(project, new)
            raise EngineError(
                f"services.{', services.'.join(wanted)}: did not come up: "
                f"{essence(answer.stderr)}\n{logs.stdout.rstrip()}",
                hint=f"docker compose up {' '.join(wanted)} shows what happens",
            )
        return new

    def stop(self, project: Project, names: Sequence[str]) -> None:
        """Stop services, and remove the containers that `start` made.

        Raises:
            EngineError: they cannot be stopped.
        """
        with self._lock:
            created = [name for name in names if (project.name, name) in self._created]
        kept = [name for name in names if name not in created]
        self._tell("stopping", names)
        if kept:
            self._end(project, "stop", *kept)
        if created:
            self._end(project, "rm", "--force", "--stop", "--volumes", *created)

    def _end(self, project: Project, *arguments: str) -> None:
        answer = self._compose(project, *arguments)
        if answer.returncode != 0:
            raise EngineError(
                f"project {project.name}: services cannot be stopped: {essence(answer.stderr)}",
                hint=f"docker compose --project-name {project.name} down",
            )

    def _tell(self, what: str, names: Sequence[str]) -> None:
        if self._progress is not None and names:
            self._progress(f"{what} {', '.join(names)}")

    def _containers(self, project: Project) -> list[Container]:
        return _containers(self._api, project, are_ended_too=True)

    def _compose(self, project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
        # What ends services has to come to its end, whoever is impatient.
        children = self._children if arguments[0] == "up" else Children()
        return children.run(compose([*project_arguments(project), *arguments]))


def running_containers(api: Api, project: Project) -> list[Container]:
    """Give the containers of a project's services that run now."""
    return _containers(api, project, are_ended_too=False)


def _containers(api: Api, project: Project, *, are_ended_too: bool) -> list[Container]:
    labels = [f"{_PROJECT}={project.name}", f"{_ONE_OFF}=False"]
    query = {"all": are_ended_too, "filters": {"label": labels}}
    containers: list[Container] = api.get("/containers/json", query)
    return containers


def with_dependencies(project: Project, names: Sequence[str]) -> list[str]:
    """Give services and all that they depend on, steps left out: the plan sees to those."""
    found: dict[str, None] = {}
    waiting = list(reversed(names))
    while waiting:
        name = waiting.pop()
        service = project.services.get(name)
        if name in found or service is None or service.step is not None:
            continue
        found[name] = None
        waiting += service.depends_on
    return list(found)


def _kept_as_they_are(project: Project, names: Sequence[str], mounts: Attached) -> tuple[str, ...]:
    """Give Compose's flag for services that `modelcompose up` gives more than their file says."""
    services = [project.services[name] for name in names]
    is_given = any(service.is_tracked or service.model_mounts for service in services)
    return ("--no-recreate",) if is_given or mounts else ()


def refuse_strangers(project: Project, containers: Sequence[Container]) -> None:
    """Stop where running containers of this project's name are another folder's.

    Raises:
        EngineError: naming that folder.
    """
    for container in containers:
        folder = container["Labels"].get(_FOLDER)
        if container["State"] == "running" and folder not in (None, str(project.directory)):
            raise EngineError(
                f"project {project.name}: its service {service_of(container)} runs from "
                f"{folder}, not from {project.directory}",
                hint=f"give this folder a name of its own: -p {project.directory.name}-2",
            )


def service_of(container: Container) -> str:
    """Give the name of the service that a container belongs to."""
    return str(container["Labels"].get(_SERVICE, "?"))
