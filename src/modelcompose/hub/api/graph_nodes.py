"""A plan as nodes and edges: what was told of each thing, joined with what the database knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from modelcompose.hub.api.graph_reading import Facts
from modelcompose.hub.api.standing import BriefRun, brief
from modelcompose.pipeline.progress import StepNow
from modelcompose.tracking.plan_document import (
    Edge,
    Place,
    Plan,
    PlannedData,
    PlannedModel,
    PlannedService,
    PlannedStep,
)

_RECENT = 5


class ServedVersion(Struct, frozen=True):
    """A version of a model that a service holds, or asks for."""

    model: str
    version: int | None = None
    """What its folder holds, as far as the hub knows."""
    reference: str = ""
    """The alias or number that it asks for."""


class GraphNode(Struct, frozen=True, omit_defaults=False):
    """A service, a step, data or a model."""

    id: str
    """Such as `step:train`; edges refer to it."""
    kind: Literal["step", "service", "data", "model"]
    name: str
    state: str = ""
    """A step: fresh, stale, missing, modified, failed, blocked, or running, preparing, waiting. A
    service: running, exited, … , absent. Data: as the step that writes it. Empty: not known."""
    action: str = ""
    cause: str = ""
    hint: str = ""
    waits_for: str = ""
    profiles: list[str] = []
    image: str = ""
    build: str = ""
    ports: list[str] = []
    health: str = ""
    """Of a service: healthy, unhealthy, starting; empty where it has no check."""
    status: str = ""
    """Of a service: the engine's own words."""
    is_tracked: bool = False
    params: list[str] = []
    inputs: list[Place] = []
    outputs: list[Place] = []
    is_implied: bool = False
    """Of a step: whether everything that it mounts is its input."""
    made_by: str | None = None
    """The run that what lies there now is of."""
    going: BriefRun | None = None
    """The run that goes on."""
    recent: list[BriefRun] = []
    """The last runs that ended, the newest first."""
    path: str = ""
    source: str = ""
    place_kind: str = ""
    """Of data: file, folder, volume, url, external."""
    digest: str | None = None
    size_bytes: int | None = None
    requires: list[str] = []
    when: str = ""
    alias: str = ""
    last_version: int = 0
    """Of a model; 0 where none is registered yet."""
    aliases: Mapping[str, int] = {}
    updated_at: float | None = None
    serves: list[ServedVersion] = []
    """Of a service."""


class GraphEdge(Struct, frozen=True):
    """What leads from one node to another."""

    source: str
    target: str
    kind: str
    """reads, writes, after, needs, makes, serves, shows."""


def draw(
    plan: Plan, facts: Facts, now: Mapping[str, StepNow]
) -> tuple[list[GraphNode], list[GraphEdge]]:
    """Give nodes and edges; an edge that leads nowhere is left out.

    Args:
        plan: what was told.
        facts: what the database knows.
        now: what a command does with steps at the moment, where the hub can see it.
    """
    nodes = {node.id: node for node in _nodes(plan, facts, now)}
    edges = plan.edges or list(_simple(plan))
    kept = [e for e in edges if e.source in nodes and e.target in nodes and e.source != e.target]
    return list(nodes.values()), [GraphEdge(e.source, e.target, e.kind) for e in kept]


def _nodes(plan: Plan, facts: Facts, now: Mapping[str, StepNow]) -> Iterator[GraphNode]:
    details = {service.name: service for service in plan.details}
    steps = {step.name for step in plan.steps}
    for step in plan.steps:
        yield _step(plan, step, details.get(step.name), facts, now.get(step.name))
    for name in dict.fromkeys((*plan.services, *details)):
        if name not in steps and not (name in details and details[name].is_step):
            yield _service(plan, name, details.get(name, PlannedService(name)), facts)
    yield from _data(plan)
    for model in plan.models:
        yield _model(model, facts)


