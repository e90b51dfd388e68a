"""Models that a client logged: begun, filled with files, finished; registered where wanted."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import NotFound, UsageError
from modelcompose.registry.names import check_logged_model_name, check_tag
from modelcompose.tracking.experiments import Experiment, artifact_root_of, check_in_use
from modelcompose.tracking.limits import check_length, check_param, check_text
from modelcompose.tracking.logging import Point
from modelcompose.tracking.run_names import random_name

VERSIONS_TAG = "mlflow.modelVersions"

PENDING = "LOGGED_MODEL_PENDING"
STATUSES = (PENDING, "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED")

_LONGEST_TYPE = 500
_COLUMNS = (
    "logged_models.number, id, experiment, run, logged_models.name, model_type, artifacts, status,"
    " status_message, logged_models.created_at, logged_models.updated_at"
)
_INSERT = """
    INSERT INTO logged_models (
        id, experiment, run, name, model_type, artifacts, status, created_at, updated_at
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
"""
_ADD_PARAM = """
    INSERT INTO logged_model_params (model, name, value) VALUES (?, ?, ?)
    ON CONFLICT (model, name) DO NOTHING
"""
_SET_TAG = """
    INSERT INTO logged_model_tags (model, name, value) VALUES (?, ?, ?)
    ON CONFLICT (model, name) DO UPDATE SET value = excluded.value
"""
_SET_METRIC = """
    INSERT INTO logged_model_metrics (
        model, run, name, dataset_name, dataset_digest, value, step, time
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (model, run, name, dataset_name, dataset_digest)
    DO UPDATE SET value = excluded.value, step = excluded.step, time = excluded.time
    WHERE (excluded.step, excluded.time)
        >= (logged_model_metrics.step, logged_model_metrics.time)
"""
_METRICS = """
    SELECT model, name, value, step, time, run, dataset_name, dataset_digest
    FROM logged_model_metrics WHERE {} ORDER BY model, name, time, step
"""


class LoggedMetric(Struct, frozen=True):
    """The latest value of a metric that was measured on a logged model."""

    name: str
    value: float
    step: int
    time: float
    """Seconds since the epoch, as all times here."""
    run: str
    """Id of the run that measured it."""
    dataset_name: str = ""
    dataset_digest: str = ""


class LoggedModel(Struct, frozen=True):
    """A model that a client logged."""

    number: int
    id: str
    """`m-` and 32 hexadecimal digits."""
    experiment: int
    run: str | None
    name: str
    model_type: str | None
    artifacts: str
    """Address of the folder of its files."""
    status: str
    status_message: str | None
    created_at: float
    updated_at: float
    params: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    metrics: tuple[LoggedMetric, ...] = ()


def create_logged_model(  # noqa: PLR0913 - what a client tells, each by name
    connection: Connection,
    experiment: Experiment,
    now: float,
    *,
    name: str | None = None,
    model_type: str | None = None,
    run: str | None = None,
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> LoggedModel:
    """Begin a logged model; it is pending until it is finished.

    Args:
        connection: of a write block.
        experiment: what it belongs to.
        now: seconds since the epoch.
        name: by default one by chance.
        model_type: in the client's words.
        run: id of the run that makes it.
        params: of the model.
        tags: its first tags.

    Raises:
        UsageError: the experiment is in the trash, or something is out of bounds.
    """
    check_in_use(experiment)
    name = random_name() if name is None else name
    check_logged_model_name(name)
    check_length("model_type", model_type or "", _LONGEST_TYPE)
    check_text("model_type", model_type or "")
    model_id = f"m-{uuid.uuid4().hex}"
    root = artifact_root_of(experiment.number, experiment.artifact_root)
    place = f"{root}/models/{model_id}/artifacts"
    cells = (model_id, experiment.number, run or None, name, model_type, place, PENDING, now, now)
    row = connection.row(_INSERT, cells)
    number = int(row[0]) if row else 0
    add_logged_params(connection, number, params or {})
    _set_tags(connection, number, tags or {})
    return logged_model(connection, model_id)


def logged_model(
    connection: Connection, model_id: str, *, also_deleted: bool = False
) -> LoggedModel:
    """Give a logged model.

    Raises:
        NotFound: there is none of this id, or it is in the trash.
    """
    condition = "id = ?" if also_deleted else "id = ? AND logged_models.deleted_at IS NULL"
    found = read_logged_models(connection, condition, (model_id,))
    if not found:
        raise NotFound(f"Logged model with ID '{model_id}' not found.")
    return found[0]


def read_logged_models(
    connection: Connection, condition: str, values: Sequence[Any] = ()
) -> list[LoggedModel]:
    """Read logged models with all that is below them.

    Args:
        connection: of any block.
        condition: SQL after WHERE, with ORDER BY and LIMIT where they are wanted.
        values: of its placeholders.
    """
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM logged_models WHERE {condition}",  # noqa: S608
        values,
    )
    numbers = [row[0] for row in rows]
    params = _pairs(connection, "logged_model_params", numbers)
    tags = _pairs(connection, "logged_model_tags", numbers)
    metrics = _metrics(connection, numbers)
    return [
        LoggedModel(*[*row, params[row[0]], tags[row[0]], tuple(metrics[row[0]])]) for row in rows
    ]


def finish_logged_model(
    connection: Connection, model: LoggedModel, status: str, now: float
) -> LoggedModel:
    """Say what became of a logged model.

    Raises:
        UsageError: there is no such status.
    """
    if status not in STATUSES:
        raise UsageError(f"Invalid model status: {status}. Expected one of {', '.join(STATUSES)}.")
    connection.execute(
        "UPDATE logged_models SET status = ?, updated_at = ? WHERE number = ?",
        (status, now, model.number),
    )
    return logged_model(connection, model.id)


def delete_logged_model(connection: Connection, model: LoggedModel, now: float) -> None:
    """Put a logged model into the trash."""
    connection.execute(
        "UPDATE logged_models SET deleted_at = ?, updated_at = ? WHERE number = ?",
        (now, now, model.number),
    )


def add_logged_params(connection: Connection, model: int, params: Mapping[str, str]) -> None:
    """Add parameters to the logged model of a number; those that are there stay as they are.

    Raises:
        UsageError: one is out of bounds.
    """
    for param in params.items():
        check_param(*param)
    if params:
        connection.executemany(_ADD_PARAM, [(model, *param) for param in params.items()])


def set_logged_tags(
    connection: Connection, model: LoggedModel, tags: Mapping[str, str], now: float
) -> None:
    """Set tags of a logged model.

    Raises:
        UsageError: one is out of bounds.
    """
    if VERSIONS_TAG in tags:
        tags = {**tags, VERSIONS_TAG: _each_once(tags[VERSIONS_TAG])}
    _set_tags(connection, model.number, tags)
    _touch(connection, model.number, now)


def delete_logged_tag(connection: Connection, model: LoggedModel, key: str) -> None:
    """Remove a tag of a logged model.

    Raises:
        NotFound: it has no such tag.
    """
    if key not in model.tags:
        raise NotFound(f"No tag with key {key!r} found for model with ID {model.id!r}.")
    connection.execute(
        "DELETE FROM logged_model_tags WHERE model = ? AND name = ?", (model.number, key)
    )


def note_version(connection: Connection, model_id: str, name: str, version: int) -> None:
    """Note on a logged model that it was registered, where MLflow's client looks for it."""
    model = logged_model(connection, model_id, also_deleted=True)
    noted = json.loads(model.tags.get(VERSIONS_TAG, "[]"))
    text = json.dumps([*noted, {"name": name, "version": str(version)}])
    _set_tags(connection, model.number, {VERSIONS_TAG: _each_once(text)})


def log_on_models(connection: Connection, run_id: str, points: Sequence[Point]) -> None:
    """Keep metrics that a run measured on logged models: the latest of each.

    Args:
        connection: of the write block that logs them into the run.
        run_id: the run.
        points: all that it logs; those of no model are left out.

    Raises:
        NotFound: there is no such model.
    """
    latest: dict[tuple[str, str, str, str], Point] = {}
    for point in points:
        if point.model_id:
            name, digest = point.dataset_name or "", point.dataset_digest or ""
            key = (point.model_id, point.key, name, digest)
            other = latest.get(key)
            if other is None or _age(other) <= _age(point):
                latest[key] = point
    if not latest:
        return
    numbers = _numbers(connection, {key[0] for key in latest})
    rows = [(numbers[key[0]], run_id, *key[1:], *_cells(point)) for key, point in latest.items()]
    connection.executemany(_SET_METRIC, rows)


def _each_once(text: str) -> str:
    """Drop what is there twice: the client adds a version that was noted here when it was made."""
    try:
        noted = json.loads(text)
    except ValueError:
        return text
    if not isinstance(noted, list):
        return text
    return json.dumps([one for place, one in enumerate(noted) if one not in noted[:place]])


def _numbers(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    these, value = one_of(connection, "id", sorted(ids))
    found = dict(connection.rows(f"SELECT id, number FROM logged_models WHERE {these}", (value,)))  # noqa: S608
    for model_id in sorted(ids):
        if model_id not in found:
            raise NotFound(f"Logged model with ID '{model_id}' not found.")
    return found


def _age(point: Point) -> tuple[int, int]:
    return point.step or 0, point.timestamp


def _set_tags(connection: Connection, model: int, tags: Mapping[str, str]) -> None:
    for tag in tags.items():
        check_tag(*tag)
    if tags:
        connection.executemany(_SET_TAG, [(model, *tag) for tag in tags.items()])


def _touch(connection: Connection, model: int, now: float) -> None:
    connection.execute("UPDATE logged_models SET updated_at = ? WHERE number = ?", (now, model))


def _cells(point: Point) -> tuple[float | None, int, float]:
    value = None if math.isnan(point.value) else point.value
    return value, point.step or 0, point.timestamp / 1000


def _pairs(connection: Connection, table: str, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {number: {} for number in numbers}
    if numbers:
        these, value = one_of(connection, "model", numbers)
        for number, key, text in connection.rows(
            f"SELECT model, name, value FROM {table} WHERE {these} ORDER BY model, name",  # noqa: S608
            (value,),
        ):
            found[number][key] = text
    return found


def _metrics(connection: Connection, numbers: Sequence[int]) -> dict[int, list[LoggedMetric]]:
    found: dict[int, list[LoggedMetric]] = {number: [] for number in numbers}
    if numbers:
        these, cell = one_of(connection, "model", numbers)
        for number, name, value, *rest in connection.rows(_METRICS.format(these), (cell,)):
            found[number].append(LoggedMetric(name, math.nan if value is None else value, *rest))
    return found
