"""The spool: one file for each run and process, one line for each thing that was logged.

A line is written by one call of the system, and so survives the death of the process; the first
line tells which run it is. The file is locked while its writer lives. What was delivered is not
recorded here but on the server, together with the values themselves: see `delivery`.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

if sys.platform != "win32":
    import fcntl

SUFFIX = ".spool"
FILES = ".files"
_LONGEST_LINE = 1 << 20
"""More than anything that the server takes."""


@dataclass(frozen=True)
class Line:
    """One thing that was logged, and where it ends in the file."""

    record: list[Any]
    end: int


class Writer:
    """A spool file of this process; many threads may write to it at once."""

    def __init__(self, folder: Path, header: dict[str, Any], *, is_shared: bool = False) -> None:
        """Make the file.

        Args:
            folder: where.
            header: its first line.
            is_shared: whether another user delivers it, and so reads and deletes it.
        """
        self._is_shared = is_shared
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.id: str = header["spool"]
        self.path = folder / f"{self.id}{SUFFIX}"
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self.descriptor = os.open(self.path, flags, 0o600)
        if is_shared:
            self.path.chmod(0o666)  # its folder lets in nobody else
        _lock(self.descriptor)
        self.write(header)

    def write(self, record: object) -> None:
        """Append a record.

        Raises:
            OSError: it could not be written, such as on a full disk.
        """
        data = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        if os.write(self.descriptor, data) < len(data):
            os.write(self.descriptor, b"\n")  # so that the next line is whole
            raise OSError("the disk is full")

    def place(self, name: str) -> Path:
        """Give a new path for a file that is to be delivered."""
        folder = self.path.with_suffix(FILES)
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            if self._is_shared:
                folder.chmod(0o777)  # as the file
        return folder / f"{uuid.uuid4().hex}-{name[-80:]}"

    def share(self, place: Path) -> None:
        """Let who delivers it read a file that was written to its place."""
        if self._is_shared:
            place.chmod(0o666)

    def sync(self) -> None:
        """Bring the file to the disk itself."""
        with suppress(OSError):
            os.fsync(self.descriptor)

    def close(self) -> None:
        """Close the file; what is left in it is delivered by somebody else."""
        os.close(self.descriptor)


class Reader:
    """Reads a spool file from the beginning, while it may still grow."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            OSError: it is gone.
            ValueError: its first line cannot be read.
        """
        self.path = path
        self._file = open_plain(path.parent, path.name)
        first = self._file.readline(_LONGEST_LINE)
        try:
            header = json.loads(first) if first.endswith(b"\n") else None
        except ValueError:
            header = None
        if not isinstance(header, dict):
            self._file.close()
            raise ValueError(f"{path}: no spool file")  # noqa: TRY004 - of the file
        self.header: dict[str, Any] = header
        self.end = len(first)

    def lines(self, *, after: int) -> Iterator[Line]:
        """Give whole lines after a place in the file; those that are torn are left out."""
        self._file.seek(max(after, self.end))
        place = self._file.tell()
        while True:
            data, length = self._line()
            if not length:
                return
            place += length
            with suppress(ValueError):
                record = json.loads(data)
                if isinstance(record, list) and record:
                    yield Line(record, place)

    def _line(self) -> tuple[bytes, int]:
        """Give the next whole line and its length: 0 where there is none; too long, it is empty."""
        data = self._file.readline(_LONGEST_LINE)
        length = len(data)
        if data.endswith(b"\n"):
            return data, length
        while data and not data.endswith(b"\n"):
            data = self._file.readline(_LONGEST_LINE)
            length += len(data)
        return b"", length if data else 0

    def is_at_end(self, place: int) -> bool:
        """Tell whether nothing was written after a place, beside a torn line."""
        return next(self.lines(after=place), None) is None

    def adopt(self) -> bool:
        """Take the file of a process that has died; False while it lives.

        On Windows nobody can tell: such files are left to `python -m modelcompose_sdk deliver`.
        """
        return sys.platform != "win32" and _lock(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def remove(self) -> None:
        """Delete the file, with the files that were to be delivered."""
        self.close()
        shutil.rmtree(self.path.with_suffix(FILES), ignore_errors=True)
        self.path.unlink(missing_ok=True)


def files(folder: Path) -> list[Path]:
    """Give the spool files of a folder, the oldest first."""
    try:
        found = [(path.lstat().st_mtime, path) for path in folder.glob(f"*{SUFFIX}")]
    except OSError:
        return []
    return [path for _, path in sorted(found)]


def open_plain(folder: Path, *names: str) -> BinaryIO:
    """Open a file below a folder, through no link: who writes there may be a stranger.

    Raises:
        OSError: it is not there, or is no file.
    """
    if sys.platform == "win32":
        return folder.joinpath(*names).open("rb")
    with _inside(folder, names[:-1]) as at:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(names[-1], flags, dir_fd=at)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{names[-1]}: no file")
    return os.fdopen(descriptor, "rb")


def remove_plain(folder: Path, *names: str) -> None:
    """Remove a file below a folder, through no link; it need not be there."""
    if sys.platform == "win32":
        folder.joinpath(*names).unlink(missing_ok=True)
        return
    with suppress(OSError), _inside(folder, names[:-1]) as at:
        os.unlink(names[-1], dir_fd=at)


@contextmanager
def _inside(folder: Path, names: Sequence[str]) -> Iterator[int]:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    at = os.open(folder, flags)
    try:
        for name in names:
            inner = os.open(name, flags | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        yield at
    finally:
        os.close(at)


def _lock(descriptor: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