def _step(
    plan: Plan,
    step: PlannedStep,
    detail: PlannedService | None,
    facts: Facts,
    now: StepNow | None,
) -> GraphNode:
    history = facts.history.get(step.name, [])
    going = facts.going.get(step.name)
    ended = [run for run in history if run.status != "running"]
    state, cause, made_by = step.state, step.cause, step.run
    if ended and (ended[0].ended_at or 0.0) > plan.taken_at and ended[0].folder == plan.folder:
        is_good = ended[0].status == "succeeded"
        state = "fresh" if is_good else "failed"
        cause = "" if is_good else ended[0].error or ended[0].status
        made_by = ended[0].id if is_good else made_by
    if now is not None or going is not None:
        state = now.state if now is not None else "running"
    return GraphNode(
        f"step:{step.name}",
        "step",
        step.name,
        state,
        step.action,
        cause,
        step.hint,
        now.waits_for if now is not None else "",
        detail.profiles if detail else [],
        detail.image if detail else "",
        detail.build if detail else "",
        params=step.params,
        inputs=step.inputs,
        outputs=step.outputs,
        is_implied=step.is_implied,
        made_by=made_by,
        going=brief(going, history, facts.measured.get(going.number, ())) if going else None,
        recent=[brief(run) for run in ended[:_RECENT]],
    )


def _service(plan: Plan, name: str, told: PlannedService, facts: Facts) -> GraphNode:
    asked = {
        model.name: serving.reference
        for model in plan.models
        for serving in model.served_by
        if serving.service == name
    }
    held = dict(facts.served.get(name, ()))
    return GraphNode(
        f"service:{name}",
        "service",
        name,
        told.state,
        profiles=told.profiles,
        image=told.image,
        build=told.build,
        ports=told.ports,
        health=told.health,
        status=told.status,
        is_tracked=told.is_tracked,
        serves=[
            ServedVersion(model, held.get(model), asked.get(model, ""))
            for model in dict.fromkeys((*asked, *held))
        ],
    )


def _data(plan: Plan) -> Iterator[GraphNode]:
    """Give the data that edges lead to or from, and what is declared."""
    declared = {data.path: data for data in plan.data}
    places: dict[str, tuple[Place, PlannedStep | None]] = {}
    for step in plan.steps:
        for place in step.inputs:
            places.setdefault(place.path, (place, None))
    for step in plan.steps:
        places |= {place.path: (place, step) for place in step.outputs}
    named = [end for edge in plan.edges for end in (edge.source, edge.target)]
    drawn = [each.removeprefix("data:") for each in named if each.startswith("data:")]
    for path in dict.fromkeys((*declared, *drawn)):
        place, writer = places.get(path, (Place(path, "folder"), None))
        yield _datum(path, place, writer, declared.get(path))


def _datum(
    path: str, place: Place, writer: PlannedStep | None, declared: PlannedData | None
) -> GraphNode:
    return GraphNode(
        f"data:{path}",
        "data",
        path.rstrip("/").rpartition("/")[2] or path,
        writer.state if writer else "",
        made_by=writer.run if writer else None,
        path=path,
        source=declared.source if declared else "",
        place_kind=declared.kind if declared and place.digest is None else place.kind,
        digest=place.digest or (declared.digest if declared else None),
        size_bytes=place.size_bytes
        if place.size_bytes is not None
        else (declared.size_bytes if declared else None),
    )


def _model(model: PlannedModel, facts: Facts) -> GraphNode:
    known = facts.models.get(model.name)
    return GraphNode(
        f"model:{model.name}",
        "model",
        model.name,
        path=model.path,
        requires=model.requires,
        when=model.when,
        alias=model.alias,
        last_version=known.last_version if known else 0,
        aliases=known.aliases if known else {},
        updated_at=known.updated_at if known else None,
    )


def _simple(plan: Plan) -> Iterator[Edge]:
    """Give the edges of a plan that was told before plans held a picture."""
    for step in plan.steps:
        for before in step.after:
            yield Edge(f"step:{before}", f"step:{step.name}", "after")
