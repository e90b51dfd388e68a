"""The docker engine: steps as containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock

from msgspec.structs import replace

from modelcompose.compose.project import Project, Service
from modelcompose.engine import gpus
from modelcompose.engine.docker.api import Api, connect
from modelcompose.engine.docker.children import Children
from modelcompose.engine.docker.compose import compose
from modelcompose.engine.docker.endpoint import Endpoint, find_endpoint
from modelcompose.engine.docker.escaping import escape
from modelcompose.engine.docker.execution import ContainerExecution, remove
from modelcompose.engine.docker.images import Images
from modelcompose.engine.docker.keeping import find_kept
from modelcompose.engine.docker.locality import require_local
from modelcompose.engine.docker.proxies import client_proxies
from modelcompose.engine.docker.rendering import DEFINITION_LABEL, RUN_LABEL
from modelcompose.engine.docker.services import Services
from modelcompose.engine.docker.starting import start_container
from modelcompose.engine.giving import given_variables
from modelcompose.engine.leftovers import end_processes
from modelcompose.engine.protocol import (
    NOTHING_ATTACHED,
    Answer,
    Attached,
    Execution,
    ImagePin,
    Job,
    LogSink,
    Progress,
)
from modelcompose.engine.volumes import Volumes
from modelcompose.errors import EngineError, EngineLost


class DockerEngine:
    """Runs each step as a container that Compose creates from a rendered file."""

    name = "docker"
    is_detached = True

    def __init__(self, *, progress: Progress | None = None) -> None:
        self._progress = progress
        self._building = Lock()
        self._children = Children()

    def check(self, project: Project | None = None) -> None:
        """Make sure that an engine on this machine answers, and that Compose is installed.

        Raises:
            EngineUnavailable: with what is missing and how to get it.
        """
        require_local(self._endpoint, project)
        self._api.ping()
        compose(())

    def environment(self, project: Project, service: Service) -> None:
        """Give nothing: a step's image says what it runs in."""

    def pin(self, references: Sequence[str], *, pull: bool = False) -> list[ImagePin]:
        """Look up the digests of images, pulling those that are not here.

        Raises:
            BuildError: an image cannot be had.
        """
        return [self._images.pin(each, pull=pull) for each in dict.fromkeys(references)]

    def prepare(
        self,
        project: Project,
        service: Service,
        pins: Mapping[str, str],
        *,
        definition: str | None,
        ignore: Sequence[str] = (),
    ) -> str | None:
        """Have the service's image ready, and give its id.

        Raises:
            BuildError: it cannot be built or pulled.
        """
        require_local(self._endpoint, project)
        if service.build is None:
            return self._pulled(service, pins)
        with self._building:  # services often share one definition: the second finds it built
            if definition is not None:
                found = self._images.labelled(DEFINITION_LABEL, definition)
                if found is not None:
                    return found
            from modelcompose.engine.docker.building import build_image

            return build_image(
                project,
                service,
                self._images,
                pins=pins,
                definition=definition,
                ignore=ignore,
                progress=self._progress,
                children=self._children,
            )

    def holds(self, image: str) -> bool:
        """Tell whether the engine has an image."""
        return self._images.find(image) is not None

    def start(self, job: Job, sink: LogSink) -> Execution:
        """Start the job's container.

        Raises:
            EngineError: it could not be started.
        """
        require_local(self._endpoint, job.project)
        container = start_container(self._api, self._with_given(job))
        return ContainerExecution(self._api, container, job, sink)

    def start_services(
        self,
        project: Project,
        names: Sequence[str],
        *,
        begins: Callable[[Sequence[str]], None] | None = None,
        mounts: Attached = NOTHING_ATTACHED,
    ) -> list[str]:
        """Start services as `docker compose up --wait` does, from the user's own files.

        Raises:
            EngineError: a service does not come up.
        """
        return self._services.start(project, names, begins, mounts)

    def stop_services(self, project: Project, names: Sequence[str]) -> None:
        """Stop services that `start_services` started.

        Raises:
            EngineError: they cannot be stopped.
        """
        self._services.stop(project, names)

    def ask(
        self, project: Project, service: str, words: Sequence[str], *, timeout_s: float
    ) -> Answer | None:
        """Run a command in a service's container; None where it does not run.

        Raises:
            EngineError: the engine refuses, or does not answer.
        """
        from modelcompose.engine.docker.asking import ask

        return ask(self._api, project, service, words, timeout_s)

    def interrupt(self) -> None:
        """End builds, pulls and starting services, those under way and those to come."""
        self._children.interrupt()

    def survivors(self, runs: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Find the containers of dead commands that were started and are still there."""
        return {run: kept.environment for run, kept in find_kept(self._api, runs).items()}

    def adopt(self, job: Job, sink: LogSink) -> Execution:
        """Take over the container of a command that died.

        Raises:
            EngineLost: it is gone.
        """
        kept = find_kept(self._api, [job.run]).get(job.run)
        if kept is None:
            raise EngineLost(f"services.{job.service.name}: its container is gone")
        if not kept.is_running:
            job = replace(job, timeout_s=None)
        return ContainerExecution(self._api, kept.id, job, sink, was_running=kept.is_running)

    def reclaim(self, project: Project, runs: Sequence[str]) -> list[str]:  # noqa: ARG002 - run ids are unique
        """Remove the containers of dead commands, and end what was about to start one."""
        if not runs:
            return []
        found = set(end_processes(runs))
        query = {"all": True, "filters": {"label": [RUN_LABEL]}}
        for container in self._api.get("/containers/json", query):
            run = container["Labels"][RUN_LABEL]
            if run in runs:
                remove(self._api, container["Id"])
                found.add(run)
        volumes = self.volumes()
        for name, run in volumes.labelled(RUN_LABEL).items():
            if run in runs:
                volumes.remove(name)
                found.add(run)
        return [run for run in runs if run in found]

    def own(self, job: Job, paths: Sequence[Path]) -> None:
        """Give what the step's container wrote to the calling user.

        Raises:
            EngineError: that cannot be done from here; names the command.
        """
        from modelcompose.engine.docker.ownership import give_to_caller

        give_to_caller(self._api, job, paths)

    def volumes(self) -> Volumes:
        """Give what reads and writes Compose volumes."""
        from modelcompose.engine.docker.volumes import DockerVolumes

        return DockerVolumes(self._api)

    def gpus(self) -> tuple[str, ...]:
        """Give the indices of this machine's NVIDIA GPUs."""
        return gpus.indices()

    def _with_given(self, job: Job) -> Job:
        """Add what a job is given to its environment, as it fits with the image's and others."""
        image = {} if job.image is None else self._images.variables(job.image)
        own = {name: value for name, value in job.service.environment.items() if value is not None}
        known = {**image, **client_proxies(self._endpoint.host), **own, **job.environment}
        added = {n: escape(v) for n, v in given_variables(job.given, known).items()}
        return replace(job, environment={**job.environment, **added})

    def _pulled(self, service: Service, pins: Mapping[str, str]) -> str:
        if service.image is None:
            raise EngineError(
                f"services.{service.name}: has neither an image nor a build",
                hint=f"give services.{service.name} one of them",
            )
        _, image_id = self._images.obtain(service.image, pins.get(service.image))
        return image_id

    @cached_property
    def _endpoint(self) -> Endpoint:
        return find_endpoint()

    @cached_property
    def _api(self) -> Api:
        return connect(self._endpoint)

    @cached_property
    def _images(self) -> Images:
        return Images(self._api, self._children, self._progress)

    @cached_property
    def _services(self) -> Services:
        return Services(self._api, self._children, self._progress)
