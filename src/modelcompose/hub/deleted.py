"""What lies in the trash and can be brought back: runs, projects, models and versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.hub.tokens.principal import Principal
from modelcompose.tracking.query.dialects import Clause

Deleted = Literal["run", "project", "model", "version"]
KINDS: tuple[Deleted, ...] = ("project", "run", "model", "version")

_OF_MODELS = """
    SELECT versions.model, coalesce(versions.project, experiments.name)
    FROM model_versions AS versions
    JOIN registered_models ON registered_models.number = versions.model
    LEFT JOIN runs ON runs.id = versions.run
    LEFT JOIN experiments ON experiments.number = runs.experiment
    WHERE versions.deleted_at IS NOT NULL OR registered_models.deleted_at IS NOT NULL
"""
_MODELS = """
    SELECT registered_models.number, registered_models.name, registered_models.deleted_at,
        (SELECT CAST(sum(size_bytes) AS BIGINT) FROM model_versions
            WHERE model_versions.model = registered_models.number)
    FROM registered_models WHERE registered_models.deleted_at IS NOT NULL
    ORDER BY registered_models.deleted_at DESC, registered_models.number DESC
"""
_VERSIONS = """
    SELECT registered_models.number, registered_models.name, model_versions.version,
        model_versions.deleted_at, model_versions.size_bytes
    FROM model_versions JOIN registered_models ON registered_models.number = model_versions.model
    WHERE model_versions.deleted_at IS NOT NULL AND registered_models.deleted_at IS NULL
    ORDER BY model_versions.deleted_at DESC, model_versions.number DESC
"""
_PROJECTS = """
    SELECT name, deleted_at, (SELECT count(*) FROM runs WHERE runs.experiment = experiments.number)
    FROM experiments WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, number DESC
"""
_RUNS = """
    FROM runs LEFT JOIN experiments ON experiments.number = runs.experiment
    WHERE runs.deleted_at IS NOT NULL AND experiments.deleted_at IS NULL
"""


class DeletedThing(Struct, frozen=True):
    """Something in the trash."""

    kind: Deleted
    id: str
    """What `POST /trash/restore` takes: a run's id, a project's name, a model's number,
    `MODEL@VERSION`."""
    name: str
    projects: list[str]
    """Whose it is."""
    deleted_at: float
    """Seconds since the epoch."""
    size_bytes: int | None = None
    """Where it is known without a look at its files."""
    runs: int | None = None
    """Of a project: how many runs are in it."""


def deleted_things(
    connection: Connection, principal: Principal, kind: Deleted
) -> Iterator[DeletedThing]:
    """Give what of one kind is in the trash and may be seen, what was deleted last first.

    The runs of a project that is there itself are not told of. Runs come from `deleted_runs`.
    """
    if kind == "project":
        rows = connection.rows(_PROJECTS)
        found = (
            DeletedThing("project", name, name, [name], deleted_at, runs=count)
            for name, deleted_at, count in rows
        )
    elif kind == "model":
        projects = _projects_of_models(connection)
        found = (
            DeletedThing("model", str(number), name, projects.get(number, []), deleted_at, size)
            for number, name, deleted_at, size in connection.rows(_MODELS)
        )
    else:
        projects = _projects_of_models(connection)
        found = (
            DeletedThing(
                "version",
                f"{name}@{version}",
                f"{name}@{version}",
                projects.get(number, []),
                deleted_at,
                size,
            )
            for number, name, version, deleted_at, size in connection.rows(_VERSIONS)
        )
    yield from (one for one in found if principal.may("reader", one.projects))


def deleted_runs(
    connection: Connection, principal: Principal, offset: int, limit: int
) -> tuple[list[DeletedThing], int]:
    """Give a page of the runs in the trash that may be seen, and how many there are."""
    where, values = _seen(principal)
    row = connection.row(f"SELECT count(*) {_RUNS}{where}", values)
    rows: list[tuple[Any, ...]] = connection.rows(
        "SELECT runs.id, runs.name, runs.step, coalesce(experiments.name, runs.project), "
        f"runs.deleted_at {_RUNS}{where} "
        "ORDER BY runs.deleted_at DESC, runs.number DESC LIMIT ? OFFSET ?",
        [*values, limit, offset],
    )
    found = [
        DeletedThing("run", run_id, name or step, [project], deleted_at)
        for run_id, name, step, project, deleted_at in rows
    ]
    return found, int(row[0]) if row else 0


def _seen(principal: Principal) -> Clause:
    if principal.sees_all:
        return "", []
    names = sorted(principal.grants)
    marks = ", ".join("?" * len(names))
    return f" AND experiments.name IN ({marks})", names


def _projects_of_models(connection: Connection) -> dict[int, list[str]]:
    found: dict[int, set[str]] = {}
    for number, project in connection.rows(_OF_MODELS):
        if project is not None:
            found.setdefault(number, set()).add(project)
    return {number: sorted(projects) for number, projects in found.items()}
