"""How the steps of a project went lately, for pictures: few rows of a history of any length."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from modelcompose.database.database import Connection, one_of

_NEWEST = 8
"""Of each step: the last run, and those whose durations say how long the next may take."""
_GOING = 500
"""Runs that go on and are shown at most."""

_COLUMNS = (
    "runs.number, runs.id, runs.step, runs.name, runs.status, runs.created_at, runs.started_at, "
    "runs.ended_at, runs.error, runs.attempt, runs.folder, runs.kind"
)
_OF_STEP = f"""
    SELECT {_COLUMNS} FROM runs
    WHERE folder = ? AND step = ? AND experiment = ? AND kind = 'step' AND deleted_at IS NULL
    ORDER BY created_at DESC LIMIT {_NEWEST}
"""  # noqa: S608 - made of constants
_RUNNING = f"""
    SELECT {_COLUMNS} FROM runs
    WHERE status = 'running' AND experiment = ? AND deleted_at IS NULL
    ORDER BY created_at DESC LIMIT {_GOING}
"""  # noqa: S608 - made of constants
_LATEST = f"""
    SELECT {_COLUMNS} FROM runs
    WHERE experiment = ? AND deleted_at IS NULL ORDER BY created_at DESC LIMIT ?
"""  # noqa: S608 - made of constants


class Went(Struct, frozen=True):
    """A run, as little of it as a picture shows."""

    number: int
    id: str
    step: str
    name: str
    status: str
    created_at: float
    started_at: float | None
    ended_at: float | None
    error: str | None
    attempt: int
    folder: str
    kind: str

    @property
    def duration_s(self) -> float | None:
        """Give how long it ran, in seconds, once it has ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at


class Measured(Struct, frozen=True):
    """The newest value of a metric of a run that goes on."""

    name: str
    value: float | None
    step: float | None
    """Where the metric's own steps have come to."""


def of_step(connection: Connection, experiment: int, folder: str, step: str) -> list[Went]:
    """Give the newest runs of a project's step in a folder, the newest first.

    Plans are told by clients, and the same path may be another project's on another machine: the
    folder alone does not say whose the runs are.
    """
    return [Went(*row) for row in connection.rows(_OF_STEP, (folder, step, experiment))]


def running(connection: Connection, experiment: int) -> list[Went]:
    """Give the runs of a project that go on, the newest first."""
    return [Went(*row) for row in connection.rows(_RUNNING, (experiment,))]


def latest(connection: Connection, experiment: int, limit: int) -> list[Went]:
    """Give the newest runs of a project, the newest first."""
    return [Went(*row) for row in connection.rows(_LATEST, (experiment, limit))]


def expected_s(earlier: Sequence[Went]) -> float | None:
    """Give how long a step's next run may take: the median of those that went well."""
    good = (run.duration_s for run in earlier if run.status == "succeeded")
    durations = [duration_s for duration_s in good if duration_s is not None]
    return median(durations) if durations else None


def measured(
    connection: Connection, runs: Sequence[int], most: int = 3
) -> dict[int, list[Measured]]:
    """Give the newest values of some runs' metrics, those first that were written first."""
    condition, value = one_of(connection, "run", runs)
    rows = connection.rows(
        f"SELECT run, name, last, last_step FROM metrics WHERE {condition} "  # noqa: S608
        "ORDER BY run, position, name",
        (value,),
    )
    found: dict[int, list[Measured]] = {}
    for run, *cells in rows:
        kept = found.setdefault(run, [])
        if len(kept) < most:
            kept.append(Measured(*cells))
    return found
