"""`modelcompose runs logs`: what a run printed, byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import BinaryIO

from modelcompose.errors import NotFound

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


def _copy(log: BinaryIO, out: BinaryIO) -> None:
    while block := log.read(_BLOCK_BYTES):
        out.write(block)
    out.flush()
