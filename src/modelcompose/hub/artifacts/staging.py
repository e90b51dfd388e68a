"""Where artifacts come in: a file of the hub's machine first, at its path when it is whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.failures import translated
from modelcompose.hub.artifacts.parts import FolderPart, Uploads
from modelcompose.hub.artifacts.paths import Parts


class Staging(ABC):
    """The part of `Artifacts` that takes them, for a place that takes them whole."""

    def __init__(self, unfinished: Path) -> None:
        """Take the folder for what is unfinished, which need not exist yet."""
        self._unfinished = unfinished
        self._uploads = Uploads(unfinished)

    @abstractmethod
    def place(self, file: Path, path: Parts) -> None:
        """Bring a finished file to its path, at once; it may be moved away."""

    def create(self, path: Parts) -> StagedWriting:
        """Begin an artifact."""
        if not path:
            raise UsageError("an artifact needs a name")
        with translated(path):
            self._unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)
            return StagedWriting(self, path, self._unfinished / uuid4().hex)

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


class StagedWriting:
    """A file that has no name among the artifacts yet."""

    def __init__(self, staging: Staging, path: Parts, file: Path) -> None:
        """Begin the file."""
        self._staging = staging
        self._path = path
        self._file = file
        self._stream = file.open("xb")

    def write(self, data: bytes) -> None:
        """Append bytes."""
        with translated(self._path):
            self._stream.write(data)

    def commit(self) -> None:
        """Give the file its name."""
        with translated(self._path):
            self._stream.close()
            self._staging.place(self._file, self._path)
            self._file.unlink(missing_ok=True)  # where it was copied, and not moved

    def abort(self) -> None:
        """Delete the file."""
        with suppress(OSError):
            self._stream.close()
        self._file.unlink(missing_ok=True)
