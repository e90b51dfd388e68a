"""The process engine: steps as processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modelcompose.compose.project import Project, Service
from modelcompose.engine import gpus
from modelcompose.engine.leftovers import end_processes
from modelcompose.engine.process.command import invocation
from modelcompose.engine.process.execution import ProcessExecution, launch
from modelcompose.engine.process.interpreter import Interpreters
from modelcompose.engine.process.links import link_inputs
from modelcompose.engine.process.variables import service_variables
from modelcompose.engine.protocol import (
    NOTHING_ATTACHED,
    Attached,
    Execution,
    ImagePin,
    Job,
    LogSink,
)
from modelcompose.engine.volumes import Volumes
from modelcompose.errors import EngineError


class ProcessEngine:
    """Runs each step as a process group of its own, in its workspace."""

    name = "process"
    is_detached = False

    def __init__(self) -> None:
        self._interpreters = Interpreters()

    def check(self, project: Project | None = None) -> None:
        """Do nothing: processes can always be started."""

    def environment(self, project: Project, service: Service) -> Mapping[str, Any]:
        """Describe the Python on the service's PATH and what is installed for it."""
        return self._interpreters.describe(service_variables(service), project.directory)

    def pin(
        self,
        references: Sequence[str],  # noqa: ARG002 - no step runs in an image
        *,
        pull: bool = False,  # noqa: ARG002 - no step runs in an image
    ) -> list[ImagePin]:
        """Give no pins: no step runs in an image."""
        return []

    def prepare(
        self,
        project: Project,
        service: Service,
        pins: Mapping[str, str],
        *,
        definition: str | None,
        ignore: Sequence[str] = (),
    ) -> None:
        """Do nothing: no step runs in an image."""

    def holds(self, image: str) -> bool:  # noqa: ARG002 - no step runs in an image
        """Tell that there are no images."""
        return False

    def start(self, job: Job, sink: LogSink) -> Execution:
        """Start the service's command in the workspace.

        Raises:
            EngineError: the command is missing, or cannot be executed.
        """
        link_inputs(job)
        wanted = invocation(job)
        process = launch(wanted, job.service.name)
        return ProcessExecution(process, job, sink)

    def start_services(
        self,
        project: Project,  # noqa: ARG002 - it starts none
        names: Sequence[str],
        *,
        begins: Callable[[Sequence[str]], None] | None = None,  # noqa: ARG002 - as project
        mounts: Attached = NOTHING_ATTACHED,  # noqa: ARG002 - as project
    ) -> list[str]:
        """Refuse: services need images.

        Raises:
            EngineError: always, when services are named.
        """
        if names:
            raise EngineError(
                f"services.{', services.'.join(names)}: the process engine cannot start services",
                hint="start Docker and use --engine docker",
            )
        return []

    def stop_services(self, project: Project, names: Sequence[str]) -> None:
        """Do nothing: this engine starts no services."""

    def ask(
        self,
        project: Project,
        service: str,
        words: Sequence[str],
        *,
        timeout_s: float,
    ) -> None:
        """Tell that no service runs: this engine starts none."""

    def interrupt(self) -> None:
        """Do nothing: only executions take time here."""

    def survivors(self, runs: Sequence[str]) -> Mapping[str, Mapping[str, str]]:  # noqa: ARG002 - never any
        """Give nothing: the pipes of a process end with the command that started it."""
        return {}

    def adopt(self, job: Job, sink: LogSink) -> Execution:  # noqa: ARG002 - never possible
        """Refuse.

        Raises:
            EngineError: always.
        """
        raise EngineError(f"services.{job.service.name}: a process ends with its command")

    def reclaim(self, project: Project, runs: Sequence[str]) -> list[str]:  # noqa: ARG002 - run ids are unique
        """Kill the processes that dead commands left behind."""
        return end_processes(runs)

    def own(self, job: Job, paths: Sequence[Path]) -> None:
        """Do nothing: what a step's process writes is the caller's already."""

    def volumes(self) -> Volumes:
        """Refuse: volumes are Docker's.

        Raises:
            EngineError: always.
        """
        raise EngineError(
            "the process engine has no volumes",
            hint="start Docker and use --engine docker",
        )

    def gpus(self) -> tuple[str, ...]:
        """Give the indices of this machine's NVIDIA GPUs."""
        return gpus.indices()
