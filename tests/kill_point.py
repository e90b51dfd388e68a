"""Runs `modelcompose`, and ends it at its N-th change of the disk, as `kill -9` does.

    KILL_AT=N KILL_COUNT=FILE KILL_BELOW=FOLDER python -m tests.kill_point ARGUMENTS...

What changes the disk below a folder is counted: files that are opened for writing, writes, renames,
removals, links, folders, times and permissions. The N-th does not happen; of a write one half does.
Without `KILL_AT` nothing is ended, and the count is written to a file. With `KILL_HOURS` the clock
that `gc` looks at is ahead, so that nothing is young any more.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

CHANGES = {
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link"),
    *("os.truncate", "os.utime", "os.chmod"),
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Counter:
    """Counts changes, and ends the process at the one that was chosen."""

    def __init__(self, below: str, at: int) -> None:
        self.count = 0
        self._below = below
        self._at = at
        self._guard = threading.Lock()
        self._write = os.write

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an audit event of Python's."""
        is_change = event in CHANGES or (event == "open" and bool(arguments[2] & _WRITES))
        if is_change and self._is_below(arguments[0]):
            self._passed()

    def write(self, descriptor: int, data: Buffer, /) -> int:
        """Write as `os.write` does; at the chosen point one half, and no more."""
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and self._is_next():
            view = memoryview(data).cast("B")
            self._write(descriptor, view[: len(view) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return self._write(descriptor, data)

    def _passed(self) -> None:
        if self._is_next():
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_next(self) -> bool:
        with self._guard:
            self.count += 1
            return self.count == self._at

    def _is_below(self, path: object) -> bool:
        if isinstance(path, int):
            return True
        name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
        return os.path.abspath(name).startswith(self._below)  # noqa: PTH100 - called very often


def main() -> None:
    """Run the command line under the counter."""
    from modelcompose.__main__ import main as modelcompose

    counter = Counter(os.environ["KILL_BELOW"], int(os.environ.get("KILL_AT", "0")))
    sys.addaudithook(counter.heard)
    os.write = counter.write
    ahead_s = 3600.0 * float(os.environ.get("KILL_HOURS", "0"))
    clock = time.time
    time.time = lambda: clock() + ahead_s
    try:
        sys.exit(modelcompose())
    finally:
        if counted := os.environ.get("KILL_COUNT"):
            Path(counted).write_text(str(counter.count))


if __name__ == "__main__":
    main()
