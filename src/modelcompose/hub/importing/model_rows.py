"""Logged and registered models of a source as rows of the hub.

An alias follows the source until the hub moves it; of a stage and a description the later counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from modelcompose.database.database import Connection
from modelcompose.hub.importing.run_rows import clean
from modelcompose.hub.importing.source import SourceLoggedModel, SourceModel, SourceVersion
from modelcompose.tracking.experiments import Experiment

_ADD_LOGGED = """
    INSERT INTO logged_models (
        id, experiment, run, name, model_type, artifacts, status, status_message,
        created_at, updated_at, deleted_at
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_FINISH_LOGGED = """
    UPDATE logged_models SET status = ?, status_message = ?, updated_at = ?
    WHERE id = ? AND status = 'LOGGED_MODEL_PENDING'
"""
_ADD_LOGGED_METRIC = """
    INSERT INTO logged_model_metrics (
        model, run, name, dataset_name, dataset_digest, value, step, time
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (model, run, name, dataset_name, dataset_digest) DO NOTHING
"""
_ADD_MODEL = """
    INSERT INTO registered_models (name, description, last_version, created_at, updated_at)
    VALUES (?, ?, 0, ?, ?) ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING
"""
_ADD_VERSION = """
    INSERT INTO model_versions (
        model, version, description, user_name, stage, source, storage, run, run_link,
        logged_model, status, status_message, created_at, updated_at
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (model, version) DO NOTHING
"""
_LAST_VERSION = """
    UPDATE registered_models SET last_version = ? WHERE number = ? AND last_version < ?
"""
_SET_ALIAS = """
    INSERT INTO model_aliases (model, alias, version, updated_at)
    SELECT ?, ?, number, ? FROM model_versions
    WHERE model = ? AND version = ? AND deleted_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM alias_moves WHERE model = ? AND alias = ?)
    ON CONFLICT (model, alias)
    DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at
"""
_BRING_UP_TO_DATE = """
    UPDATE model_versions
    SET stage = ?, description = ?, status = ?, status_message = ?, updated_at = ?
    WHERE number = ? AND updated_at < ?
"""


def keep_logged_model(
    connection: Connection, experiment: Experiment, given: SourceLoggedModel, artifacts: str
) -> bool:
    """Give a source's logged model its row; tells whether it is new.

    Args:
        connection: of a write block.
        experiment: of the hub.
        given: the source's.
        artifacts: where its files are from now on.
    """
    cells = (given.id, experiment.number, given.run, clean(given.name), given.model_type)
    more = (artifacts, given.status, given.status_message, given.created_at, given.updated_at)
    is_new = connection.execute(_ADD_LOGGED, (*cells, *more, given.deleted_at)).rowcount > 0
    if not is_new:
        ended = (given.status, given.status_message, given.updated_at, given.id)
        connection.execute(_FINISH_LOGGED, ended)
    row = connection.row("SELECT number FROM logged_models WHERE id = ?", (given.id,))
    number = int(row[0]) if row else 0
    _add_pairs(connection, "logged_model_params", "model", number, given.params)
    _add_pairs(connection, "logged_model_tags", "model", number, given.tags)
    metrics = [
        (
            *(number, metric.run, clean(metric.name), metric.dataset_name, metric.dataset_digest),
            *(None if math.isnan(metric.value) else metric.value, metric.step, metric.time),
        )
        for metric in given.metrics
    ]
    connection.executemany(_ADD_LOGGED_METRIC, metrics)
    return is_new


def set_logged_place(connection: Connection, model_id: str, artifacts: str) -> None:
    """Say where the files of a logged model are now, for it and the versions made of it."""
    connection.execute("UPDATE logged_models SET artifacts = ? WHERE id = ?", (artifacts, model_id))
    connection.execute(
        "UPDATE model_versions SET storage = ? WHERE logged_model = ?", (artifacts, model_id)
    )


def keep_model(connection: Connection, given: SourceModel) -> tuple[int, bool]:
    """Give a source's registered model its row, and the row's number; tells whether it is new."""
    name = clean(given.name)
    cells = (name, given.description, given.created_at, given.updated_at)
    is_new = connection.execute(_ADD_MODEL, cells).rowcount > 0
    row = connection.row(
        "SELECT number FROM registered_models WHERE name = ? AND deleted_at IS NULL", (name,)
    )
    number = int(row[0]) if row else 0
    _add_pairs(connection, "registered_model_tags", "model", number, given.tags)
    return number, is_new


def number_of(connection: Connection, model: int, given: SourceVersion) -> int | None:
    """Give the number that a version of a source has in the hub, None where it is not there."""
    row = connection.row(
        "SELECT version FROM model_versions WHERE model = ? AND source = ? AND created_at = ?",
        (model, given.source, given.created_at),
    )
    return None if row is None else int(row[0])


def next_number(connection: Connection, model: int) -> int:
    """Give the number of a model's next version."""
    row = connection.row("SELECT last_version FROM registered_models WHERE number = ?", (model,))
    return 1 + (int(row[0]) if row else 0)


def is_taken(connection: Connection, model: int, version: int) -> bool:
    """Tell whether a model has a version of a number, also in the trash."""
    sql = "SELECT 1 FROM model_versions WHERE model = ? AND version = ?"
    return connection.row(sql, (model, version)) is not None


def keep_version(
    connection: Connection, model: int, given: SourceVersion, storage: str, logged: str | None
) -> bool:
    """Give a version its row under its own number; tells whether it is new.

    Args:
        connection: of a write block.
        model: the number of the hub's registered model.
        given: the source's.
        storage: where its files are from now on.
        logged: id of the logged model that it is.
    """
    cells = (model, given.version, given.description, clean(given.user), given.stage)
    more = (given.source, storage, given.run, given.run_link, logged)
    end = (given.status, given.status_message, given.created_at, given.updated_at)
    is_new = connection.execute(_ADD_VERSION, (*cells, *more, *end)).rowcount > 0
    row = connection.row(
        "SELECT number, storage FROM model_versions WHERE model = ? AND version = ?",
        (model, given.version),
    )
    number, old = row or (0, storage)
    if old != storage and old in (given.source, given.storage):  # its files came over since
        connection.execute(
            "UPDATE model_versions SET storage = ? WHERE number = ?", (storage, number)
        )
    later = (given.stage, given.description, given.status, given.status_message)
    times = (given.updated_at, number, given.updated_at)
    connection.execute(_BRING_UP_TO_DATE, (*later, *times))
    _add_pairs(connection, "model_version_tags", "version", int(number), given.tags)
    connection.execute(_LAST_VERSION, (given.version, model, given.version))
    return is_new


def set_aliases(connection: Connection, model: int, aliases: Mapping[str, int], now: float) -> None:
    """Point a model's aliases to where the source has them, but for those that the hub moved."""
    for alias, version in aliases.items():
        cells = (model, alias, now, model, version, model, alias)
        connection.execute(_SET_ALIAS, cells)


def _add_pairs(
    connection: Connection, table: str, owner: str, number: int, pairs: Mapping[str, str]
) -> None:
    connection.executemany(
        f"INSERT INTO {table} ({owner}, name, value) VALUES (?, ?, ?) "  # noqa: S608
        f"ON CONFLICT ({owner}, name) DO NOTHING",
        [(number, clean(key), clean(value)) for key, value in pairs.items()],
    )
