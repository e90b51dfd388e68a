"""What the database of runs tells, without changing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from modelcompose.database.connection import HEAD, connect, schema_version
from modelcompose.database.faults import translated
from modelcompose.errors import DatabaseError

DATABASE = "hub.db"


@contextmanager
def opened(home: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the database as it is, whatever its schema; None where there is none yet.

    Raises:
        DatabaseError: it cannot be used.
    """
    path = home / DATABASE
    with translated(path):
        is_there = path.exists()
    if not is_there:
        yield None
        return
    with translated(path), closing(connect(path)) as connection:
        yield connection


@contextmanager
def runs_in(home: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the database where its runs can be read: it is there, and its schema is ours."""
    with opened(home) as connection:
        is_ours = connection is not None and schema_version(connection) == HEAD
        yield connection if is_ours else None


def last_engine(home: Path, folder: Path) -> str | None:
    """Give the engine of the newest run of a project folder; None where that cannot be told."""
    from modelcompose.tracking.runs import Runs

    try:
        with runs_in(home) as connection:
            if connection is None:
                return None
            newest = Runs(connection).list(folder=folder, limit=1, columns=())
    except DatabaseError:
        return None
    return newest[0].engine if newest else None
