"""Requests to end a command: Ctrl-C, SIGTERM, a terminal that went away."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptions(told: Callable[[], None]) -> Iterator[None]:
    """Have each request to end told, and nothing broken off in the middle.

    A signal that was ignored when the block began, as `nohup` has it, stays ignored. Outside of
    the main thread, where Python takes no signals, this does nothing.

    Args:
        told: called between two instructions of the main thread, whatever it does: it may set a
            flag or put into a `SimpleQueue`, and should do no more.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def tell(number: int, frame: FrameType | None) -> None:
        del number, frame
        told()

    heard = [each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, tell) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
