"""Projects: what they are called, how their runs went, and their plans as they were last told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.api.endpoint import Endpoint, Nothing
from modelcompose.hub.api.visibility import check, check_whole_project
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.tracking.plan_document import Plan
from modelcompose.tracking.plans import keep_plan, read_plan

_COUNTS = """
    SELECT experiment, status, count(*), max(created_at) FROM runs
    WHERE deleted_at IS NULL GROUP BY experiment, status
"""


class Project(Struct, frozen=True):
    """A project, which MLflow calls an experiment."""

    name: str
    experiment_id: str
    created_at: float
    """Seconds since the epoch, as all times here."""
    updated_at: float
    runs: Mapping[str, int]
    """How many there are, by status."""
    last_run_at: float | None
    planned_at: float | None
    """When its plan was last told; null where it never was."""
    tags: Mapping[str, str]


class Projects(Struct, frozen=True):
    """The projects that the caller may see, by name."""

    projects: list[Project]


class Named(Struct, frozen=True):
    """One project."""

    project: str


class PlanOf(Named, frozen=True, kw_only=True):
    """A plan to keep."""

    body: Plan


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/projects", _list, Nothing, Projects),
        Endpoint("/projects/{project}", _get, Named, Project),
        Endpoint("/projects/{project}/plan", _plan, Named, Plan, is_quick=True),
        Endpoint(
            "/projects/{project}/plan", _set_plan, PlanOf, Nothing, method="PUT", role="writer"
        ),
    ]


def _list(hub: Hub, _: Nothing) -> Projects:
    """List the projects."""
    with hub.database.read() as connection:
        found = _projects(connection, None)
    return Projects([one for one in found if caller.get().may("reader", [one.name])])


def _get(hub: Hub, asked: Named) -> Project:
    """Give a project."""
    check(asked.project)
    with hub.database.read() as connection:
        found = _projects(connection, asked.project)
    if not found:
        raise NotFound(f"no project {asked.project}", hint="list them: GET /api/v1/projects")
    return found[0]


def _plan(hub: Hub, asked: Named) -> Any:
    """Give a project's plan, as the command line told it last."""
    check(asked.project)
    with hub.database.read() as connection:
        found = read_plan(connection, asked.project)
    if found is None:
        raise NotFound(f"no plan of the project {asked.project} was told")
    return found.encode()


def _set_plan(hub: Hub, asked: PlanOf) -> Nothing:
    """Keep a project's plan; an older one than is known changes nothing."""
    check(asked.project, "writer")
    check_whole_project()
    for name, way in asked.body.objective.items():
        if way not in ("max", "min"):
            raise UsageError(f"objective.{name}: expected max or min, found {way!r}")
    document = msgspec.json.encode(asked.body).decode()
    with hub.database.write() as connection:
        keep_plan(
            connection,
            asked.project,
            document,
            taken_at=asked.body.taken_at,
            objective=asked.body.objective,
            now=hub.clock(),
        )
    return Nothing()


def _projects(connection: Connection, name: str | None) -> list[Project]:
    where, values = ("AND name = ?", (name,)) if name is not None else ("", ())
    rows = connection.rows(
        "SELECT number, name, created_at, updated_at, "  # noqa: S608 - made of constants
        "(SELECT taken_at FROM project_plans WHERE project = experiments.name) "
        f"FROM experiments WHERE deleted_at IS NULL {where} ORDER BY name",
        values,
    )
    counts: dict[int, dict[str, int]] = {}
    newest: dict[int, float] = {}
    for number, status, count, created_at in connection.rows(_COUNTS):
        counts.setdefault(number, {})[status] = count
        newest[number] = max(newest.get(number, 0.0), created_at)
    tags: dict[int, dict[str, str]] = {}
    for number, key, value in connection.rows(
        "SELECT experiment, name, value FROM experiment_tags"
    ):
        tags.setdefault(number, {})[key] = value
    return [
        Project(
            name,
            str(number),
            created_at,
            updated_at,
            counts.get(number, {}),
            newest.get(number),
            planned_at,
            tags.get(number, {}),
        )
        for number, name, created_at, updated_at, planned_at in rows
    ]
