"""The programs that work for an engine and may take long: a build, a pull, services that start."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any


class Children:
    """Starts programs apart from the terminal's signals, and ends them when told to.

    Any thread may call it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: set[subprocess.Popen[Any]] = set()
        self._is_interrupted = False

    @contextmanager
    def start(self, command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
        """Start a program; it has ended when the block has, killed if the block is left early.

        Args:
            command: the program and its arguments.
            options: as for `subprocess.Popen`.
        """
        with subprocess.Popen(command, start_new_session=True, **options) as process:
            try:
                self._add(process)
                yield process
            except BaseException:
                process.kill()
                raise
            finally:
                process.wait()
                self._discard(process)

    def run(self, command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and give what it printed, bytes that are no UTF-8 replaced."""
        pipe = subprocess.PIPE
        with self.start(
            command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, **options
        ) as process:
            out, error = (data.decode(errors="replace") for data in process.communicate())
        return subprocess.CompletedProcess(list(command), process.returncode, out, error)

    def interrupt(self) -> None:
        """Ask every program that runs to end, and each one that is started from now on."""
        with self._lock:
            self._is_interrupted = True
            for process in self._running:
                process.terminate()

    def _add(self, process: subprocess.Popen[Any]) -> None:
        with self._lock:
            self._running.add(process)
            if self._is_interrupted:
                process.terminate()

    def _discard(self, process: subprocess.Popen[Any]) -> None:
        with self._lock:
            self._running.discard(process)
