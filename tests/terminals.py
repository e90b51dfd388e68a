"""A terminal of a test's own, which may be closed."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
import termios
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.workbench import PATIENCE_S, Workbench


class Terminal:
    """A command in the foreground of a terminal, as its session's first process.

    Attributes:
        process: the command.
    """

    def __init__(self, bench: Workbench, command: Sequence[str]) -> None:
        self._keyboard, end = pty.openpty()
        self._is_open = True
        self.process = subprocess.Popen(
            command,
            cwd=bench.folder,
            env=bench.environment(),
            stdin=end,
            stdout=end,
            stderr=end,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads
        )
        os.close(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        self.close()

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._keyboard, keys.encode())

    def hear(self, text: str) -> str:
        """Give what is shown up to a text; fails when the command ends before."""
        shown = ""
        while text not in shown:
            part = self._read()
            assert part, shown
            shown += part
        return shown

    def end(self) -> tuple[int, str]:
        """Wait for the command's end; give its exit code and what was shown since."""
        shown = ""
        while part := self._read():
            shown += part
        return self.process.wait(PATIENCE_S), shown

    def close(self) -> None:
        """Close the terminal, as its window's button or a lost connection does."""
        if self._is_open:
            self._is_open = False
            os.close(self._keyboard)

    def _read(self) -> str:
        try:
            return os.read(self._keyboard, 65536).decode(errors="replace")
        except OSError:  # Linux: nobody has it open any more
            return ""
