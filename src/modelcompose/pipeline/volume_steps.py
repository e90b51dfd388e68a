"""Volumes as inputs and outputs of steps: what a step's container mounts in their place.

An input is mounted read-only. An output is a volume of the run's own, empty when the step starts;
the volume that it is declared for is filled once the step has succeeded, and is the old one until
then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from modelcompose.compose.project import Dataset, Project, Service, is_volume
from modelcompose.engine.protocol import RUN_LABEL
from modelcompose.errors import PlanError
from modelcompose.pipeline.volumes import ProjectVolumes
from modelcompose.store.content import Content

_RUN_DIGITS = 12


def written_volumes(project: Project, service: Service) -> tuple[Dataset, ...]:
    """Give the volumes that a step writes."""
    paths = {output.path for output in service.the_step.outputs}
    return tuple(dataset for dataset in project.datasets if dataset.path in paths)


def read_volumes(project: Project, service: Service) -> tuple[Dataset, ...]:
    """Give the volumes that a step reads."""
    paths = {item.path for item in service.the_step.inputs or ()}
    return tuple(dataset for dataset in project.datasets if dataset.path in paths)


def own_volume(dataset: Dataset, run: str) -> str:
    """Give the name of the volume that stands for another one in a run."""
    return f"{dataset.volume}-run-{run[:_RUN_DIGITS]}"


def refuse_undeclared(project: Project, service: Service, *, is_process: bool) -> None:
    """Make sure that a step names the volumes with data that it mounts, and has an engine for them.

    Raises:
        PlanError: it does not name one, or the engine has no volumes.
    """
    step = service.the_step
    named = {item.path for item in step.inputs or ()} | {output.path for output in step.outputs}
    found = next((path for path in sorted(named) if is_volume(path)), None)
    if is_process and found is not None:
        raise PlanError(
            f"services.{service.name}: the process engine has no volumes, and {found} is one",
            hint="start Docker and use --engine docker",
        )
    for dataset in project.datasets:
        is_mounted = any(m.type == "volume" and m.source == dataset.name for m in service.mounts)
        if is_mounted and dataset.path not in named:
            raise PlanError(
                f"services.{service.name}: the step mounts the volume {dataset.name}, a dataset, "
                "and names it neither as input nor as output",
                hint=f"write {dataset.path} among its inputs",
            )


def refuse_written_volumes(service: Service) -> None:
    """Make sure that a step can be run beside the project: it writes no volume of it.

    Raises:
        PlanError: it writes one.
    """
    written = next((o.path for o in service.the_step.outputs if is_volume(o.path)), None)
    if written is not None:
        raise PlanError(
            f"services.{service.name}: the step writes {written}, and a reproduction leaves the "
            "project's volumes alone",
            hint=f"run it again: modelcompose run --force {service.name}",
        )


class RunVolumes:
    """The volumes that stand for a step's outputs while it runs."""

    def __init__(self, project: Project, volumes: ProjectVolumes) -> None:
        self._project = project
        self._volumes = volumes

    def begin(self, run: str, service: Service) -> dict[str, str]:
        """Make a run's volumes; give their names by those of the ones they stand for.

        Raises:
            EngineError: one cannot be made, or what it stands for could not be filled after.
        """
        made: dict[str, str] = {}
        for dataset in written_volumes(self._project, service):
            self._volumes.refuse_in_use(dataset.path)
            made[dataset.name] = own_volume(dataset, run)
            self._volumes.engine.create(made[dataset.name], labels={RUN_LABEL: run})
        return made

    def collect(self, run: str, service: Service) -> dict[str, Content]:
        """Keep what a run wrote into its volumes, by the names of its outputs.

        Raises:
            EngineError: one cannot be read.
            StorageFull: the store's disk is full.
        """
        return {
            dataset.path: self._volumes.keep_named(
                own_volume(dataset, run), self._volumes.images(dataset)
            )
            for dataset in written_volumes(self._project, service)
        }

    def drop(self, run: str, service: Service) -> None:
        """Remove a run's volumes.

        Raises:
            EngineError: one is in use.
        """
        for dataset in written_volumes(self._project, service):
            self._volumes.engine.remove(own_volume(dataset, run))


def with_run_volumes(
    project: Project, service: Service, made: Mapping[str, str]
) -> tuple[Project, Service]:
    """Give the project and the service as a run's container sees them.

    Args:
        project: the step's.
        service: the step.
        made: the volumes that stand for others, by the names of those.
    """
    read = {dataset.name for dataset in read_volumes(project, service)}
    if not read and not made:
        return project, service
    volumes: list[Any] = [
        {**entry, "read_only": True}
        if entry.get("type") == "volume" and entry.get("source") in read
        else entry
        for entry in service.document.get("volumes") or ()
    ]
    held = project.document.get("volumes") or {}
    standing = {name: {"name": own, "external": True} for name, own in made.items()}
    document = {**project.document, "volumes": {**held, **standing}}
    return (
        replace(project, document=document),
        replace(service, document={**service.document, "volumes": volumes}),
    )
