"""`run --detach`: the plan is carried out by a process that does not depend on the terminal."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from modelcompose.pipeline.interruption import SIGNALS
from modelcompose.pipeline.report import Reporter


class Detachment(Reporter):
    """Lets go of the terminal as soon as a run starts: until then it is where errors are shown.

    Attributes:
        caller: where the process that the user started waits for the run's id.
    """

    def __init__(self, caller: int) -> None:
        self._caller: int | None = caller
        self._log: Path | None = None

    def writes_to(self, log: Path) -> None:
        """Take where output goes once the terminal is let go."""
        self._log = log

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:  # noqa: ARG002 - as in Reporter
        """Let go of the terminal, and have the caller print the run."""
        if self._caller is None:
            return
        redirect_output(self._log)
        with suppress(OSError):  # the caller was killed
            os.write(self._caller, run.encode())
        os.close(self._caller)
        self._caller = None


def redirect_output(log: Path | None) -> None:
    """Let go of the terminal: what is written goes to a file made anew, or nowhere."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        out = nothing if log is None else os.open(log, flags, 0o600)
    except OSError:  # what it would say is worth less than the run
        out = nothing
    for number, target in ((0, nothing), (1, out), (2, out)):
        os.dup2(target, number)
    for opened in {nothing, out}:
        os.close(opened)


def detach() -> tuple[Detachment | None, str | None, int]:
    """Go on in a process of its own session.

    Returns:
        In that process its `Detachment`. In the calling one, once a run has started or the other
        process has ended: the run's id if one started, and the exit code.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setsid()
        return Detachment(writer), None, 0
    os.close(writer)
    with _requests_forwarded(child), os.fdopen(reader) as told:
        if run := told.read():
            return None, run, 0
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return None, None, code if code >= 0 else 128 - code


@contextmanager
def _requests_forwarded(child: int) -> Iterator[None]:
    """Have the other process hear of Ctrl-C, which a terminal tells its own session alone."""

    def forward(number: int, frame: FrameType | None) -> None:
        del frame
        with suppress(ProcessLookupError):
            os.kill(child, number)

    before = {each: signal.signal(each, forward) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
