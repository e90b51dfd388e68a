"""SQLite as a `Database`: one writer at a time, readers beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from modelcompose.database.connection import connect, open_database
from modelcompose.database.database import Cell, Database, Dialect
from modelcompose.database.faults import translated

_READERS_KEPT = 8
_CACHE_KIB = 16 * 1024


class SQLite(Database):
    """A database file in WAL mode.

    Writers of this process take turns by a lock, those of others by SQLite's own. Readers see
    the state at their first statement, and wait for nobody.
    """

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        """Open the file; see `connection.open_database`."""
        self._path = path.absolute()
        self.name = str(self._path)
        self._writer = _Connection(_tuned(open_database(self._path)))
        self._turn = Lock()
        self._readers: list[_Connection] = []

    @contextmanager
    def read(self) -> Iterator[_Connection]:
        """Give a connection whose statements see one state of the database."""
        with translated(self._path):
            try:
                connection = self._readers.pop()
            except IndexError:
                connection = _Connection(_tuned(connect(self._path)))
            try:
                connection.raw.execute("BEGIN")
                yield connection
            finally:
                self._put_back(connection)

    @contextmanager
    def write(self) -> Iterator[_Connection]:
        """Give the one connection that writes, when its turn has come."""
        with self._turn, translated(self._path):
            raw = self._writer.raw
            # Immediate: a transaction that turns to writing half way cannot wait its turn.
            raw.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                raw.execute("COMMIT")
            except BaseException:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close all connections."""
        while self._readers:
            self._readers.pop().raw.close()
        self._writer.raw.close()

    def _put_back(self, connection: _Connection) -> None:
        if connection.raw.in_transaction:
            connection.raw.execute("ROLLBACK")
        if len(self._readers) < _READERS_KEPT:
            self._readers.append(connection)
        else:
            connection.raw.close()


class _Connection:
    dialect: Dialect = "sqlite"

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.execute = raw.execute
        self._executemany = raw.executemany

    def executemany(self, sql: str, params: Iterable[Sequence[Cell]]) -> None:
        self._executemany(sql, params)

    def rows(self, sql: str, params: Sequence[Cell] = ()) -> list[tuple[Any, ...]]:
        return self.raw.execute(sql, params).fetchall()

    def row(self, sql: str, params: Sequence[Cell] = ()) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.raw.execute(sql, params).fetchone()
        return found


def _tuned(raw: sqlite3.Connection) -> sqlite3.Connection:
    raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return raw
