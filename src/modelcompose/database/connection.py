"""Opens the database: one cheap look at its schema, and no more when it is ours."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from modelcompose.database.faults import translated
from modelcompose.database.home import home_folder

HEAD = "0009"
"""The newest revision in `migrations/versions`; a test holds the two equal."""

BUSY_TIMEOUT_S = 30.0


def open_database(path: Path | None = None) -> sqlite3.Connection:
    """Open the database, creating it or bringing its schema up to date where needed.

    The connection is in autocommit mode, may be used from any thread by one at a time, waits
    for other writers, and enforces foreign keys. Any number of processes may open the same
    file at once, also for the first time.

    Args:
        path: the database file; by default `hub.db` in the home folder.

    Raises:
        DatabaseError: the file is damaged, not writable, or of a newer modelcompose.
        StorageFull: the disk is full.
    """
    path = home_folder() / "hub.db" if path is None else path.absolute()
    with translated(path):
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _migrate(path)
        connection = connect(path)
        try:
            if schema_version(connection) != HEAD:
                _migrate(path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """Connect to a database file that exists, whatever its schema."""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def schema_version(connection: sqlite3.Connection) -> str | None:
    """Give the revision that the database is at; None before the first one."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if row is None else str(row[0])


def _migrate(path: Path) -> None:
    # SQLAlchemy and Alembic cost half a second of CPU to import: only when there is work.
    from modelcompose.database.migration import migrate

    migrate(path)
