"""A terminal that goes away takes no command with it: output then goes nowhere."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType


@contextmanager
def outlives_terminal() -> Iterator[None]:
    """Go on while the block lasts when SIGHUP says that the terminal was closed.

    What goes to files and pipes still does. A signal that was ignored, as `nohup` has it, stays
    ignored; outside of the main thread, where Python takes no signals, this does nothing.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        yield
        return
    # Looked at now: once a terminal has gone it can no longer be told from a file.
    terminals = [number for number in (0, 1, 2) if _is_terminal(number)]

    def let_go(number: int, frame: FrameType | None) -> None:
        del number, frame
        nothing = os.open(os.devnull, os.O_RDWR)
        for terminal in terminals:
            os.dup2(nothing, terminal)
        os.close(nothing)

    before = signal.signal(signal.SIGHUP, let_go)
    try:
        yield
    finally:
        with suppress(TypeError):  # None: a handler that was not set from Python
            signal.signal(signal.SIGHUP, before)


def _is_terminal(number: int) -> bool:
    with suppress(OSError):
        return os.isatty(number)
    return False
