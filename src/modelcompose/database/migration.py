"""Brings a database's schema up to date. The only module that imports Alembic and SQLAlchemy."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from modelcompose.database.connection import HEAD, connect, schema_version
from modelcompose.errors import DatabaseError


def migrate(path: Path) -> None:
    """Create the database file, or bring it to `HEAD`; one process at a time does so.

    A new file appears under its name only when its schema is complete; an existing one moves
    from one revision to the other in one transaction.

    Raises:
        DatabaseError: the file is of a newer modelcompose.
    """
    with _alone(path):
        if path.exists():
            _upgrade(path)
            return
        unfinished = path.with_name(path.name + ".new")
        unfinished.unlink(missing_ok=True)  # of a command that died here
        # SQLite would read a log that another database left under these names as the new one's.
        for name in (unfinished.name, path.name):
            for suffix in ("-wal", "-shm"):
                path.with_name(name + suffix).unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        _upgrade(unfinished)
        unfinished.rename(path)


def configuration() -> Config:
    """Give Alembic's configuration: where the migrations are."""
    config = Config()
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.with_name(path.name + ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # closing the file gives it back, and so does dying
        yield


def _upgrade(path: Path) -> None:
    with closing(connect(path)) as connection:
        version = schema_version(connection)
        if version == HEAD:
            return
        connection.execute("PRAGMA journal_mode = WAL")
        config = configuration()
        _refuse_unknown(path, version, config)
        _run(connection, config)


def _refuse_unknown(path: Path, version: str | None, config: Config) -> None:
    if version is None:
        return
    try:
        ScriptDirectory.from_config(config).get_revision(version)
    except CommandError as error:
        raise DatabaseError(
            f"{path}: its schema is revision {version}, this modelcompose knows up to {HEAD}",
            hint="upgrade modelcompose: pip install --upgrade docker-ml",
        ) from error


def _run(raw: sqlite3.Connection, config: Config) -> None:
    engine = sqlalchemy.create_engine(
        "sqlite://", creator=lambda: raw, poolclass=sqlalchemy.pool.StaticPool
    )
    # The driver opens no transaction before DDL: without this a migration would not be atomic.
    sqlalchemy.event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sqlalchemy.exc.DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error
        raise


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
