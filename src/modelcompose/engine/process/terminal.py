"""A terminal between the user's and a command's, so that its output can be kept.

The command sees a terminal of the same size, with the same keys: Ctrl-C interrupts it, not us.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import subprocess
import sys
import termios
import tty
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from modelcompose.engine.process.command import Invocation

_CHUNK_BYTES = 4096
_SIZE = b"\0" * 8
_TAKE_AND_BECOME = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Makes its standard input the controlling terminal, then becomes the command.

`preexec_fn` would do it without another program, but not in a process that has threads.
"""


class Terminal:
    """The user's terminal in raw mode, and the one that stands in for it. Used by one thread."""

    def __init__(self, user: int) -> None:
        self._user = user
        self._main, self._side = os.openpty()
        self._settings: list[Any] = []
        self._resized: Any = None

    @classmethod
    def of_this_process(cls) -> Terminal | None:
        """Give a terminal where standard input and output are both one; else None."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return None
        return cls(sys.stdin.fileno())

    def __enter__(self) -> Self:
        self._settings = termios.tcgetattr(self._user)
        termios.tcsetattr(self._side, termios.TCSANOW, self._settings)
        self._resize()
        self._resized = signal.signal(signal.SIGWINCH, lambda *_: self._resize())
        tty.setraw(self._user, termios.TCSADRAIN)  # what was typed ahead stays
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGWINCH, self._resized)
        with suppress(termios.error, OSError):  # the terminal may have gone
            termios.tcsetattr(self._user, termios.TCSADRAIN, self._settings)
        os.close(self._main)
        if self._side >= 0:
            os.close(self._side)

    def fileno(self) -> int:
        """Give the descriptor that the command's output comes from."""
        return self._main

    def start(self, wanted: Invocation) -> subprocess.Popen[bytes]:
        """Start a command on this terminal, in a session of its own.

        Raises:
            OSError: the system refuses.
        """
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE_AND_BECOME, *wanted.arguments],
            cwd=wanted.folder,
            env=dict(wanted.variables),
            stdin=self._side,
            stdout=self._side,
            stderr=self._side,
            start_new_session=True,
        )
        os.close(self._side)
        self._side = -1
        return process

    def register(self, selector: selectors.BaseSelector) -> None:
        """Have a selector wait for output, and for what the user types."""
        selector.register(self, selectors.EVENT_READ)
        selector.register(self._user, selectors.EVENT_READ)

    def take_typed(self, selector: selectors.BaseSelector) -> None:
        """Hand what was typed to the command."""
        typed = b""
        with suppress(OSError):
            typed = os.read(self._user, _CHUNK_BYTES)
        if typed:
            os.write(self._main, typed)
        else:
            selector.unregister(self._user)

    def _resize(self) -> None:
        with suppress(OSError):
            size = fcntl.ioctl(self._user, termios.TIOCGWINSZ, _SIZE)
            fcntl.ioctl(self._main, termios.TIOCSWINSZ, size)
