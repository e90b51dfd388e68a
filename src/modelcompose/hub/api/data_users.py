"""Who uses a version of data: runs and steps, the models made from it, and what serves them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.hub.api.data import DatasetAsked
from modelcompose.hub.api.data_contents import Digest
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.lineage import Edge, Lineage, Node, lineage_of
from modelcompose.hub.api.visibility import JOIN, PROJECT, check
from modelcompose.hub.datasets.versions import content_seen
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller

MOST_RUNS = 200
_DEPTH = 8

_RUNS = f"""
    SELECT runs.id, runs.step, {PROJECT}, runs.status, runs.created_at, contents.role,
        contents.path
    FROM contents JOIN runs ON runs.number = contents.run {JOIN}
    WHERE contents.digest = ? AND runs.deleted_at IS NULL
    ORDER BY runs.created_at DESC, runs.number DESC LIMIT {MOST_RUNS}
"""  # noqa: S608 - made of constants
_LOGGED = f"""
    SELECT runs.id, runs.step, {PROJECT}, runs.status, runs.created_at,
        coalesce(run_dataset_tags.value, ''), datasets.name, datasets.source_type,
        datasets.source, coalesce(datasets.schema, ''), coalesce(datasets.profile, '')
    FROM run_datasets JOIN datasets ON datasets.number = run_datasets.dataset
    JOIN runs ON runs.number = run_datasets.run {JOIN}
    LEFT JOIN run_dataset_tags ON run_dataset_tags.input = run_datasets.number
        AND run_dataset_tags.name = 'mlflow.data.context'
    WHERE {PROJECT} = ? AND datasets.name = ? AND datasets.digest = ?
    AND runs.deleted_at IS NULL
    ORDER BY runs.created_at DESC, runs.number DESC LIMIT {MOST_RUNS}
"""  # noqa: S608 - made of constants


class UsersOf(DatasetAsked, frozen=True, kw_only=True):
    """A version of a dataset."""

    digest: Digest


class DataRun(Struct, frozen=True):
    """A run that read or wrote a version."""

    run: str
    step: str
    project: str
    status: str
    created_at: float
    how: str
    """`read` or `wrote`; of a dataset that a client told, what it was for."""
    path: str


class DataModelUse(Struct, frozen=True):
    """A version of a model that was made from data."""

    model: str
    version: int
    project: str
    aliases: list[str]
    services: list[str]
    """What serves it, as `PROJECT/SERVICE`."""
    is_itself: bool
    """Whether the data is the model."""


class LoggedDescription(Struct, frozen=True):
    """What a client told of a dataset, in its own words."""

    source_type: str
    source: str
    schema: str
    """JSON; empty where nobody said."""
    profile: str
    """JSON; empty where nobody said."""


class DataUsers(Struct, frozen=True):
    """Who uses a version of a dataset."""

    runs: list[DataRun]
    """The newest first."""
    is_cut: bool
    """Whether there may be more runs or models."""
    models: list[DataModelUse]
    logged: LoggedDescription | None


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/data/users", _users, UsersOf, DataUsers)]


def _users(hub: Hub, asked: UsersOf) -> DataUsers:
    """Tell which runs and steps use a version, which models came of it, and what serves them."""
    check(asked.project)
    with hub.database.read() as connection:
        if asked.origin == "logged":
            return _of_logged(connection, asked)
        if content_seen(connection, asked.project, asked.path, asked.digest) is None:
            return DataUsers([], False, [], None)  # noqa: FBT003
        rows = connection.rows(_RUNS, (asked.digest,))
        runs = [
            _run(row, "wrote" if row[5] == "output" else "read")
            for row in rows
            if caller.get().may("reader", [row[2]])
        ]
        down = lineage_of(connection, asked.digest, "down", _DEPTH)
    is_cut = down.is_cut or len(rows) == MOST_RUNS
    return DataUsers(runs, is_cut, _models(down, asked.digest), None)


def _of_logged(connection: Connection, asked: UsersOf) -> DataUsers:
    rows = connection.rows(_LOGGED, (asked.project, asked.path, asked.digest))
    runs = [_run(row, row[5] or "read") for row in rows]
    told = LoggedDescription(*rows[0][7:]) if rows else None
    found: dict[tuple[str, int], DataModelUse] = {}
    for run in list(dict.fromkeys(each.run for each in runs))[:20]:
        for use in _models(lineage_of(connection, run, "down", _DEPTH), ""):
            found[use.model, use.version] = use
    return DataUsers(runs, len(rows) == MOST_RUNS, _sorted(found.values()), told)


def _run(row: tuple[Any, ...], how: str) -> DataRun:
    run, step, project, status, created_at, _, path = row[:7]
    return DataRun(run, step, project, status, created_at, how, path)


def _models(graph: Lineage, digest: str) -> list[DataModelUse]:
    nodes = {node.id: node for node in graph.nodes}
    versions = [node for node in graph.nodes if node.kind == "version"]
    itself = {edge.target for edge in graph.edges if edge.source == digest}
    return _sorted(
        [
            DataModelUse(
                node.id.rpartition("@")[0],
                int(node.id.rpartition("@")[2]),
                node.project,
                [one.label for one in _after(graph.edges, nodes, node, "alias")],
                [one.id for one in _after(graph.edges, nodes, node, "service")],
                node.id in itself,
            )
            for node in versions
        ]
    )


def _after(
    edges: Iterable[Edge], nodes: dict[str, Node], node: Node, kind: Literal["alias", "service"]
) -> list[Node]:
    found = (nodes[edge.target] for edge in edges if edge.source == node.id)
    return [one for one in found if one.kind == kind]


def _sorted(found: Iterable[DataModelUse]) -> list[DataModelUse]:
    return sorted(found, key=lambda one: (one.model, -one.version))
