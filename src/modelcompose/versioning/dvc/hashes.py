"""DVC's digests of content that is known by ours, and the other way round.

What the md5 of a content is never changes: what was computed once is kept in the database of file
states, in a table of its own, and may be lost at any moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple, TypeVar

from modelcompose.store.cache import Cache
from modelcompose.store.digests import PREFIX

Kind = Literal[
    "md5", "md5-dos2unix", "folder", "folder-dos2unix", "made", "made-dos2unix", "listing"
]
"""Of files; of folders as they lie somewhere; of folders as DVC's listings make them, which say
nothing of what DVC loses; of DVC's listings themselves."""

_TABLE = """CREATE TABLE IF NOT EXISTS dvc_hashes (
    kind TEXT, digest BLOB, hash BLOB, size INTEGER, PRIMARY KEY (kind, digest)
) WITHOUT ROWID"""
_INDEX = "CREATE INDEX IF NOT EXISTS dvc_by_hash ON dvc_hashes (kind, hash)"
_SAVE = "INSERT OR REPLACE INTO dvc_hashes VALUES (?, ?, ?, ?)"
_BY_DIGEST = "SELECT digest, hash FROM dvc_hashes WHERE kind = ? AND digest IN "
_BY_HASH = "SELECT hash, digest, size FROM dvc_hashes WHERE kind = ? AND hash IN "
_AT_ONCE = 900
"""Values of one query: older SQLites take no more than 999."""
T = TypeVar("T")


def of_files(*, is_legacy: bool) -> Kind:
    """Give the kind of files' digests."""
    return "md5-dos2unix" if is_legacy else "md5"


def of_folders(*, is_legacy: bool) -> Kind:
    """Give the kind of the digests of folders as they lie somewhere."""
    return "folder-dos2unix" if is_legacy else "folder"


def of_made(*, is_legacy: bool) -> Kind:
    """Give the kind of the digests of folders that were made of DVC's listings."""
    return "made-dos2unix" if is_legacy else "made"


class Known(NamedTuple):
    """A content by our digest."""

    digest: str
    size_bytes: int


class Hashes(Cache):
    """What is known of DVC's digests. For threads and processes as `Cache` is."""

    def hashes(self, kind: Kind, digests: Iterable[str]) -> dict[str, str]:
        """Give DVC's digests by ours, those that are known."""
        wanted = [bytes.fromhex(digest[len(PREFIX) :]) for digest in digests]
        rows = self._asked(_BY_DIGEST, kind, wanted)
        return {PREFIX + digest.hex(): hashed.hex() for digest, hashed in rows}

    def contents(self, kind: Kind, hashes: Iterable[str]) -> dict[str, Known]:
        """Give contents by DVC's digests, those that are known."""
        rows = self._asked(_BY_HASH, kind, [bytes.fromhex(hashed) for hashed in hashes])
        return {hashed.hex(): Known(PREFIX + digest.hex(), size) for hashed, digest, size in rows}

    def keep(self, kind: Kind, found: Mapping[Known, str]) -> None:
        """Remember DVC's digests of contents."""
        rows = [
            (
                kind,
                bytes.fromhex(known.digest[len(PREFIX) :]),
                bytes.fromhex(hashed),
                known.size_bytes,
            )
            for known, hashed in found.items()
        ]

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(_SAVE, rows)

        if rows:
            self._run(write)

    def _open(self) -> sqlite3.Connection:
        database = super()._open()
        try:
            database.execute(_TABLE)
            database.execute(_INDEX)
        except BaseException:
            database.close()
            raise
        return database

    def _asked(self, query: str, kind: str, values: Sequence[bytes]) -> list[Any]:
        def read(database: sqlite3.Connection) -> list[Any]:
            found: list[Any] = []
            for some in _batches(values):
                marks = ",".join("?" * len(some))
                found += database.execute(f"{query}({marks})", (kind, *some)).fetchall()
            return found

        return (self._run(read) or []) if values else []


def _batches(values: Sequence[T]) -> Iterator[list[T]]:
    waiting = iter(values)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some
