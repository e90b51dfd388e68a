"""The services that steps need: started once, stopped after, unless they already ran."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.project import Project
from modelcompose.engine.protocol import NOTHING_ATTACHED, Attached, Engine
from modelcompose.errors import EngineError
from modelcompose.pipeline.graph import services_behind
from modelcompose.store.failures import translated


class Started(Struct, frozen=True):
    """Services that a command has started and not yet stopped, as a file says it."""

    engine: str
    services: tuple[str, ...]


class Services:
    """The services of one command. Used from several threads."""

    def __init__(
        self,
        project: Project,
        engine: Engine,
        record: Path,
        notes: Callable[[str], None],
        attached: Callable[[Sequence[str]], Attached] = lambda _names: NOTHING_ATTACHED,
    ) -> None:
        """Prepare.

        Args:
            project: what the services belong to.
            engine: starts and stops them.
            record: the file that says which were started, for the next command should this die.
            notes: told of the models that were put in their place.
            attached: gives the mounts that show services versions of data.
        """
        self._project = without_steps(project)
        self._engine = engine
        self._record = record
        self._notes = notes
        self._attached = attached
        self._guard = threading.Lock()
        self._ready: set[str] = set()
        self._started: list[str] = []
        self._starting: tuple[str, ...] = ()
        """What is on its way: to be stopped also where starting it was broken off."""

    def need(self, names: Sequence[str]) -> None:
        """Have services running, healthy where they can tell; returns when they are.

        Raises:
            EngineError: a service does not come up.
            StoreError: the project's folder cannot be written.
            NotFound: a service mounts a model that is not there.
        """
        with self._guard:
            new = [name for name in names if name not in self._ready]
            if new:
                behind = services_behind(self._project, new)
                self._fill_mounts(behind)
                try:
                    self._started += self._engine.start_services(
                        self._project, new, begins=self._note, mounts=self._attached(behind)
                    )
                except EngineError:
                    self._starting = ()  # the engine has stopped them again
                    raise
                self._starting = ()
                self._ready.update(new)

    def stop(self) -> None:
        """Stop those that this command started.

        Raises:
            EngineError: they cannot be stopped; the next command tries again.
        """
        with self._guard:
            if names := [*self._started, *self._starting]:
                self._engine.stop_services(self._project, names)
            self._started, self._starting = [], ()
            self._ready.clear()
            self._record.unlink(missing_ok=True)

    def _fill_mounts(self, names: Sequence[str]) -> None:
        if any(self._project.services[name].model_mounts for name in names):
            from modelcompose.pipeline.model_mounts.filling import fill_mounts

            fill_mounts(self._project, names, self._notes)

    def _note(self, names: Sequence[str]) -> None:
        self._starting = tuple(names)
        started = Started(self._engine.name, (*self._started, *names))
        new = self._record.with_name(f"{self._record.name}.new")
        with translated(self._record, "cannot be written"):
            new.write_bytes(msgspec.json.encode(started))
            new.replace(self._record)


def services_left(record: Path) -> Started | None:
    """Give the services that a command which died had started; None where there are none."""
    try:
        return msgspec.json.decode(record.read_bytes(), type=Started)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        return Started("", ())


def without_steps(project: Project) -> Project:
    """Give the project in which no service waits for a step: the steps are up to date already."""
    services: dict[str, Any] = {}
    for name, document in (project.document.get("services") or {}).items():
        services[name] = _without(document, project.steps.keys())
    return replace(
        project,
        document={**project.document, "services": services},
        services={
            name: replace(
                service,
                document=_without(service.document, project.steps.keys()),
                depends_on={
                    other: how
                    for other, how in service.depends_on.items()
                    if other not in project.steps
                },
            )
            for name, service in project.services.items()
        },
    )


def _without(document: Mapping[str, Any], steps: Any) -> dict[str, Any]:
    kept = {
        name: how for name, how in (document.get("depends_on") or {}).items() if name not in steps
    }
    rest = {key: value for key, value in document.items() if key != "depends_on"}
    return {**rest, "depends_on": kept} if kept else rest
