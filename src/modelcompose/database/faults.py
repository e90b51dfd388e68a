"""SQLite's and the file system's errors in our words."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelcompose.database.home import HOME_VARIABLE
from modelcompose.errors import DatabaseError, ModelComposeError, StorageFull

_CHOOSE_ANOTHER_HOME = f"choose another home folder: export {HOME_VARIABLE}=/path/of/your/own"

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_NOT_WRITABLE = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
)
_BUGS = (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError)
"""Our own mistakes, which are to be seen with their traceback."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_LOG_INDEX_BYTES = 32 * 1024
"""What SQLite needs to open a database whose log is beside it."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise inside the block into our errors.

    Args:
        path: the database file, which the message names.

    Raises:
        StorageFull: the disk is full.
        DatabaseError: anything else that keeps the database from working.
    """
    try:
        yield
    except _BUGS:
        raise
    except sqlite3.Error as error:
        raise _from_sqlite(error, path) from error
    except OSError as error:
        raise _from_system(error, path) from error


def _from_sqlite(error: sqlite3.Error, path: Path) -> ModelComposeError:
    # The low byte is the primary code; an error of Python's own module has none.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # Where SQLite finds no room for the index of its log, it says no more than I/O error.
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path)):
        return _full(path)
    if code in _DAMAGED:
        return DatabaseError(
            f"{path}: the database is damaged ({error}); nothing was deleted",
            hint=f"move it away to start a new one: mv {path} {path}.damaged",
        )
    if code in _LOCKED:
        return DatabaseError(
            f"{path}: another program holds the database locked ({error})",
            hint="end the program that holds it, then run the command again",
        )
    if code in _NOT_WRITABLE:
        return DatabaseError(
            f"{path}: the database cannot be written ({error})", hint=_CHOOSE_ANOTHER_HOME
        )
    return DatabaseError(f"{path}: the database cannot be used ({error})")


def _from_system(error: OSError, path: Path) -> ModelComposeError:
    if error.errno in _FULL:
        return _full(path)
    return DatabaseError(
        f"{path}: the database cannot be used ({error.strerror or error})",
        hint=_CHOOSE_ANOTHER_HOME,
    )


def _is_full(path: Path) -> bool:
    try:
        status = os.statvfs(path.parent)
    except OSError:
        return False
    return status.f_bavail * status.f_frsize < _LOG_INDEX_BYTES


def _full(path: Path) -> StorageFull:
    return StorageFull(
        f"{path}: the disk is full, so the database cannot grow", hint=_CHOOSE_ANOTHER_HOME
    )
