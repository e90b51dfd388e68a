"""The spool: one file for each run and process, one line for each thing that was logged.

A line is written by one call of the system, and so survives the death of the process; the first
line tells which run it is. The file is locked while its writer lives. What was delivered is not
recorded here but on the server, together with the values themselves: see `delivery`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl

SUFFIX = ".spool"
FILES = ".files"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Line:
    """One thing that was logged, and where it ends in the file."""

    record: list[Any]
    end: int


class Writer:
    """A spool file of this process; many threads may write to it at once."""

    def __init__(self, folder: Path, header: dict[str, Any]) -> None:
        """Make the file."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.id: str = header["spool"]
        self.path = folder / f"{self.id}{SUFFIX}"
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self.descriptor = os.open(self.path, flags, 0o600)
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
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{uuid.uuid4().hex}-{name[-80:]}"

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
        self._file = path.open("rb")
        first = self._file.readline()
        if not first.endswith(b"\n"):
            self._file.close()
            raise ValueError(f"{path}: no spool file")
        self.header: dict[str, Any] = json.loads(first)
        self.end = len(first)

    def lines(self, *, after: int) -> Iterator[Line]:
        """Give whole lines after a place in the file; those that are torn are left out."""
        self._file.seek(max(after, self.end))
        place = self._file.tell()
        while True:
            data = self._file.readline()
            if not data.endswith(b"\n"):
                return
            place += len(data)
            with suppress(ValueError):
                record = json.loads(data)
                if isinstance(record, list) and record:
                    yield Line(record, place)

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
        found = [(path.stat().st_mtime, path) for path in folder.glob(f"*{SUFFIX}")]
    except OSError:
        return []
    return [path for _, path in sorted(found)]


def _lock(descriptor: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
