"""SQLite as a `Database`: one writer at a time, readers beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from modelcompose.database.connection import connect, open_database
from modelcompose.database.database import Cell, Database, Dialect
from modelcompose.database.faults import translated

_READERS_KEPT = 8
_CACHE_KIB = 16 * 1024
_LOG_BYTES = 16 * 2**20
"""What the write-ahead log may have before it is looked after…"""
_PATIENCE_MS = 50
"""…and how long writers may then be held up for it; longer, the more it has."""
_LONGEST_PATIENCE_MS = 2000


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

    def tidy(self) -> None:
        """Begin the write-ahead log anew where it has grown.

        SQLite does so by itself when a moment comes at which nobody reads from it: with readers
        that overlap none does, and the log grows for ever. Here readers are waited for.
        """
        size = self._log_bytes()
        if size < _LOG_BYTES:
            return
        patience_ms = min(_PATIENCE_MS * (size // _LOG_BYTES) ** 2, _LONGEST_PATIENCE_MS)
        with translated(self._path), closing(connect(self._path)) as raw:
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)")  # most of the work, and nobody waits
            raw.execute(f"PRAGMA busy_timeout = {patience_ms}")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def _log_bytes(self) -> int:
        try:
            return self._path.with_name(f"{self._path.name}-wal").stat().st_size
        except OSError:
            return 0

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
