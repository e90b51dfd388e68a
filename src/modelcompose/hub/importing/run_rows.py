"""Experiments and runs of a source as rows of the hub. What is there already stays as it is."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.hub.importing.source import SourceExperiment, SourceRun
from modelcompose.registry.datasets import log_inputs
from modelcompose.tracking.contact import LOST_TAG, note_contact
from modelcompose.tracking.experiments import Experiment, experiment_named, read_experiments
from modelcompose.tracking.logged_runs import insert_run
from modelcompose.tracking.logging import find_run_key

_ADD_EXPERIMENT = """
    INSERT INTO experiments (name, created_at, updated_at, deleted_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO NOTHING
"""
_ADD_EXPERIMENT_TAG = """
    INSERT INTO experiment_tags (experiment, name, value) VALUES (?, ?, ?)
    ON CONFLICT (experiment, name) DO NOTHING
"""
_ADD_PARAM = """
    INSERT INTO params (run, name, value, number) VALUES (?, ?, ?, ?)
    ON CONFLICT (run, name) DO NOTHING
"""
_ADD_TAG = """
    INSERT INTO run_tags (run, name, value) VALUES (?, ?, ?)
    ON CONFLICT (run, name) DO NOTHING
"""
_ADD_MODEL = """
    INSERT INTO run_models (run, role, logged_model, step) VALUES (?, ?, ?, ?)
    ON CONFLICT (run, role, logged_model) DO NOTHING
"""
_END = """
    UPDATE runs SET status = ?, ended_at = ?, deleted_at = ?, heard_at = ? WHERE number = ?
"""
_GO_ON = """
    UPDATE runs SET status = ?, ended_at = ?, error = NULL
    WHERE number = ? AND (
        status = 'running' OR (status = ? AND ended_at < ?) OR (
            status = 'killed'
            AND EXISTS (SELECT 1 FROM run_tags WHERE run = runs.number AND name = ?)
        )
    )
"""
_UNTAG = "DELETE FROM run_tags WHERE run = ? AND name = ?"


class RunRow(Struct, frozen=True):
    """A run's row."""

    number: int
    is_new: bool


def keep_experiment(connection: Connection, given: SourceExperiment) -> tuple[Experiment, bool]:
    """Give the hub's experiment of a source's name, made where there is none, and whether it was.

    Args:
        connection: of a write block.
        given: the source's.
    """
    times = (given.created_at, given.updated_at, given.deleted_at)
    name = clean(given.name)
    is_new = connection.execute(_ADD_EXPERIMENT, (name, *times)).rowcount > 0
    found = experiment_named(connection, name)
    assert found is not None  # noqa: S101 - it was made or is there
    tags = [(found.number, clean(key), clean(value)) for key, value in given.tags.items()]
    connection.executemany(_ADD_EXPERIMENT_TAG, tags)
    if is_new:
        return read_experiments(connection, "number = ?", (found.number,))[0], True
    return found, False


def find_run_row(connection: Connection, run_id: str) -> int | None:
    """Give the number of a run that the hub has, also of one in its trash."""
    row = connection.row("SELECT number FROM runs WHERE id = ?", (run_id,))
    return None if row is None else int(row[0])


def keep_run(connection: Connection, experiment: Experiment, given: SourceRun) -> RunRow:
    """Give a source's run its row with what belongs to it, or add to the one that is there.

    Args:
        connection: of a write block.
        experiment: of the hub.
        given: the source's.
    """
    number = find_run_row(connection, given.id)
    is_new = number is None
    if number is None:
        number = insert_run(
            connection,
            given.id,
            experiment,
            given.started_at,
            name=clean(given.name),
            user=clean(given.user),
        )
        heard_at = given.ended_at or given.started_at
        cells = (given.status, given.ended_at, given.deleted_at, heard_at, number)
        connection.execute(_END, cells)
    elif given.status == "running":
        note_contact(connection, find_run_key(connection, given.id))
    else:
        ended = (given.status, given.ended_at)
        connection.execute(_GO_ON, (*ended, number, *ended, LOST_TAG))
        connection.execute(_UNTAG, (number, LOST_TAG))
    add_values(connection, number, given.params, given.tags)
    _add_links(connection, number, given)
    return RunRow(number, is_new)


def add_values(
    connection: Connection, run: int, params: Mapping[str, str], tags: Mapping[str, str]
) -> None:
    """Add those parameters and tags that a run has not; limits are the source's."""
    rows = [(run, clean(key), *_param_cells(clean(value))) for key, value in params.items()]
    connection.executemany(_ADD_PARAM, rows)
    texts = [(run, clean(key), clean(value)) for key, value in tags.items()]
    connection.executemany(_ADD_TAG, texts)


def clean(text: str) -> str:
    """Give a text as every database takes it: PostgreSQL refuses NUL, SQLite half a character."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _param_cells(value: str) -> tuple[str, float | None]:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    return json.dumps(value, ensure_ascii=False), None if math.isnan(number) else number


def _add_links(connection: Connection, number: int, given: SourceRun) -> None:
    if given.datasets:
        row = connection.row("SELECT deleted_at FROM runs WHERE number = ?", (number,))
        if row == (None,):
            log_inputs(connection, given.id, given.datasets)
    links = [(number, "input", model, 0) for model in given.models_in]
    links += [(number, "output", model.id, model.step) for model in given.models_out]
    connection.executemany(_ADD_MODEL, links)
