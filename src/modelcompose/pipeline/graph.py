"""Which step needs which: from matching inputs to outputs, and from `depends_on`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from msgspec import Struct

from modelcompose.compose.positions import extends_origin
from modelcompose.compose.project import Project, Step
from modelcompose.errors import NotFound, PlanError
from modelcompose.pipeline.origin import nearest, where
from modelcompose.pipeline.paths import by_folder, covers, is_glob, may_read, outermost


class Node(Struct, frozen=True):
    """A step's place in the graph."""

    step: str
    upstream: tuple[str, ...]
    """The steps that must be up to date before."""
    services: tuple[str, ...] = ()
    """The services, no steps themselves, that must run while the step runs."""


class Graph(Struct, frozen=True):
    """All steps of a project as it was read, in an order in which they can run."""

    nodes: Mapping[str, Node]

    def downstream(self, names: Iterable[str]) -> set[str]:
        """Give every step that needs one of the named ones, directly or not."""
        found = set(names)
        for node in self.nodes.values():
            if not found.isdisjoint(node.upstream):
                found.add(node.step)
        return found - set(names)

    def upstream(self, names: Iterable[str]) -> set[str]:
        """Give every step that the named ones need, directly or not."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            for name in self.nodes[waiting.pop()].upstream:
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return found - set(names)

    def select(
        self, names: Sequence[str], *, with_upstream: bool = True, with_downstream: bool = False
    ) -> list[Node]:
        """Give the nodes to bring up to date, in order; no names means all of them.

        Raises:
            NotFound: a name is no step.
        """
        for name in names:
            if name not in self.nodes:
                raise NotFound(
                    f"no step is called {name!r}", hint=nearest(name, self.nodes, "the step")
                )
        wanted = set(names or self.nodes)
        if with_downstream:
            wanted |= self.downstream(wanted)
        if with_upstream:
            wanted |= self.upstream(wanted)
        return [node for node in self.nodes.values() if node.step in wanted]


class _Writers:
    """Who writes what, found by path."""

    def __init__(self, project: Project) -> None:
        self.by_path: dict[str, str] = {}
        for name, step in project.steps.items():
            for path in outermost(step.written):
                self._claim(project, path, name)
        self.paths = sorted(self.by_path)
        self._refuse_overlaps(project)

    def _claim(self, project: Project, path: str, step: str) -> None:
        other = self.by_path.setdefault(path, step)
        if other != step:
            raise _two_writers(project, path, other, step)

    def _refuse_overlaps(self, project: Project) -> None:
        paths = sorted(self.by_path, key=by_folder)
        for outer, inner in pairwise(paths):
            if covers(outer, inner):
                one, other = self.by_path[outer], self.by_path[inner]
                raise PlanError(
                    f"{where(project, other, 'outputs')}: {inner} lies in {outer}, "
                    f"which step {one!r} writes",
                    hint="give each step a folder of its own",
                )

    def of(self, declared: str) -> set[str]:
        """Give the steps whose outputs an input reads."""
        if is_glob(declared):
            return {step for path, step in self.by_path.items() if may_read(declared, path)}
        parts = declared.split("/")
        ancestors = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        found = {self.by_path[path] for path in ancestors if path in self.by_path}
        prefix = "" if declared == "." else declared + "/"
        for index in range(bisect_left(self.paths, prefix), len(self.paths)):
            if not self.paths[index].startswith(prefix):
                break
            found.add(self.by_path[self.paths[index]])
        return found


def build_graph(project: Project) -> Graph:
    """Put a project's steps in order.

    Raises:
        PlanError: a cycle, two writers of one path, or outputs that lie in each other.
    """
    writers = _Writers(project)
    upstream = {
        name: _upstream(project, name, step, writers) for name, step in project.steps.items()
    }
    services = {name: _services(project, name) for name in upstream}
    for name, supporting in services.items():
        for service in supporting:
            upstream[name] |= _steps_behind(project, service)
    return Graph(
        nodes={
            name: Node(name, tuple(sorted(upstream[name])), services[name])
            for name in _ordered(project, upstream)
        }
    )


def _upstream(project: Project, name: str, step: Step, writers: _Writers) -> set[str]:
    found = {other for other in project.services[name].depends_on if other in project.steps}
    for declared in step.inputs or ():
        if declared.is_external:
            continue
        if declared.path in step.written:
            raise PlanError(
                f"{where(project, name, 'inputs')}: {declared.path} is also an output "
                "of the same step",
                hint="a step cannot read what it writes: use two paths",
            )
        found |= writers.of(declared.path)
    for file in {param.file for param in step.params if param.file}:
        found |= writers.of(file)
    found.discard(name)
    return found


def _services(project: Project, name: str) -> tuple[str, ...]:
    probes = project.steps[name].probes
    direct = {
        *project.services[name].depends_on,
        *(each.service for each in probes if each.service),
    }
    return tuple(
        sorted(
            other for other in direct if other in project.services and other not in project.steps
        )
    )


def steps_behind(project: Project, services: Iterable[str]) -> set[str]:
    """Give the steps that services depend on, directly or through other services."""
    found: set[str] = set()
    for service in services:
        found |= _steps_behind(project, service)
    return found


def services_behind(project: Project, services: Iterable[str]) -> list[str]:
    """Give services with all that they depend on, except steps and what those depend on."""
    found: dict[str, None] = {}
    waiting = list(services)
    while waiting:
        name = waiting.pop(0)
        if name in found or name in project.steps or name not in project.services:
            continue
        found[name] = None
        waiting += project.services[name].depends_on
    return list(found)


def _steps_behind(project: Project, service: str) -> set[str]:
    found: set[str] = set()
    seen = {service}
    waiting = [service]
    while waiting:
        current = waiting.pop()
        if current not in project.services:
            continue
        if current in project.steps:
            found.add(current)
            continue
        for other in project.services[current].depends_on:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return found


def _ordered(project: Project, upstream: Mapping[str, set[str]]) -> list[str]:
    settled = {name: sorted(before) for name, before in upstream.items()}
    try:
        return list(TopologicalSorter(settled).static_order())
    except CycleError as error:
        names: list[str] = list(reversed(error.args[1]))
        raise PlanError(
            f"{where(project, names[0], 'inputs')}: the steps need each other in a circle: "
            + " → ".join(names),
            hint="take one of these inputs or depends_on entries away",
        ) from error


def _two_writers(project: Project, path: str, one: str, other: str) -> PlanError:
    origins = {name: extends_origin(project, name) for name in (other, one)}
    inherited = [name for name, origin in origins.items() if origin]
    message = f"{where(project, other, 'outputs')}: {path} is written by two steps: {one}, {other}"
    if not inherited:
        return PlanError(message, hint="give one of them another path")
    return PlanError(
        f"{message} ({inherited[0]} inherits it from {origins[inherited[0]]})",
        hint=f"if {inherited[0]} is no step, write under it:\n"
        "  x-ml:\n    step: !override false    # `step: false` where nothing is inherited yet",
    )
