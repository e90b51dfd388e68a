"""What a client logs into a run: metrics, parameters and tags."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import NotFound, UsageError
from modelcompose.tracking.contact import note_contact
from modelcompose.tracking.limits import (
    KEY_CHARACTERS,
    Int64,
    check_batch_size,
    check_length,
    check_name,
    check_param,
    check_tag,
    invalid,
)
from modelcompose.tracking.run import Kind, Status
from modelcompose.tracking.series import repeats
from modelcompose.tracking.series.points import Batch, batch

if TYPE_CHECKING:
    from modelcompose.tracking.series.store import SeriesStore

RUN_NAME_TAG = "mlflow.runName"
PARENT_TAG = "mlflow.parentRunId"

_FIND = "SELECT number, experiment, deleted_at, name, kind, status, heard_at FROM runs WHERE id = ?"
_SET_TAG = """
    INSERT INTO run_tags (run, name, value) VALUES (?, ?, ?)
    ON CONFLICT (run, name) DO UPDATE SET value = excluded.value
"""
_ADD_PARAM = """
    INSERT INTO params (run, name, value, number) VALUES (?, ?, ?, ?)
    ON CONFLICT (run, name) DO NOTHING
"""
_known_names: set[str] = set()
_KNOWN_NAMES = 100_000


class Point(Struct, gc=False):
    """One value of a metric."""

    key: str
    value: float
    timestamp: Int64
    """Milliseconds since the epoch."""
    step: Int64 | None = 0
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class KeyValue(Struct, gc=False):
    """A parameter or a tag."""

    key: str
    value: str = ""


class RunKey(Struct, frozen=True):
    """What a run goes by in the database."""

    id: str
    number: int
    experiment: int | None
    deleted_at: float | None
    name: str
    kind: Kind
    status: Status
    heard_at: float | None
    """When its client last called, to the minute."""


def find_run_key(connection: Connection, run_id: str) -> RunKey:
    """Give a run's key, also of one in the trash.

    Raises:
        NotFound: there is no such run.
    """
    row = connection.row(_FIND, (run_id,))
    if row is None:
        raise NotFound(f"Run with id={run_id} not found")
    return RunKey(run_id, *row)


def run_in_use(connection: Connection, run_id: str) -> RunKey:
    """Give the key of a run that is not in the trash, and note that its client has called.

    Args:
        connection: of a write block.
        run_id: the run.

    Raises:
        NotFound: there is no such run.
        UsageError: it is in the trash.
    """
    run = find_run_key(connection, run_id)
    if run.deleted_at is not None:
        raise UsageError(
            f"The run {run_id} must be in the 'active' state. Current state is deleted."
        )
    note_contact(connection, run)
    return run


def log_batch(  # noqa: PLR0913, PLR0917 - the three kinds of what is logged, and where to
    connection: Connection,
    series: SeriesStore,
    run_id: str,
    metrics: Sequence[Point] = (),
    params: Sequence[KeyValue] = (),
    tags: Sequence[KeyValue] = (),
) -> RunKey:
    """Log many values into a run: all of them or, after an error, none.

    Args:
        connection: of a write block.
        series: where points are kept.
        run_id: the run, which need not be running.
        metrics: points; one that is there twice is taken once, and so are all of them where the
            same were logged just before.
        params: parameters, which never change their value.
        tags: tags, the last of one name counts.

    Raises:
        NotFound: there is no such run.
        UsageError: something is out of bounds, the run is in the trash, or a parameter has
            another value already.
    """
    check_batch_size(len(metrics), len(params), len(tags))
    _check_points(metrics)
    for index, param in enumerate(params):
        check_param(param.key, param.value, f"params[{index}]")
    for index, tag in enumerate(tags):
        check_tag(tag.key, tag.value, f"tags[{index}]")
    _check_unique(params)
    run = run_in_use(connection, run_id)
    if params:
        _add_params(connection, run, params)
    if metrics:
        _append(connection, series, run.number, metrics)
    if tags:
        write_tags(connection, run.number, tags)
    return run


def log_metric(connection: Connection, series: SeriesStore, run_id: str, point: Point) -> RunKey:
    """Log one point; the same that was logged just before changes nothing.

    Raises:
        NotFound: there is no such run.
        UsageError: its name or time is out of bounds, or the run is in the trash.
    """
    _check_point(point, "")
    run = run_in_use(connection, run_id)
    _append(connection, series, run.number, [point])
    return run


def log_param(connection: Connection, run_id: str, param: KeyValue) -> None:
    """Log one parameter.

    Raises:
        NotFound: there is no such run.
        UsageError: it is out of bounds, has another value already, or the run is in the trash.
    """
    check_param(param.key, param.value)
    run = run_in_use(connection, run_id)
    old = _old_params(connection, run.number, [param.key]).get(param.key, param.value)
    if old != param.value:
        raise UsageError(
            f"Changing param values is not allowed. Param with key='{param.key}' was already"
            f" logged with value='{old}' for run ID='{run_id}'. Attempted logging new value"
            f" '{param.value}'."
        )
    connection.execute(_ADD_PARAM, _param_row(run.number, param))


def set_tag(connection: Connection, run_id: str, tag: KeyValue) -> None:
    """Set a run's tag.

    Raises:
        NotFound: there is no such run.
        UsageError: the tag is out of bounds, or the run is in the trash.
    """
    check_tag(tag.key, tag.value)
    run = run_in_use(connection, run_id)
    write_tags(connection, run.number, [tag])


def delete_tag(connection: Connection, run_id: str, key: str) -> None:
    """Remove a run's tag.

    Raises:
        NotFound: there is no such run, or it has no such tag.
        UsageError: the run is in the trash.
    """
    run = run_in_use(connection, run_id)
    done = connection.execute("DELETE FROM run_tags WHERE run = ? AND name = ?", (run.number, key))
    if not done.rowcount:
        raise NotFound(f"No tag with name: {key} in run with id {run_id}")


def write_tags(connection: Connection, run: int, tags: Sequence[KeyValue]) -> None:
    """Write tags of the run `run`, checked before; the one that is its name renames it."""
    last = {tag.key: tag.value for tag in tags}
    connection.executemany(_SET_TAG, [(run, key, last[key]) for key in sorted(last)])
    if last.get(RUN_NAME_TAG):
        connection.execute("UPDATE runs SET name = ? WHERE number = ?", (last[RUN_NAME_TAG], run))


def param_text(cell: str) -> str:
    """Give a parameter's cell, which is JSON, as MLflow shows it: a text as it is."""
    if cell[:1] != '"':
        return cell
    if "\\" not in cell:
        return cell[1:-1]
    return str(msgspec.json.decode(cell))


