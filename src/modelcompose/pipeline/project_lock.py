"""One command at a time changes a project: an advisory lock that names its holder."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from modelcompose.errors import Busy


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
    """
    with (folder / "run.lock").open("a+", encoding="utf-8") as stream:
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
        _sign(stream, command)
        yield


def _sign(stream: IO[str], command: str) -> None:
    stream.seek(0)
    stream.truncate()
    json.dump({"pid": os.getpid(), "command": command, "since": time.time()}, stream)
    stream.flush()


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    try:
        told = json.load(stream)
        since = time.strftime("%H:%M:%S", time.localtime(told["since"]))
        return f"`{told['command']}` (process {told['pid']}, since {since})"
    except (ValueError, KeyError, TypeError):
        return "one that has just begun"
