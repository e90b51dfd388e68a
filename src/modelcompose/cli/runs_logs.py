"""`modelcompose runs logs`: what a run printed, byte by byte."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import BinaryIO

from modelcompose.errors import NotFound
from modelcompose.tracking.host import this_host
from modelcompose.tracking.run import Run

_LOOK_EVERY_S = 0.1
_BLOCK_BYTES = 1 << 20


def copy_log(path: Path, out: BinaryIO) -> None:
    """Write a log as far as it goes.

    Raises:
        NotFound: there is none.
    """
    try:
        log = path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"{path}: the run has no log") from None
    with log:
        _copy(log, out)


def follow_log(path: Path, out: BinaryIO, is_over: Callable[[], bool]) -> None:
    """Write a log as it grows, until the run is over and all of it is written.

    Raises:
        NotFound: the run is over and there is none.
    """
    pause = Event()
    while not path.exists() and not is_over():
        pause.wait(_LOOK_EVERY_S)
    try:
        log = path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"{path}: the run has no log") from None
    with log:
        while True:
            was_over = is_over()  # asked first: what was printed before the end is then there
            _copy(log, out)
            if was_over:
                return
            pause.wait(_LOOK_EVERY_S)


def is_alive(run: Run) -> bool:
    """Tell whether a run is recorded as running, and the command that supervises it lives."""
    if run.status != "running":
        return False
    is_here = run.host is None or run.host.name == this_host().name
    if run.supervisor_pid is None or not is_here:
        return True
    try:
        os.kill(run.supervisor_pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as another user
        return True
    return True


def _copy(log: BinaryIO, out: BinaryIO) -> None:
    while block := log.read(_BLOCK_BYTES):
        out.write(block)
    out.flush()
