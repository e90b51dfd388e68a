"""Lineage: data → run → model → alias or service, from anywhere in both directions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import JOIN, PROJECT
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.pipeline.model_mounts.marking import SERVED

Kind = Literal["data", "run", "version", "alias", "service"]
Direction = Literal["up", "down", "both"]

MOST_NODES = 500
_MOST_OF_ONE = 50
"""Neighbours of one thing that are followed, the newest."""


class Asked(Struct, frozen=True):
    """Where to begin, and how far to go."""

    of: Annotated[str, Meta(min_length=1, max_length=500)]
    """A run's id, `sha256:…` of data, `MODEL@VERSION`, or `PROJECT/SERVICE`."""
    direction: Direction = "both"
    depth: Annotated[int, Meta(ge=1, le=50)] = 10


class Node(Struct, frozen=True):
    """A thing that something comes of."""

    id: str
    """A run's id, a digest, `MODEL@VERSION`, `MODEL@ALIAS`, or `PROJECT/SERVICE`."""
    kind: Kind
    label: str
    """A step, a path, or the name again."""
    project: str = ""
    status: str = ""


class Edge(Struct, frozen=True):
    """`to` comes of `from`."""

    source: str
    target: str
    how: str
    """`read`, `wrote`, `made`, `points to` or `serves`."""
    path: str = ""


