"""What keeps artifacts: a folder, or a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from modelcompose.hub.artifacts.paths import Parts


class Entry(Struct, frozen=True):
    """A file or folder below another."""

    name: str
    is_dir: bool
    size_bytes: int | None = None


class Reading(Protocol):
    """An artifact that is open to be read; by one thread at a time. It must be closed."""

    @property
    def size_bytes(self) -> int:
        """Give the length of the whole."""

    @property
    def tag(self) -> str:
        """Give a word that changes whenever the content does."""

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the bytes from `start` up to `stop`, in pieces of about a megabyte."""

    def close(self) -> None:
        """Give back what it holds; may be called again."""


class Writing(Protocol):
    """An artifact that is being written; by one thread at a time.

    Nothing of it is seen before `commit`; an older one of its name stays until then. Either
    `commit` or `abort` ends it; `abort` may be called at any time, and again.
    """

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            StorageFull: there is no room for them.
        """

    def commit(self) -> None:
        """Give the artifact its name."""

    def abort(self) -> None:
        """Leave nothing behind."""


class Artifacts(Protocol):
    """Files by path. Any number of threads and processes may use one place at once.

    Methods raise `StoreError` when the place cannot be used, `StoreUnavailable` where it does
    not answer now, and `UsageError` where a path leads through something that is no folder.
    """

    def entries(self, path: Parts) -> list[Entry]:
        """Give what is in a folder, by name; nothing for a file and for what is not there."""

    def open(self, path: Parts) -> Reading:
        """Open an artifact.

        Raises:
            NotFound: there is none of this path.
        """

    def create(self, path: Parts) -> Writing:
        """Begin an artifact; its folders are made."""

    def delete(self, path: Parts) -> bool:
        """Delete an artifact, or a folder with all in it; tells whether it was there."""

    def begin_parts(self, path: Parts) -> str:
        """Begin an artifact that comes in parts, at once and in any order.

        Returns:
            The upload's id, which nobody can guess.
        """

    def create_part(self, upload: str, number: int) -> PartWriting:
        """Begin one part, or replace it.

        Raises:
            NotFound: there is no such upload.
        """

    def join_parts(self, upload: str, path: Parts, parts: list[tuple[int, str]]) -> None:
        """Give the artifact its name; the upload is over. Asked for again, does nothing more.

        Args:
            upload: its id.
            path: what it was begun for.
            parts: numbers and tags of its parts, in order.

        Raises:
            NotFound: there is no such upload.
            UsageError: a part is missing or is not what was sent, or the path is another.
        """

    def drop_parts(self, upload: str, path: Parts) -> None:
        """End an upload that is not wanted; one that is not there is no error."""

    def stale(self, before: float) -> tuple[int, int]:
        """Give how many uploads nobody has touched since a time, and their size in bytes."""

    def drop_stale(self, before: float) -> int:
        """Delete the uploads that nobody has touched since a time; tells how many."""


class PartWriting(Writing, Protocol):
    """A part of an artifact that is being written."""

    @property
    def tag(self) -> str:
        """Give the word by which `join_parts` knows the part again; after `commit`."""
