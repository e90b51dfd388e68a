"""A way to interrupt a thread that waits on file descriptors."""

from __future__ import annotations

import os
from threading import Lock


class Wake:
    """A pipe that other threads make readable. Safe to ring and close in any order."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._is_open = True

    def fileno(self) -> int:
        """Give the descriptor to wait on."""
        return self._reader

    @property
    def alarm(self) -> int:
        """Give the descriptor that makes it readable, for `signal.set_wakeup_fd`."""
        return self._writer

    def ring(self) -> None:
        """Make the descriptor readable; does nothing once closed."""
        with self._lock:
            if self._is_open:
                os.write(self._writer, b"!")

    def quieten(self) -> None:
        """Take in what was rung, waiting for it, so that the next wait waits."""
        os.read(self._reader, 512)

    def close(self) -> None:
        """Give the descriptors back."""
        with self._lock:
            self._is_open = False
            os.close(self._writer)
            os.close(self._reader)
