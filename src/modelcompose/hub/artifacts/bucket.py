"""Artifacts in a bucket: S3 and what speaks its protocol, Google's, Azure's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelcompose.errors import NotFound, StoreError, StoreUnavailable, UsageError
from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.artifacts.protocol import Entry
from modelcompose.hub.artifacts.staging import Staging

if TYPE_CHECKING:
    from obstore import Bytes, GetOptions
    from obstore.store import ObjectStore

CHUNK_BYTES = 1 << 20
PIECE_BYTES = 8 << 20
"""Of an upload to the bucket; so many at once, and no more, are in memory."""
PIECES_AT_ONCE = 4
READ_BYTES = 16 << 20
"""Asked for at once: an answer that a slow reader holds open for long is ended by the bucket."""
DELETED_AT_ONCE = 1000

_REFUSED = re.compile(r"status code: 4(?!29)\d\d")
"""What it answers for good; other trouble may be over later, as 429 says by itself."""


class Bucket(Staging):
    """The `Artifacts` of a bucket.

    What comes in is first kept in a folder of the hub's machine: a bucket takes an object whole,
    and an upload that breaks off leaves nothing in it.
    """

    def __init__(self, store: ObjectStore, unfinished: Path) -> None:
        """Take the bucket, and the folder for what is unfinished, which need not exist yet."""
        super().__init__(unfinished)
        self._store = store

    def entries(self, path: Parts) -> list[Entry]:
        """Give what is in a folder, by name."""
        import obstore

        with _asked(path):
            found = obstore.list_with_delimiter(self._store, _key(path) or None)
        folders = [Entry(_name(prefix), is_dir=True) for prefix in found["common_prefixes"]]
        files = [
            Entry(_name(meta["path"]), is_dir=False, size_bytes=meta["size"])
            for meta in found["objects"]
        ]
        return sorted([*folders, *files], key=lambda entry: entry.name)

    def open(self, path: Parts) -> ObjectReading:
        """Open an artifact."""
        import obstore

        if not path:
            raise NotFound("No such artifact: ''")
        with _asked(path):
            return ObjectReading(self._store, path, obstore.head(self._store, _key(path)))

    def delete(self, path: Parts) -> bool:
        """Delete an artifact, or a folder with all in it."""
        import obstore

        if not path:
            raise UsageError("the root of all artifacts cannot be deleted")
        was_there = False
        with _asked(path):
            with suppress(FileNotFoundError):
                obstore.head(self._store, _key(path))
                obstore.delete(self._store, _key(path))
                was_there = True
            for metas in obstore.list(self._store, _key(path), chunk_size=DELETED_AT_ONCE):
                obstore.delete(self._store, [meta["path"] for meta in metas])
                was_there = True
        return was_there

    def place(self, file: Path, path: Parts) -> None:
        """Send a finished file to the bucket."""
        import obstore

        with _asked(path), file.open("rb") as stream:
            try:
                obstore.put(
                    self._store,
                    _key(path),
                    stream,
                    chunk_size=PIECE_BYTES,
                    max_concurrency=PIECES_AT_ONCE,
                )
            except FileNotFoundError as error:
                raise StoreError(f"{_key(path)}: the bucket is gone") from error


class ObjectReading:
    """An object of a bucket."""

    def __init__(self, store: ObjectStore, path: Parts, meta: Any) -> None:
        """Take what the bucket says of it."""
        self._store = store
        self._path = path
        self._e_tag = meta["e_tag"]
        self.size_bytes: int = meta["size"]
        self.tag = (self._e_tag or meta["last_modified"].isoformat()).strip('"').replace('"', "")

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the bytes from `start` up to `stop`, of the object as it was opened."""
        for begin in range(start, stop, READ_BYTES):
            piece = memoryview(self._piece(begin, min(begin + READ_BYTES, stop)))
            for at in range(0, len(piece), CHUNK_BYTES):
                yield bytes(piece[at : at + CHUNK_BYTES])

    def _piece(self, start: int, stop: int) -> Bytes:
        import obstore

        options: GetOptions = {"range": (start, stop)}
        if self._e_tag:
            options["if_match"] = self._e_tag
        with _asked(self._path):
            return obstore.get(self._store, _key(self._path), options=options).bytes()

    def close(self) -> None:
        """Hold nothing."""


@contextmanager
def _asked(path: Parts) -> Iterator[None]:
    """Turn what a bucket answers into our errors."""
    from obstore.exceptions import BaseError, GenericError

    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"No such artifact: '{_key(path)}'") from error
    except (BaseError, OSError) as error:
        reason = first_line(error)
        is_away = isinstance(error, GenericError) and _REFUSED.search(reason) is None
        kind = StoreUnavailable if is_away else StoreError
        raise kind(f"{_key(path)}: the bucket cannot be used: {reason}") from error


def _key(path: Parts) -> str:
    return "/".join(path)


def _name(key: str) -> str:
    return key.rstrip("/").rpartition("/")[2]


def first_line(error: Exception) -> str:
    """Give what a bucket's library says, without what it adds for its own developers."""
    return str(error).strip().partition("\n")[0]
