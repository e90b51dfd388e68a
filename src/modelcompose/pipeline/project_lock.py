"""One command at a time changes a project: an advisory lock that names its holder."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from modelcompose.errors import Busy
from modelcompose.store.failures import translated
from modelcompose.store.permissions import user_name

NAME = "run.lock"
_LOOK_S = 0.02
"""Longer than a look at who holds the lock."""


class Holder(NamedTuple):
    """The command that holds a project."""

    pid: int
    command: str
    since: float
    """Seconds since the epoch."""
    user: int | None = None
    """Whose it is, by their number."""


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
    path = folder / NAME
    with ExitStack() as stack:
        with translated(path, "the project cannot be held for this command"):
            stream = stack.enter_context(path.open("a+b", buffering=0))
            _acquire(stream, wait=wait, waiting=waiting)
        _sign(stream, command)
        yield


def holder(folder: Path) -> Holder | None:
    """Give the command that holds a project now; None where none does.

    Args:
        folder: the project's `.ml` folder.
    """
    try:
        with (folder / NAME).open("rb") as stream:
            return None if _try_to_hold(stream, fcntl.LOCK_SH) else _signature(stream)
    except OSError:
        return None


def _try_to_hold(stream: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(stream, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _acquire(stream: IO[bytes], *, wait: bool, waiting: Callable[[str], None]) -> None:
    if _try_to_hold(stream, fcntl.LOCK_EX):
        return
    time.sleep(_LOOK_S)
    if _try_to_hold(stream, fcntl.LOCK_EX):  # somebody had only looked
        return
    told = _told(stream)
    if not wait:
        raise Busy(
            f"another command works in this project: {told}",
            hint="leave --no-wait away to wait for it",
        )
    waiting(told)
    fcntl.flock(stream, fcntl.LOCK_EX)


def _sign(stream: IO[bytes], command: str) -> None:
    told = {"pid": os.getpid(), "command": command, "since": time.time(), "user": os.geteuid()}
    with suppress(OSError):  # those who wait see no name then
        stream.truncate(0)
        stream.write(json.dumps(told).encode())


def _told(stream: IO[bytes]) -> str:
    found = _signature(stream)
    if found is None:
        return "one that has just begun"
    since = time.strftime("%H:%M:%S", time.localtime(found.since))
    process = f"process {found.pid}"
    if found.user is not None and found.user != os.geteuid():
        process += f" of {user_name(found.user)}"
    return f"`{found.command}` ({process}, since {since})"


def _signature(stream: IO[bytes]) -> Holder | None:
    stream.seek(0)
    try:
        told: dict[str, Any] = json.loads(stream.read())
        user = told.get("user")
        return Holder(
            pid=int(told["pid"]),
            command=str(told["command"]),
            since=float(told["since"]),
            user=None if user is None else int(user),
        )
    except (ValueError, KeyError, TypeError):
        return None