class Lineage(Struct, frozen=True):
    """A graph."""

    nodes: list[Node]
    edges: list[Edge]
    is_cut: bool
    """Whether there is more."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/lineage", _lineage, Asked, Lineage)]


def _lineage(hub: Hub, asked: Asked) -> Lineage:
    """Tell what something was made of, and what was made of it."""
    with hub.database.read() as connection:
        return lineage_of(connection, asked.of, asked.direction, asked.depth)


def lineage_of(connection: Connection, of: str, direction: Direction, depth: int) -> Lineage:
    """Tell what something was made of, and what was made of it, as far as the caller sees it.

    Args:
        connection: of any block.
        of: as `Asked.of`.
        direction: which way to go.
        depth: how far.

    Raises:
        NotFound: there is no such thing.
    """
    start = _node(connection, of)
    walk = _Walk(connection, start)
    if direction in ("up", "both"):
        walk.go(start, depth, is_up=True)
    if direction in ("down", "both"):
        walk.go(start, depth, is_up=False)
    return Lineage(list(walk.nodes.values()), sorted(walk.edges, key=_key), walk.is_cut)


class _Walk:
    """Breadth first, so that what is cut is what is farthest."""

    def __init__(self, connection: Connection, start: Node) -> None:
        self._connection = connection
        self.nodes = {start.id: start}
        self.edges: set[Edge] = set()
        self.is_cut = False

    def go(self, start: Node, depth: int, *, is_up: bool) -> None:
        waiting = deque([(start, depth)])
        seen = {start.id}
        while waiting:
            node, left = waiting.popleft()
            for other, how, path in _neighbours(self._connection, node, is_up=is_up):
                if left == 0 or (other.id not in self.nodes and len(self.nodes) >= MOST_NODES):
                    self.is_cut = True
                    break
                self.nodes.setdefault(other.id, other)
                source, target = (other, node) if is_up else (node, other)
                self.edges.add(Edge(source.id, target.id, how, path))
                if other.id not in seen:
                    seen.add(other.id)
                    waiting.append((other, left - 1))


def _node(connection: Connection, of: str) -> Node:
    if of.startswith("sha256:"):
        found = next(_runs_of_data(connection, of, "output"), None) or next(
            _runs_of_data(connection, of, "input"), None
        )
        if found is None:
            raise NotFound(f"no run has read or written {of}")
        return Node(of, "data", found[2])
    if "/" in of:
        return _service(connection, of)
    if "@" in of:
        return _version(connection, *of.rsplit("@", 1))
    found_run = next(_runs(connection, "runs.id = ?", of), None)
    if found_run is None:
        hint = "give a run's id, sha256:…, MODEL@VERSION, or PROJECT/SERVICE"
        raise NotFound(f"no run {of}", hint=hint)
    return found_run


def _version(connection: Connection, model: str, version: str) -> Node:
    if not version.isdecimal() or len(version) > 9:  # noqa: PLR2004 - far more than there are
        raise UsageError(f"{model}@{version}: expected a version's number, found {version!r}")
    condition = "models.name = ? AND versions.version = ?"
    found = next(_versions(connection, condition, model, int(version)), None)
    if found is None:
        raise NotFound(f"no version {model}@{version}")
    return found


def _service(connection: Connection, of: str) -> Node:
    project, _, name = of.partition("/")
    node = Node(of, "service", name, project)
    if next(_served_by(connection, node), None) is None:
        raise NotFound(f"no service {of} serves a model")
    return node


def _neighbours(
    connection: Connection, node: Node, *, is_up: bool
) -> Iterator[tuple[Node, str, str]]:
    if node.kind == "data":
        yield from _of_data(connection, node, is_up=is_up)
    elif node.kind == "run":
        yield from _of_run(connection, node, is_up=is_up)
    elif node.kind == "version":
        yield from _of_version(connection, node, is_up=is_up)
    elif node.kind == "service" and is_up:
        for version in _served_by(connection, node):
            yield version, "serves", ""


def _of_data(connection: Connection, node: Node, *, is_up: bool) -> Iterator[tuple[Node, str, str]]:
    role = "output" if is_up else "input"
    for run, _, path in _runs_of_data(connection, node.id, role):
        yield run, "wrote" if is_up else "read", path
    if not is_up:
        for version in _versions(connection, "versions.digest = ?", node.id):
            yield version, "made", ""


def _of_run(connection: Connection, node: Node, *, is_up: bool) -> Iterator[tuple[Node, str, str]]:
    role = "input" if is_up else "output"
    for data in _data_of_run(connection, node.id, role):
        yield data, "read" if is_up else "wrote", data.label
    if not is_up:
        for version in _versions(connection, "versions.run = ?", node.id):
            yield version, "made", ""


def _of_version(
    connection: Connection, node: Node, *, is_up: bool
) -> Iterator[tuple[Node, str, str]]:
    model, _, version = node.id.rpartition("@")
    row = connection.row(
        "SELECT versions.number, versions.run, versions.digest, versions.path "
        "FROM model_versions AS versions "
        "JOIN registered_models AS models ON models.number = versions.model "
        "WHERE models.name = ? AND versions.version = ? AND models.deleted_at IS NULL "
        "AND versions.deleted_at IS NULL",
        (model, int(version)),
    )
    if row is None:
        return
    number, run, digest, path = row
    if not is_up:
        rows = connection.rows("SELECT alias FROM model_aliases WHERE version = ?", (number,))
        for (alias,) in rows:
            yield Node(f"{model}@{alias}", "alias", alias), "points to", ""
        for service, place in _serving(connection, number):
            yield service, "serves", place
        return
    if digest:
        yield Node(digest, "data", path or digest), "made", ""
    if run:
        for found in _runs(connection, "runs.id = ?", run):
            yield found, "made", ""


def _serving(connection: Connection, version: int) -> Iterator[tuple[Node, str]]:
    """Give the services whose folder holds a version, with the folders."""
    rows = connection.rows(
        "SELECT name, value FROM model_version_tags WHERE version = ? AND name LIKE ? "
        "ORDER BY name",
        (version, f"{SERVED}%"),
    )
    for key, place in rows:
        name = key.removeprefix(SERVED)
        project, _, service = name.partition("/")
        if caller.get().may("reader", [project]):
            yield Node(name, "service", service, project), place


def _served_by(connection: Connection, service: Node) -> Iterator[Node]:
    if not caller.get().may("reader", [service.project]):
        return
    condition = "versions.number IN (SELECT version FROM model_version_tags WHERE name = ?)"
    yield from _versions(connection, condition, f"{SERVED}{service.id}")


def _runs_of_data(
    connection: Connection, digest: str, role: str
) -> Iterator[tuple[Node, str, str]]:
    rows = connection.rows(
        f"SELECT runs.id, runs.step, {PROJECT}, runs.status, contents.path "  # noqa: S608
        f"FROM contents JOIN runs ON runs.number = contents.run {JOIN} "
        "WHERE contents.digest = ? AND contents.role = ? AND runs.deleted_at IS NULL "
        "ORDER BY runs.created_at DESC LIMIT ?",
        (digest, role, _MOST_OF_ONE),
    )
    for run_id, step, project, status, path in rows:
        if caller.get().may("reader", [project]):
            yield Node(run_id, "run", step, project, status), role, path


def _runs(connection: Connection, condition: str, value: str) -> Iterator[Node]:
    rows = connection.rows(
        f"SELECT runs.id, runs.step, {PROJECT}, runs.status "  # noqa: S608
        f"FROM runs {JOIN} WHERE {condition} AND runs.deleted_at IS NULL",
        (value,),
    )
    for run_id, step, project, status in rows:
        if caller.get().may("reader", [project]):
            yield Node(run_id, "run", step, project, status)


def _data_of_run(connection: Connection, run_id: str, role: str) -> Iterator[Node]:
    rows = connection.rows(
        "SELECT contents.digest, contents.path FROM contents "
        "JOIN runs ON runs.number = contents.run "
        "WHERE runs.id = ? AND contents.role = ? ORDER BY contents.path",
        (run_id, role),
    )
    for digest, path in rows:
        yield Node(digest, "data", path)


def _versions(connection: Connection, condition: str, *values: str | int) -> Iterator[Node]:
    rows = connection.rows(
        "SELECT models.name, versions.version, "  # noqa: S608
        "coalesce(versions.project, experiments.name, ''), versions.status "
        "FROM model_versions AS versions "
        "JOIN registered_models AS models ON models.number = versions.model "
        "LEFT JOIN runs ON runs.id = versions.run "
        "LEFT JOIN experiments ON experiments.number = runs.experiment "
        f"WHERE {condition} AND models.deleted_at IS NULL AND versions.deleted_at IS NULL "
        "ORDER BY versions.number DESC LIMIT ?",
        (*values, _MOST_OF_ONE),
    )
    for model, version, project, status in rows:
        if not project or caller.get().may("reader", [project]):
            name = f"{model}@{version}"
            yield Node(name, "version", name, project, status)


def _key(edge: Edge) -> tuple[str, str, str, str]:
    return edge.source, edge.target, edge.how, edge.path
