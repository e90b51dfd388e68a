"""Artifacts in a bucket: S3 and what speaks its protocol, Google's, Azure's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.hub.artifacts.failures import translated
from modelcompose.hub.artifacts.parts import FolderPart, Uploads
from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.artifacts.protocol import Entry

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


class Bucket:
    """The `Artifacts` of a bucket.

    What comes in is first kept in a folder of the hub's machine: a bucket takes an object whole,
    and an upload that breaks off leaves nothing in it.
    """

    def __init__(self, store: ObjectStore, unfinished: Path) -> None:
        """Take the bucket, and the folder for what is unfinished, which need not exist yet."""
        self._store = store
        self._unfinished = unfinished
        self._uploads = Uploads(unfinished)

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

    def create(self, path: Parts) -> ObjectWriting:
        """Begin an artifact."""
        if not path:
            raise UsageError("an artifact needs a name")
        with translated(path):
            self._unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)
            return ObjectWriting(self, path, self._unfinished / uuid4().hex)

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

    def begin_parts(self, path: Parts) -> str:
        """Begin an artifact that comes in parts."""
        with translated(path):
            return self._uploads.begin(path)

    def create_part(self, upload: str, number: int) -> FolderPart:
        """Begin one part, or replace it."""
        with translated((upload,)):
            return self._uploads.create(upload, number)

    def join_parts(self, upload: str, path: Parts, parts: list[tuple[int, str]]) -> None:
        """Give an artifact that came in parts its name."""
        with translated(path):
            self._uploads.finish(upload, path, parts, lambda file: self.place(file, path))

    def drop_parts(self, upload: str, path: Parts) -> None:
        """End an upload that is not wanted."""
        with translated(path):
            self._uploads.drop(upload, path)

    def stale(self, before: float) -> tuple[int, int]:
        """Give how many uploads nobody has touched since a time, and their size in bytes."""
        return self._uploads.stale(before)

    def drop_stale(self, before: float) -> int:
        """Delete what was begun and not ended before a time, in seconds since 1970."""
        return self._uploads.drop_stale(before)

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


class ObjectWriting:
    """An artifact on its way to the bucket."""

    def __init__(self, bucket: Bucket, path: Parts, file: Path) -> None:
        """Begin the file."""
        self._bucket = bucket
        self._path = path
        self._file = file
        self._stream = file.open("xb")

    def write(self, data: bytes) -> None:
        """Append bytes."""
        with translated(self._path):
            self._stream.write(data)

    def commit(self) -> None:
        """Send it."""
        with translated(self._path):
            self._stream.close()
        self._bucket.place(self._file, self._path)
        self._file.unlink(missing_ok=True)

    def abort(self) -> None:
        """Delete the file."""
        with suppress(OSError):
            self._stream.close()
        self._file.unlink(missing_ok=True)


@contextmanager
def _asked(path: Parts) -> Iterator[None]:
    """Turn what a bucket answers into our errors."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"No such artifact: '{_key(path)}'") from error
    except (BaseError, OSError) as error:
        text = f"{_key(path)}: the bucket cannot be used: {first_line(error)}"
        raise StoreError(text) from error


def _key(path: Parts) -> str:
    return "/".join(path)


def _name(key: str) -> str:
    return key.rstrip("/").rpartition("/")[2]


def first_line(error: Exception) -> str:
    """Give what a bucket's library says, without what it adds for its own developers."""
    return str(error).strip().partition("\n")[0]
