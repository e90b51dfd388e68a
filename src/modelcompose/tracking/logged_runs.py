"""Runs that a client logs: begun, ended, put into the trash and taken out of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from modelcompose.database.database import Cell, Connection
from modelcompose.errors import UsageError
from modelcompose.tracking.experiments import Experiment, check_in_use
from modelcompose.tracking.limits import check_tag
from modelcompose.tracking.logging import (
    RUN_NAME_TAG,
    KeyValue,
    RunKey,
    find_run_key,
    run_in_use,
    write_tags,
)
from modelcompose.tracking.run import Status
from modelcompose.tracking.run_names import random_name

_FIXED: dict[str, Cell] = {
    "folder": "",
    "status": "running",
    "engine": "",
    "cause": "",
    "attempt": 1,
    "oom_killed": False,
    "timed_out": False,
    "kind": "logged",
    "code_is_dirty": False,
    "parts": "{}",
    "service": "{}",
    "plots": "[]",
    "host": "null",
    "command_line": "[]",
    "overrides": "{}",
    "recording": "null",
}
"""What a client does not tell of its run."""

_GIVEN = (
    *("id", "project", "experiment", "step", "name", "user_name", "created_at", "started_at"),
    "heard_at",
)
_INSERT = f"""
    INSERT INTO runs ({", ".join((*_GIVEN, *_FIXED))})
    VALUES ({", ".join("?" * (len(_GIVEN) + len(_FIXED)))}) RETURNING number
"""  # noqa: S608 - made of constants


def create_run(  # noqa: PLR0913 - what a client tells, each by name
    connection: Connection,
    experiment: Experiment,
    started_at: float,
    *,
    name: str = "",
    user: str = "",
    tags: Sequence[KeyValue] = (),
) -> str:
    """Begin a run; give its id.

    Args:
        connection: of a write block.
        experiment: what it belongs to.
        started_at: seconds since the epoch.
        name: by default that of its tag, else one by chance.
        user: who runs it.
        tags: its first tags.

    Raises:
        UsageError: the experiment is in the trash, a tag is out of bounds, or two names are given.
    """
    check_in_use(experiment)
    for index, tag in enumerate(tags):
        check_tag(tag.key, tag.value, f"tags[{index}]")
    tagged = next((tag.value for tag in tags if tag.key == RUN_NAME_TAG), "")
    if name and tagged and name != tagged:
        raise UsageError(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with "
            f"different values (run_name='{name}', mlflow.runName='{tagged}')."
        )
    name = name or tagged or random_name()
    run_id = uuid.uuid4().hex
    number = insert_run(connection, run_id, experiment, started_at, name=name, user=user)
    others = [tag for tag in tags if tag.key != RUN_NAME_TAG]
    write_tags(connection, number, [*others, KeyValue(RUN_NAME_TAG, name)])
    return run_id


def insert_run(  # noqa: PLR0913 - what is told of a run, each by name
    connection: Connection,
    run_id: str,
    experiment: Experiment,
    started_at: float,
    *,
    name: str,
    user: str,
) -> int:
    """Give a run its row, and nothing else; give the row's number."""
    times = (started_at, started_at, time.time())
    given = (run_id, experiment.name, experiment.number, name, name, user, *times)
    row = connection.row(_INSERT, (*given, *_FIXED.values()))
    return int(row[0]) if row else 0


def update_run(
    connection: Connection,
    run_id: str,
    *,
    status: Status | None = None,
    ended_at: float | None = None,
    name: str = "",
) -> RunKey:
    """Record what became of a run; of one that was recorded, only another name is taken.

    How that one ends, who watches it says: its own code does not know all of it.

    Args:
        connection: of a write block.
        run_id: the run.
        status: what it is now.
        ended_at: seconds since the epoch.
        name: another name for it.

    Raises:
        NotFound: there is no such run.
        UsageError: it is in the trash, or the name is out of bounds.
    """
    run = run_in_use(connection, run_id)
    cells: dict[str, Cell] = {}
    if status is not None:
        cells["status"] = status
    if ended_at is not None:
        cells["ended_at"] = ended_at
    if cells and run.kind == "logged":
        assignments = ", ".join(f"{column} = ?" for column in cells)
        connection.execute(
            f"UPDATE runs SET {assignments} WHERE number = ?",  # noqa: S608
            [*cells.values(), run.number],
        )
    if name:
        check_tag(RUN_NAME_TAG, name)
        write_tags(connection, run.number, [KeyValue(RUN_NAME_TAG, name)])
    return run


def delete_run(connection: Connection, run_id: str, now: float) -> None:
    """Put a run into the trash.

    Raises:
        NotFound: there is no such run.
    """
    _set_deleted(connection, run_id, now)


def restore_run(connection: Connection, run_id: str) -> None:
    """Take a run out of the trash.

    Raises:
        NotFound: there is no such run.
    """
    _set_deleted(connection, run_id, None)


def _set_deleted(connection: Connection, run_id: str, deleted_at: float | None) -> None:
    run = find_run_key(connection, run_id)
    connection.execute("UPDATE runs SET deleted_at = ? WHERE number = ?", (deleted_at, run.number))
