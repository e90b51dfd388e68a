"""The graph of a project: its Compose file as one picture, and how each thing in it stands."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.graph_nodes import GraphEdge, GraphNode, draw
from modelcompose.hub.api.graph_reading import read_facts
from modelcompose.hub.api.projects import Named
from modelcompose.hub.api.visibility import check
from modelcompose.hub.beside.beside import Seen
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.tracking.plan_document import Plan
from modelcompose.tracking.plans import read_plan


class ProjectGraph(Struct, frozen=True):
    """A project's Compose file as one picture."""

    project: str
    is_live: bool = False
    """Whether the hub looked into the folder itself; else it is as a command told it last."""
    as_of: float | None = None
    """When it was so; null where no command ever told."""
    host: str = ""
    folder: str = ""
    engine: str = ""
    reason: str = ""
    """Why it is not live, in words; or what could not be asked after."""
    objective: Mapping[str, str] = {}
    """Which metrics count, and which way: `max` or `min`."""
    nodes: list[GraphNode] = []
    edges: list[GraphEdge] = []


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/projects/{project}/graph", _graph, Named, ProjectGraph)]


def _graph(hub: Hub, asked: Named) -> ProjectGraph:
    """Give a project's services, steps, data and models as one picture, with how each stands."""
    check(asked.project)
    with hub.database.read() as connection:
        told = read_plan(connection, asked.project)
        row = connection.row(
            "SELECT number FROM experiments WHERE name = ? AND deleted_at IS NULL",
            (asked.project,),
        )
    if row is None:
        raise NotFound(f"no project {asked.project}", hint="list them: GET /api/v1/projects")
    seen = hub.beside.ask(
        asked.project,
        caller.get(),
        home=hub.home,
        database=hub.database,
        threads=hub.threads,
    )
    plan = _plan(seen, told)
    if plan is None:
        return ProjectGraph(asked.project, reason=seen.reason)
    with hub.database.read() as connection:
        facts = read_facts(connection, asked.project, int(row[0]), plan)
    now = seen.look.now if seen.look else {}
    nodes, edges = draw(plan, facts, now)
    return ProjectGraph(
        asked.project,
        seen.look is not None,
        plan.taken_at,
        plan.host,
        plan.folder,
        plan.engine,
        seen.look.trouble if seen.look else seen.reason,
        plan.objective,
        nodes,
        edges,
    )


def _plan(seen: Seen, told: str | None) -> Plan | None:
    """Give the plan that was just made, else the one that was told; one of nobody is none."""
    if seen.look is not None:
        return seen.look.plan
    if told is None:
        return None
    try:
        return msgspec.json.decode(told, type=Plan)
    except msgspec.MsgspecError:  # of a program that is newer or broken
        return None
