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

_ADVISORY_LOCK = 0x6D6F64656C  # any number that nobody else has: "model"


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


def _refuse_unknown(path: Path | str, version: str | None, config: Config) -> None:
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


def migrate_postgresql(url: str, name: str) -> None:
    """Create the tables, or bring them to `HEAD`; one process at a time does so.

    All revisions that are missing are one transaction.

    Args:
        url: the database's address.
        name: what messages call it.

    Raises:
        DatabaseError: the database is of a newer modelcompose.
    """
    import psycopg  # of an extra: the database of one user does without

    # libpq reads the address: SQLAlchemy knows less of what may stand in it.
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url),
        poolclass=sqlalchemy.pool.NullPool,
    )
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            version = _postgresql_version(connection)
            if version == HEAD:
                return
            config = configuration()
            _refuse_unknown(name, version, config)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sqlalchemy.exc.DBAPIError as error:
        if error.orig is not None:
            raise error.orig from error
        raise


def _postgresql_version(connection: sqlalchemy.Connection) -> str | None:
    table = connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar()
    if table is None:
        return None
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if version is None else str(version)
