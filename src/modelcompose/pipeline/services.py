"""The services that steps need: started once, stopped after, unless they already ran."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from modelcompose.compose.project import Project
from modelcompose.engine.protocol import Engine


class Services:
    """The services of one command. Used from several threads."""

    def __init__(self, project: Project, engine: Engine) -> None:
        self._project = without_steps(project)
        self._engine = engine
        self._guard = threading.Lock()
        self._ready: set[str] = set()
        self._started: list[str] = []

    def need(self, names: Sequence[str]) -> None:
        """Have services running, healthy where they can tell; returns when they are.

        Raises:
            EngineError: a service does not come up.
        """
        with self._guard:
            new = [name for name in names if name not in self._ready]
            if new:
                self._started += self._engine.start_services(self._project, new)
                self._ready.update(new)

    def stop(self) -> None:
        """Stop those that this command started."""
        with self._guard:
            if self._started:
                self._engine.stop_services(self._project, self._started)
            self._started = []


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
