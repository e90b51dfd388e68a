"""Experiments: what groups runs. A project's runs are in the one of its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import AlreadyExists, NotFound, UsageError
from modelcompose.tracking.limits import (
    check_experiment_name,
    check_experiment_tag,
    check_length,
    check_text,
    experiment_number,
)

DEFAULT_NUMBER = 0
"""The experiment of runs that name none; it is always there."""

ARTIFACT_SCHEME = "mlflow-artifacts:"
_ARTIFACT_ROOT_CHARACTERS = 2048

_COLUMNS = "number, name, created_at, updated_at, deleted_at, artifact_root"
_INSERT = """
    INSERT INTO experiments (name, created_at, updated_at, artifact_root) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO NOTHING RETURNING number
"""
_SET_TAG = """
    INSERT INTO experiment_tags (experiment, name, value) VALUES (?, ?, ?)
    ON CONFLICT (experiment, name) DO UPDATE SET value = excluded.value
"""


class Experiment(Struct, frozen=True):
    """A group of runs."""

    number: int
    name: str
    created_at: float
    """Seconds since the epoch, as all times here."""
    updated_at: float
    deleted_at: float | None
    """When it went to the trash; None while it is in use."""
    artifact_root: str
    """Address of the folder of its runs' artifacts."""
    tags: Mapping[str, str] = {}


def create_experiment(
    connection: Connection,
    name: str,
    now: float,
    *,
    artifact_root: str = "",
    tags: Mapping[str, str] | None = None,
) -> int:
    """Make an experiment; give its number.

    Args:
        connection: of a write block.
        name: free, also among those in the trash.
        now: seconds since the epoch.
        artifact_root: where its runs' artifacts go; by default through the hub.
        tags: its first tags.

    Raises:
        AlreadyExists: the name is taken.
        UsageError: a name or value is out of bounds.
    """
    check_experiment_name(name)
    check_length("artifact_location", artifact_root, _ARTIFACT_ROOT_CHARACTERS)
    check_text("artifact_location", artifact_root)
    for key, value in (tags or {}).items():
        check_experiment_tag(key, value)
    row = connection.row(_INSERT, (name, now, now, artifact_root.rstrip("/")))
    if row is None:
        raise AlreadyExists(f"Experiment(name={name}) already exists.")
    number = int(row[0])
    if tags:
        connection.executemany(_SET_TAG, [(number, *tag) for tag in tags.items()])
    return number


def find_experiment(connection: Connection, experiment_id: str) -> Experiment:
    """Give the experiment of an id, also one in the trash; an empty id means the default one.

    Raises:
        NotFound: there is none.
        UsageError: the id is no number.
    """
    number = experiment_number(experiment_id or str(DEFAULT_NUMBER))
    found = read_experiments(connection, "number = ?", (number,))
    if not found:
        raise NotFound(f"No Experiment with id={experiment_id} exists")
    return found[0]


def experiment_named(connection: Connection, name: str) -> Experiment | None:
    """Give the experiment of a name, also one in the trash."""
    found = read_experiments(connection, "name = ?", (name,))
    return found[0] if found else None


def read_experiments(
    connection: Connection, condition: str, values: Sequence[Any]
) -> list[Experiment]:
    """Read experiments with their tags.

    Args:
        connection: of any block.
        condition: SQL after WHERE, with ORDER BY and LIMIT where they are wanted.
        values: of its placeholders.
    """
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM experiments WHERE {condition}",  # noqa: S608
        values,
    )
    numbers = [row[0] for row in rows]
    tags: dict[int, dict[str, str]] = {number: {} for number in numbers}
    chosen, parameter = one_of(connection, "experiment", numbers)
    for number, key, value in connection.rows(
        f"SELECT experiment, name, value FROM experiment_tags WHERE {chosen} "  # noqa: S608
        "ORDER BY experiment, name",
        [parameter],
    ):
        tags[number][key] = value
    return [_experiment(row, tags[row[0]]) for row in rows]


def read_experiments_numbered(connection: Connection, numbers: Sequence[int]) -> list[Experiment]:
    """Read the experiments of these numbers, in their order."""
    these, parameter = one_of(connection, "number", numbers)
    found = {one.number: one for one in read_experiments(connection, these, [parameter])}
    return [found[number] for number in numbers if number in found]


