"""What stands around a run: the ones before and after it, its parts, its copies, its models."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.database.database import Cell, Connection
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.runs import ById
from modelcompose.hub.api.visibility import JOIN, PROJECT, run_number
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.tracking.logging import PARENT_TAG
from modelcompose.tracking.query.reading import read_run
from modelcompose.tracking.run import Kind, Run, Status

_MOST = 200


class Relative(Struct, frozen=True):
    """A run beside another."""

    id: str
    name: str
    step: str
    project: str
    kind: Kind
    status: Status
    created_at: float


class ModelMade(Struct, frozen=True):
    """A version of a model that a run made."""

    model: str
    version: int
    aliases: list[str]


class Relatives(Struct, frozen=True):
    """What stands around a run."""

    previous: Relative | None
    """The run before it of the same step; of what a client logged, of the same project."""
    next: Relative | None
    parent: Relative | None
    children: list[Relative]
    """The oldest first, 200 at most."""
    original: Relative | None
    """What it reproduces."""
    reproductions: list[Relative]
    models: list[ModelMade]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/runs/{run}/relatives", _relatives, ById, Relatives)]


def _relatives(hub: Hub, asked: ById) -> Relatives:
    """Tell what stands around a run: before and after it, its parts, its copies, its models."""
    with hub.database.read() as connection:
        number = run_number(connection, asked.run)
        found = read_run(connection, asked.run)
        parent = found.tags.get(PARENT_TAG)
        return Relatives(
            previous_run(connection, number, found.run),
            _beside(connection, number, found.run, is_before=False),
            _one(connection, parent),
            _children(connection, asked.run),
            _one(connection, found.run.reproduces),
            _reproductions(connection, number, asked.run),
            _models(connection, asked.run),
        )


def previous_run(connection: Connection, number: int, run: Run) -> Relative | None:
    """Give the run before one, of the same step."""
    return _beside(connection, number, run, is_before=True)


def _beside(connection: Connection, number: int, run: Run, *, is_before: bool) -> Relative | None:
    sign, order = ("<", "DESC") if is_before else (">", "ASC")
    same = "runs.kind = 'logged'" if run.kind == "logged" else "runs.step = ?"
    values = () if run.kind == "logged" else (run.step,)
    found = _read(
        connection,
        "runs.experiment = (SELECT experiment FROM runs WHERE number = ?) "  # noqa: S608
        f"AND {same} AND (runs.created_at {sign} ? "
        f"OR (runs.created_at = ? AND runs.number {sign} ?))",
        (number, *values, run.created_at, run.created_at, number),
        f"runs.created_at {order}, runs.number {order} LIMIT 1",
    )
    return found[0] if found else None


def _one(connection: Connection, run_id: str | None) -> Relative | None:
    found = _read(connection, "runs.id = ?", (run_id,)) if run_id else []
    return found[0] if found else None


def _children(connection: Connection, run_id: str) -> list[Relative]:
    # The beginning of the value alone is what the index has.
    condition = (
        "runs.number IN (SELECT run FROM run_tags WHERE name = ? AND substr(value, 1, 64) = ?)"
    )
    return _read(connection, condition, (PARENT_TAG, run_id[:64]))


def _reproductions(connection: Connection, number: int, run_id: str) -> list[Relative]:
    condition = (
        "runs.experiment = (SELECT experiment FROM runs WHERE number = ?) AND runs.reproduces = ?"
    )
    return _read(connection, condition, (number, run_id))


def _read(
    connection: Connection,
    condition: str,
    values: tuple[Cell, ...],
    order: str = f"runs.created_at, runs.number LIMIT {_MOST}",
) -> list[Relative]:
    rows = connection.rows(
        f"SELECT runs.id, runs.name, runs.step, {PROJECT}, runs.kind, runs.status, "  # noqa: S608
        f"runs.created_at FROM runs {JOIN} "
        f"WHERE {condition} AND runs.deleted_at IS NULL ORDER BY {order}",
        values,
    )
    return [
        Relative(row[0], row[1] or row[2], *row[2:])
        for row in rows
        if caller.get().may("reader", [row[3]])
    ]


def _models(connection: Connection, run_id: str) -> list[ModelMade]:
    rows = connection.rows(
        "SELECT models.name, versions.version, versions.number, "  # noqa: S608
        "coalesce(versions.project, experiments.name, '') "
        "FROM model_versions AS versions "
        "JOIN registered_models AS models ON models.number = versions.model "
        "LEFT JOIN runs ON runs.id = versions.run "
        "LEFT JOIN experiments ON experiments.number = runs.experiment "
        "WHERE versions.run = ? AND models.deleted_at IS NULL AND versions.deleted_at IS NULL "
        f"ORDER BY versions.number LIMIT {_MOST}",
        (run_id,),
    )
    found = []
    for model, version, number, project in rows:
        if project and not caller.get().may("reader", [project]):
            continue
        aliases = connection.rows(
            "SELECT alias FROM model_aliases WHERE version = ? ORDER BY alias", (number,)
        )
        found.append(ModelMade(model, int(version), [alias for (alias,) in aliases]))
    return found
