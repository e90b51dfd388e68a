"""A small SQLite file that may be lost at any moment: nothing in it is worth an error.

A database that is corrupt or of another version is made anew; where it cannot be written or
opened, the cache forgets everything and its owner works without it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

PREFIX = "sha256:"
Known = dict[bytes, tuple[bytes, str]]
"""File name in its folder to (state, digest)."""
T = TypeVar("T")


class Whole(NamedTuple):
    """What is known of all that lies directly in one folder, in the order it was listed."""

    names: bytes
    """Separated by zero bytes."""
    states: bytes
    """`STATE_BYTES` for each name; zeros where it says nothing."""
    digests: bytes
    """32 bytes for each name; zeros for what is no file."""


MODE_BYTES = 8
STATE_BYTES = 40
"""Of each name: its mode, then the state that rows of single files have."""
DIGEST_BYTES = 32

_VERSION = 2
_WAIT_S = 5.0
_MEMOS_KEPT = 5000
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
}
"""Failures that say nothing of what the database holds."""
_SCHEMA = (
    """CREATE TABLE files (
        folder BLOB, name BLOB, state BLOB, digest TEXT, PRIMARY KEY (folder, name)
    ) WITHOUT ROWID""",
    "CREATE TABLE memos (number INTEGER PRIMARY KEY, key TEXT UNIQUE, value BLOB)",
    f"PRAGMA user_version = {_VERSION}",
)
_LATER = (
    """CREATE TABLE IF NOT EXISTS folders (
        folder BLOB PRIMARY KEY, names BLOB, states BLOB, digests BLOB
    ) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS looks (look BLOB PRIMARY KEY, print BLOB, content BLOB)",
)
"""Tables that came without a new version, so that no file had to be read again for them."""
_FOLDER = "SELECT name, state, digest FROM files WHERE folder = ?"
_FILE = "SELECT state, digest FROM files WHERE folder = ? AND name = ?"
_SAVE = "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)"
_DROP = "DELETE FROM files WHERE folder = ? AND name = ?"
_FORGET = "DELETE FROM files WHERE folder = ? OR (folder >= ? AND folder < ?)"
_DROP_FILES = "DELETE FROM files WHERE folder = ?"
_WHOLE = "SELECT names, states, digests FROM folders WHERE folder = ?"
_SAVE_WHOLE = "INSERT OR REPLACE INTO folders VALUES (?, ?, ?, ?)"
_FORGET_WHOLE = "DELETE FROM folders WHERE folder = ? OR (folder >= ? AND folder < ?)"
_LOOK = "SELECT print, content FROM looks WHERE look = ?"
_SAVE_LOOK = "INSERT OR REPLACE INTO looks VALUES (?, ?, ?)"
_MEMO = "SELECT value FROM memos WHERE key = ?"
_SET_MEMO = "INSERT OR REPLACE INTO memos (key, value) VALUES (?, ?)"
_TRIM_MEMOS = "DELETE FROM memos WHERE number <= (SELECT max(number) FROM memos) - ?"