def _check_points(points: Sequence[Point]) -> None:
    for index, point in enumerate(points):
        if point.timestamp < 0 or point.key not in _known_names:
            _check_point(point, f"metrics[{index}]")


def _check_point(point: Point, path: str) -> None:
    below = f"{path}." if path else ""
    check_name(point.key, f"{below}name")
    if point.timestamp < 0:
        reason = (
            f"metric '{point.key}' (value={point.value}). "
            "Timestamp must be a nonnegative long (64-bit integer) "
        )
        raise UsageError(invalid(f"{below}timestamp", point.timestamp, reason))
    check_length("Metric name", point.key, KEY_CHARACTERS)
    if len(_known_names) >= _KNOWN_NAMES:
        _known_names.clear()
    _known_names.add(point.key)


def _append(connection: Connection, series: SeriesStore, run: int, points: Sequence[Point]) -> None:
    whole = _batch(points)
    if repeats.is_new(connection, run, whole, time.time()):
        series.append(connection, run, whole)


def _batch(points: Sequence[Point]) -> Batch:
    once = {(point.key, point.step, point.timestamp, point.value): point for point in points}
    if len(once) < len(points):
        points = list(once.values())
    return batch(
        [point.key for point in points],
        [point.value for point in points],
        [point.step or 0 for point in points],
        [point.timestamp / 1000 for point in points],
    )


def _check_unique(params: Sequence[KeyValue]) -> None:
    seen: set[str] = set()
    twice = []
    for param in params:
        if param.key in seen:
            twice.append(param.key)
        seen.add(param.key)
    if twice:
        raise UsageError(
            f"Duplicate parameter keys have been submitted: {twice}. Please ensure "
            "the request contains only one param value per param key."
        )


def _add_params(connection: Connection, run: RunKey, params: Sequence[KeyValue]) -> None:
    old = _old_params(connection, run.number, [param.key for param in params])
    changed = [
        {"key": param.key, "old_value": old[param.key], "new_value": param.value}
        for param in params
        if old.get(param.key, param.value) != param.value
    ]
    if changed:
        raise UsageError(
            "Changing param values is not allowed. Params were already"
            f" logged='{changed}' for run ID='{run.id}'."
        )
    new = [param for param in params if param.key not in old]
    new.sort(key=lambda param: param.key)
    connection.executemany(_ADD_PARAM, [_param_row(run.number, param) for param in new])


def _old_params(connection: Connection, run: int, names: Sequence[str]) -> dict[str, str]:
    these, parameter = one_of(connection, "name", names)
    rows = connection.rows(
        f"SELECT name, value FROM params WHERE run = ? AND {these}",  # noqa: S608
        (run, parameter),
    )
    return {name: param_text(value) for name, value in rows}


def _param_row(run: int, param: KeyValue) -> tuple[int, str, str, float | None]:
    return run, param.key, json.dumps(param.value, ensure_ascii=False), _number(param.value)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number
