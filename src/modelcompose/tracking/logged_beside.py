"""What a run's own code logged beside what was recorded of it from outside."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from msgspec import Struct

_ITS_OWN = ("mlflow.", "modelcompose.")
"""What clients and this program note for themselves."""

GATE_TAG = "modelcompose.gate."
"""With a model's name: the tag of a run that tells how the gate came out for what it made."""

_PARENT = "mlflow.parentRunId"
_TAGS = """
    SELECT run_tags.name, run_tags.value FROM run_tags
    JOIN runs ON runs.number = run_tags.run WHERE runs.id = ? ORDER BY run_tags.name
"""
_BELOW = """
    SELECT runs.id, runs.name, runs.status FROM run_tags
    JOIN runs ON runs.number = run_tags.run
    WHERE run_tags.name = ? AND substr(run_tags.value, 1, 64) = ? AND runs.deleted_at IS NULL
    ORDER BY runs.created_at, runs.number
"""
_MODELS = """
    SELECT models.name, versions.version FROM model_versions AS versions
    JOIN registered_models AS models ON models.number = versions.model
    WHERE versions.run = ? AND versions.deleted_at IS NULL AND models.deleted_at IS NULL
    ORDER BY models.name, versions.version
"""
_EXPERIMENT = "SELECT experiment FROM runs WHERE id = ?"


class Below(Struct, frozen=True):
    """A run that was begun below another one."""

    id: str
    name: str
    status: str


class LoggedBeside(Struct, frozen=True):
    """What stands beside a run's parameters and metrics."""

    experiment: int | None = None
    tags: Mapping[str, str] = {}
    below: tuple[Below, ...] = ()
    models: tuple[tuple[str, int], ...] = ()
    """Versions of registered models that came from it."""
    gates: Mapping[str, str] = {}
    """How gates came out for what it made, by the models' names."""


def read_logged_beside(connection: sqlite3.Connection, run_id: str) -> LoggedBeside:
    """Read what was logged into a run, and below it."""
    tags = connection.execute(_TAGS, (run_id,)).fetchall()
    below = connection.execute(_BELOW, (_PARENT, run_id)).fetchall()
    models = connection.execute(_MODELS, (run_id,)).fetchall()
    row = connection.execute(_EXPERIMENT, (run_id,)).fetchone()
    return LoggedBeside(
        None if row is None else row[0],
        {name: value for name, value in tags if not name.startswith(_ITS_OWN)},
        tuple(Below(*each) for each in below),
        tuple((name, version) for name, version in models),
        {name.removeprefix(GATE_TAG): text for name, text in tags if name.startswith(GATE_TAG)},
    )