class Cache:
    """Digests by folder and file name, and memos by key.

    Safe for several threads and processes: each call is one transaction, and the last writer
    wins. Opened at the first use. No method raises for anything that the database does.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_lost = False

    def folder(self, folder: bytes) -> Known:
        """Give what is known of the files directly in a folder, in one query."""
        rows = self._run(lambda database: database.execute(_FOLDER, (folder,)).fetchall())
        found = _known(self.whole(folder))
        found.update((name, (state, digest)) for name, state, digest in rows or ())
        return found

    def whole(self, folder: bytes) -> Whole | None:
        """Give what a look at a whole folder left of it."""
        row = self._run(lambda database: database.execute(_WHOLE, (folder,)).fetchone())
        return Whole(*row) if row else None

    def look(self, key: bytes) -> tuple[bytes, bytes] | None:
        """Give the fingerprint of a whole look, and what it found."""
        return self._run(lambda database: database.execute(_LOOK, (key,)).fetchone())

    def save_look(
        self, wholes: Mapping[bytes, Whole], look: tuple[bytes, bytes, bytes] | None
    ) -> None:
        """Keep folders by their paths, and a look by its key, in one transaction."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(_DROP_FILES, ((folder,) for folder in wholes))
                database.executemany(_SAVE_WHOLE, ((key, *row) for key, row in wholes.items()))
                if look is not None:
                    database.execute(_SAVE_LOOK, look)

        self._run(write)

    def file(self, folder: bytes, name: bytes) -> tuple[bytes, str] | None:
        """Give (state, digest) of one file."""
        row: tuple[bytes, str] | None = self._run(
            lambda database: database.execute(_FILE, (folder, name)).fetchone()
        )
        return row or _known(self.whole(folder)).get(name)

    def save(
        self,
        found: Mapping[tuple[bytes, bytes], tuple[bytes, str]],
        gone: Iterable[tuple[bytes, bytes]] = (),
        memos: Mapping[str, bytes] | None = None,
    ) -> None:
        """Keep and drop files, both by (folder, name), and keep memos, in one transaction."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(_DROP, gone)
                database.executemany(_SAVE, ((*key, *value) for key, value in found.items()))
                if memos:
                    database.executemany(_SET_MEMO, memos.items())
                    database.execute(_TRIM_MEMOS, (_MEMOS_KEPT,))

        self._run(write)

    def forget(self, folder: bytes) -> None:
        """Drop every file in a folder and below it."""
        below = folder.rstrip(b"/") + b"/"
        past = below[:-1] + b"0"  # the byte after the slash: the end of all that starts with it

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute(_FORGET, (folder, below, past))
                database.execute(_FORGET_WHOLE, (folder, below, past))

        self._run(write)

    def memo(self, key: str) -> bytes | None:
        """Give what was kept under `key`."""
        row = self._run(lambda database: database.execute(_MEMO, (key,)).fetchone())
        return row[0] if row else None

    def close(self) -> None:
        """Close the database; a later call opens it again."""
        with self._lock:
            self._disconnect()

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock:
            try:
                return self._attempt(work)
            except sqlite3.DatabaseError as error:
                if _is_passing(error):
                    return None
                self._discard()
            try:
                return self._attempt(work)
            except sqlite3.Error:
                self._is_lost = True
                self._disconnect()
                return None

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        if self._connection is None and not self._is_lost:
            self._connection = self._connect()
        return None if self._connection is None else work(self._connection)

    def _connect(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = self._open()
        except OSError:
            self._is_lost = True
            return None
        except sqlite3.DatabaseError as error:
            if not _is_passing(error):
                raise
            self._is_lost = True
            return None
        return database

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=_WAIT_S, check_same_thread=False)
        try:
            database.isolation_level = None
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                self._make_tables(database)
            for statement in _LATER:
                database.execute(statement)
            database.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            database.close()
            raise
        return database

    def _make_tables(self, database: sqlite3.Connection) -> None:
        database.execute("PRAGMA journal_mode = WAL")
        with database:
            database.execute("BEGIN IMMEDIATE")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version == _VERSION:  # another process made them meanwhile
                return
            for table in ("files", "memos", "folders", "looks"):
                database.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _SCHEMA:
                database.execute(statement)

    def _discard(self) -> None:
        """Remove a database that SQLite cannot read. Others that have it open lose it, no more."""
        self._disconnect()
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(f"{self._path}{suffix}")

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _is_passing(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _PASSING


def _known(whole: Whole | None) -> Known:
    """Give a folder's files by name, as rows of single files have them."""
    if whole is None or not whole.names:
        return {}
    digests = whole.digests.hex()
    found: Known = {}
    for number, name in enumerate(whole.names.split(b"\0")):
        at = number * STATE_BYTES
        state = whole.states[at + MODE_BYTES : at + STATE_BYTES]
        digits = digests[number * 2 * DIGEST_BYTES : (number + 1) * 2 * DIGEST_BYTES]
        if any(state) and digits.strip("0"):
            found[name] = (state, PREFIX + digits)
    return found
