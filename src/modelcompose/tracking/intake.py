"""A run as another hub tells it: kept as it is told, however often it is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import AlreadyExists
from modelcompose.store.content import Content
from modelcompose.tracking.contact import LOST_TAG, NOTED_EVERY_S
from modelcompose.tracking.rows import COLUMNS, content_rows, param_row, run_row, storable
from modelcompose.tracking.run import Run

METRIC_COLUMNS = (
    "name",
    "last",
    "min",
    "max",
    "count",
    "best_step",
    "last_step",
    "last_time",
    "mean",
    "known",
    "position",
)
"""Columns of `metrics`, in the order of the cells that `keep_run` takes."""

_ENSURE_EXPERIMENT = """
    INSERT INTO experiments (name, created_at, updated_at) VALUES (?, ?, ?)
    ON CONFLICT (name) DO NOTHING
"""
_FIND = """
    SELECT coalesce(experiments.name, runs.project) FROM runs
    LEFT JOIN experiments ON experiments.number = runs.experiment WHERE runs.id = ?
"""
_NAMES = (*COLUMNS, "name", "user_name")
_KEEP = f"""
    INSERT INTO runs ({", ".join(_NAMES)}, experiment) VALUES (
        {", ".join("?" * len(_NAMES))}, (SELECT number FROM experiments WHERE name = ?)
    )
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _NAMES)}
    WHERE runs.experiment = excluded.experiment
    RETURNING number
"""  # noqa: S608
_KEEP_PARAM = """
    INSERT INTO params (run, name, value, number) VALUES (?, ?, ?, ?)
    ON CONFLICT (run, name) DO UPDATE SET value = excluded.value, number = excluded.number
"""
_KEEP_TAG = """
    INSERT INTO run_tags (run, name, value) VALUES (?, ?, ?)
    ON CONFLICT (run, name) DO UPDATE SET value = excluded.value
"""
_KEEP_METRIC = f"""
    INSERT INTO metrics (run, {", ".join(METRIC_COLUMNS)})
    VALUES (?, {", ".join("?" * len(METRIC_COLUMNS))})
    ON CONFLICT (run, name) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in METRIC_COLUMNS[1:])}
"""  # noqa: S608
_KEEP_CONTENT = """
    INSERT INTO contents (run, role, path, kind, digest, size_bytes, files, executable)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_KEEP_SAMPLES = """
    INSERT INTO samples (run, part, count, fields, columns) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (run, part) DO NOTHING
"""
_UNTAG = "DELETE FROM run_tags WHERE run = ? AND name = ?"
_REVIVE = """
    UPDATE runs SET status = 'running', ended_at = NULL, error = NULL, heard_at = ?
    WHERE number = ?
"""
_ENSURE_POSITION = """
    INSERT INTO intake_positions (run, sender, position) VALUES (?, ?, 0)
    ON CONFLICT (run, sender) DO NOTHING
"""
# It writes nothing new, and holds the row until the transaction ends: two deliveries of the
# same points at the same time take turns.
_HOLD_POSITION = """
    UPDATE intake_positions SET position = position WHERE run = ? AND sender = ?
    RETURNING position
"""


class Told(Struct, frozen=True):
    """All that is told of a run, beside its points."""

    run: Run
    name: str
    user: str
    tags: Mapping[str, str]
    metrics: Sequence[tuple[Any, ...]]
    """Cells in the order of `METRIC_COLUMNS`."""


def ensure_project(connection: Connection, project: str, now: float) -> None:
    """Make a project known, which MLflow calls an experiment."""
    connection.execute(_ENSURE_EXPERIMENT, (project, now, now))


def keep_run(connection: Connection, told: Told, now: float) -> int:
    """Keep a run as it is told; give its number.

    What was written to it here, and is not told, stays.

    Args:
        connection: of a write block.
        told: the run; its `metrics` are not looked at.
        now: seconds since the epoch.

    Raises:
        AlreadyExists: a run of this id is one of another project.
    """
    run = told.run
    found = connection.row(_FIND, (run.id,))
    if found is not None and found[0] != run.project:
        raise _other_project(run.id)
    ensure_project(connection, run.project, now)
    row = connection.row(_KEEP, (*run_row(run), told.name, told.user, run.project))
    if row is None:
        raise _other_project(run.id)
    number = int(row[0])
    if LOST_TAG not in told.tags:
        connection.execute(_UNTAG, (number, LOST_TAG))
    heard_at = now if run.status == "running" else None
    connection.execute("UPDATE runs SET heard_at = ? WHERE number = ?", (heard_at, number))
    _keep_contents(connection, number, "input", run.inputs)
    _keep_contents(connection, number, "output", run.outputs)
    _write(connection, _KEEP_PARAM, number, (param_row(*one) for one in run.params.items()))
    _write(connection, _KEEP_TAG, number, ((storable(k), v) for k, v in told.tags.items()))
    _write(connection, _KEEP_METRIC, number, told.metrics)
    return number


def keep_samples(
    connection: Connection, number: int, parts: Iterable[tuple[int, int, str, bytes]]
) -> None:
    """Keep samples of the run `number`: part, count, fields as JSON, columns."""
    connection.executemany(_KEEP_SAMPLES, [(number, *part) for part in parts])


def hold_position(connection: Connection, number: int, sender: str) -> int:
    """Give how far a sender's points of the run `number` have come, and keep others waiting.

    Args:
        connection: of a write block, which the points are kept in.
        number: the run's.
        sender: who counts the positions.
    """
    connection.execute(_ENSURE_POSITION, (number, sender))
    row = connection.row(_HOLD_POSITION, (number, sender))
    return int(row[0]) if row else 0


def move_position(connection: Connection, number: int, sender: str, position: int) -> None:
    """Say how far the points have come; in the transaction that keeps them."""
    connection.execute(
        "UPDATE intake_positions SET position = ? WHERE run = ? AND sender = ?",
        (position, number, sender),
    )


def note_news(connection: Connection, number: int, now: float) -> None:
    """Note that there was news of the run `number`; bring it back if it was given up.

    Whoever sends a run knows better than this hub whether it has ended. One that was told to
    have ended has no time of news, and stays as it is.
    """
    row = connection.row("SELECT status, heard_at FROM runs WHERE number = ?", (number,))
    status, heard_at = row or ("", None)
    if heard_at is None:
        return
    if status == "running" and abs(now - heard_at) >= NOTED_EVERY_S:
        connection.execute("UPDATE runs SET heard_at = ? WHERE number = ?", (now, number))
    elif status == "killed" and connection.execute(_UNTAG, (number, LOST_TAG)).rowcount:
        connection.execute(_REVIVE, (now, number))


def _keep_contents(
    connection: Connection, number: int, role: Any, contents: Mapping[str, Content]
) -> None:
    connection.execute("DELETE FROM contents WHERE run = ? AND role = ?", (number, role))
    _write(connection, _KEEP_CONTENT, number, content_rows(role, contents))


def _write(
    connection: Connection, statement: str, number: int, rows: Iterable[tuple[Any, ...]]
) -> None:
    # In one order everywhere, so that no two transactions wait for each other in turn.
    ordered = sorted(((number, *row) for row in rows), key=_place)
    if ordered:
        connection.executemany(statement, ordered)


def _other_project(run_id: str) -> AlreadyExists:
    return AlreadyExists(f"run {run_id}: a run of this id is one of another project here")


def _place(row: tuple[Any, ...]) -> tuple[str, str]:
    return str(row[1]), str(row[2])