def rename_experiment(
    connection: Connection, experiment: Experiment, name: str, now: float
) -> None:
    """Give an experiment another name.

    Raises:
        AlreadyExists: the name is taken.
        UsageError: the name is out of bounds.
    """
    check_experiment_name(name)
    other = experiment_named(connection, name)
    if other is not None and other.number != experiment.number:
        raise AlreadyExists(f"Experiment(name={name}) already exists.")
    connection.execute(
        "UPDATE experiments SET name = ?, updated_at = ? WHERE number = ?",
        (name, now, experiment.number),
    )


def delete_experiment(connection: Connection, experiment: Experiment, now: float) -> None:
    """Put an experiment and its runs into the trash.

    Raises:
        NotFound: it is there already.
    """
    if experiment.deleted_at is not None:
        raise NotFound(f"No Experiment with id={experiment.number} exists")
    _set_deleted(connection, experiment.number, now, now)


def restore_experiment(connection: Connection, experiment: Experiment, now: float) -> None:
    """Take an experiment and its runs out of the trash.

    Raises:
        NotFound: it is not there.
    """
    if experiment.deleted_at is None:
        raise NotFound(f"No Experiment with id={experiment.number} exists")
    _set_deleted(connection, experiment.number, None, now)


def set_experiment_tag(
    connection: Connection, experiment: Experiment, key: str, value: str
) -> None:
    """Set a tag of an experiment that is in use.

    Raises:
        UsageError: it is in the trash, or the tag is out of bounds.
    """
    check_experiment_tag(key, value)
    check_in_use(experiment)
    connection.execute(_SET_TAG, (experiment.number, key, value))


def delete_experiment_tag(connection: Connection, experiment: Experiment, key: str) -> None:
    """Remove a tag of an experiment that is in use.

    Raises:
        NotFound: it has no such tag.
        UsageError: the experiment is in the trash.
    """
    check_in_use(experiment)
    if key not in experiment.tags:
        raise NotFound(f"No tag with name: {key} in experiment with id {experiment.number}")
    connection.execute(
        "DELETE FROM experiment_tags WHERE experiment = ? AND name = ?", (experiment.number, key)
    )


def check_in_use(experiment: Experiment) -> None:
    """Check that an experiment is not in the trash.

    Raises:
        UsageError: it is.
    """
    if experiment.deleted_at is not None:
        raise UsageError(
            f"The experiment {experiment.number} must be in the 'active' state. "
            "Current state is deleted."
        )


def artifact_root_of(number: int, chosen: str) -> str:
    """Give where an experiment's artifacts are: what was chosen, else a place in the hub."""
    return chosen or f"{ARTIFACT_SCHEME}/{number}"


def _set_deleted(connection: Connection, number: int, deleted_at: float | None, now: float) -> None:
    connection.execute(
        "UPDATE experiments SET deleted_at = ?, updated_at = ? WHERE number = ?",
        (deleted_at, now, number),
    )
    connection.execute("UPDATE runs SET deleted_at = ? WHERE experiment = ?", (deleted_at, number))


def _experiment(row: tuple[Any, ...], tags: Mapping[str, str]) -> Experiment:
    number, name, created_at, updated_at, deleted_at, root = row
    return Experiment(
        number, name, created_at, updated_at, deleted_at, artifact_root_of(number, root), tags
    )


def run_artifacts(connection: Connection, run_id: str) -> str:
    """Give the address of the folder of a run's artifacts.

    Raises:
        NotFound: there is no such run.
    """
    row = connection.row(
        "SELECT runs.experiment, experiments.artifact_root FROM runs "
        "LEFT JOIN experiments ON experiments.number = runs.experiment WHERE runs.id = ?",
        (run_id,),
    )
    if row is None:
        raise NotFound(f"Run with id={run_id} not found")
    return artifacts_below(row[0], row[1], run_id)


def artifacts_below(experiment: int | None, root: str | None, run_id: str) -> str:
    """Give the address of the folder of a run's artifacts, from what its experiment has."""
    number = DEFAULT_NUMBER if experiment is None else experiment
    return f"{artifact_root_of(number, root or '')}/{run_id}/artifacts"
