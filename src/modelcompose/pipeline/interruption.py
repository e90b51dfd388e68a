"""Requests to end a command: Ctrl-C and SIGTERM. A terminal that goes away is none."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from modelcompose.engine.waking import Wake

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptions(told: Callable[[], None], wake: Wake) -> Iterator[None]:
    """Have each request to end told, and nothing broken off in the middle.

    A signal that was ignored when the block began, as `nohup` has it, stays ignored. Once there
    was a request, the command only has to end: further ones are told after the block too, since
    one that comes while Python shuts down would otherwise show a traceback. Outside of the main
    thread, where Python takes no signals, this does nothing.

    Args:
        told: called between two instructions of the main thread, whatever it does: it may set a
            flag or put into a `SimpleQueue`, and should do no more.
        wake: what the main thread waits for. The system may give a signal to any thread, and a
            main thread that waits for a lock then goes on waiting.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    requests = []

    def tell(number: int, frame: FrameType | None) -> None:
        del frame
        requests.append(number)
        told()

    heard = [each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, tell) for each in heard}
    alarm = signal.set_wakeup_fd(wake.alarm, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(alarm)
        for each, handler in before.items() if not requests else ():
            signal.signal(each, handler)
