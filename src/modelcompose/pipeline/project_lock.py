"""One command at a time changes a project: an advisory lock that names its holder."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from modelcompose.errors import Busy
from modelcompose.store.failures import translated


@contextmanager
def project_lock(
    folder: Path, command: str, *, wait: bool, waiting: Callable[[str], None]
) -> Iterator[None]:
    """Hold the project for this command.

    The operating system frees the lock when its holder ends, however it ends.

    Args:
        folder: the project's `.ml` folder.
        command: what the user typed, shown to those who wait.
        wait: whether to wait for another command, or to fail.
        waiting: told once whom we wait for.

    Raises:
        Busy: another command holds the project and `wait` is false.
        StoreError: the project cannot be written to, or its file system knows no locks.
    """
    path = folder / "run.lock"
    with ExitStack() as stack:
        with translated(path, "the project cannot be held for this command"):
            stream = stack.enter_context(path.open("a+b", buffering=0))
            _acquire(stream, wait=wait, waiting=waiting)
        _sign(stream, command)
        yield


def _acquire(stream: IO[bytes], *, wait: bool, waiting: Callable[[str], None]) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(stream)
        if not wait:
            raise Busy(
                f"another command works in this project: {holder}",
                hint="leave --no-wait away to wait for it",
            ) from None
        waiting(holder)
        fcntl.flock(stream, fcntl.LOCK_EX)


def _sign(stream: IO[bytes], command: str) -> None:
    told = {"pid": os.getpid(), "command": command, "since": time.time()}
    with suppress(OSError):  # those who wait see no name then
        stream.truncate(0)
        stream.write(json.dumps(told).encode())


def _holder(stream: IO[bytes]) -> str:
    stream.seek(0)
    try:
        told = json.loads(stream.read())
        since = time.strftime("%H:%M:%S", time.localtime(told["since"]))
        return f"`{told['command']}` (process {told['pid']}, since {since})"
    except (ValueError, KeyError, TypeError):
        return "one that has just begun"
