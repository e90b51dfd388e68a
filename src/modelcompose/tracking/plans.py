"""Plans of projects as they were last told: kept for those who have no folder of the project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from modelcompose.tracking.query.joins import OBJECTIVE_TAG

_SET = """
    INSERT INTO project_plans (project, taken_at, received_at, document) VALUES (?, ?, ?, ?)
    ON CONFLICT (project) DO UPDATE SET taken_at = excluded.taken_at,
        received_at = excluded.received_at, document = excluded.document
    WHERE excluded.taken_at >= project_plans.taken_at
"""
_ENSURE_EXPERIMENT = """
    INSERT INTO experiments (name, created_at, updated_at) VALUES (?, ?, ?)
    ON CONFLICT (name) DO NOTHING
"""


class Connection(Protocol):
    """A transaction in progress, as `sqlite3` and `database.Connection` both have it."""

    @property
    def execute(self) -> Callable[..., Any]:
        """Run a statement."""

    @property
    def executemany(self) -> Callable[..., Any]:
        """Run a statement once for each row of values."""


def read_plan(connection: Connection, project: str) -> str | None:
    """Give a project's plan as JSON, as it was last told; None where it never was."""
    row = connection.execute(
        "SELECT document FROM project_plans WHERE project = ?", (project,)
    ).fetchone()
    return None if row is None else str(row[0])


def keep_plan(  # noqa: PLR0913 - what a plan is, each by name
    connection: Connection,
    project: str,
    document: str,
    *,
    taken_at: float,
    objective: Mapping[str, str],
    now: float,
) -> None:
    """Keep a project's plan; an older one than is known changes nothing of it.

    Args:
        connection: with a transaction that writes.
        project: its name; it need not have had a run.
        document: the plan, as JSON.
        taken_at: when it was true, in seconds since the epoch.
        objective: which metrics count, and which way: kept for `metrics.NAME.best`.
        now: seconds since the epoch.
    """
    connection.execute(_ENSURE_EXPERIMENT, (project, now, now))
    connection.execute(_SET, (project, taken_at, now, document))
    row = connection.execute("SELECT number FROM experiments WHERE name = ?", (project,)).fetchone()
    connection.execute(
        "DELETE FROM experiment_tags WHERE experiment = ? AND substr(name, 1, ?) = ?",
        (row[0], len(OBJECTIVE_TAG), OBJECTIVE_TAG),
    )
    tags = [(row[0], OBJECTIVE_TAG + name, way) for name, way in sorted(objective.items())]
    if tags:
        connection.executemany(
            "INSERT INTO experiment_tags (experiment, name, value) VALUES (?, ?, ?)", tags
        )
