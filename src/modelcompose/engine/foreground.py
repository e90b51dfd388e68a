"""Commands that run in place, at the user's terminal, while somebody watches from outside.

Not an `Execution`: nothing is rewritten, the terminal is the command's own, and the engine only
listens. It is what `docker compose run` does, with a log, samples and the end told to us.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from msgspec import Struct

from modelcompose.compose.project import Project
from modelcompose.compose.run_line import RunLine
from modelcompose.engine.protocol import LogSink, Outcome, Sample
from modelcompose.errors import UsageError

_FROM_THE_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
"""The terminal sends these to the command as well as to us: it answers, we wait."""
_TO_US_ALONE = (signal.SIGTERM, signal.SIGHUP)
_SIGNAL_BASE = 128


class ForegroundOrder(Struct, frozen=True):
    """A command to run in place."""

    run: str
    """The run's id; what is started is marked with it."""
    project: Project
    line: RunLine
    global_arguments: tuple[str, ...] = ()
    """Compose's options before its verb, as the user gave them."""


class ForegroundEnd(Struct, frozen=True):
    """How a command in place ended, and what was seen of it."""

    outcome: Outcome
    samples: Sequence[Sample] = ()
    image: str | None = None
    began_at: float = 0.0
    """Seconds since the epoch: what touched files before this (a build) was not the command."""
    notes: tuple[str, ...] = ()
    """What could not be seen, in words."""


def run_in_foreground(engine: str, order: ForegroundOrder, sink: LogSink) -> ForegroundEnd:
    """Run a command in place and return when it has ended.

    Args:
        engine: the engine's name.
        order: what to run.
        sink: given what the command prints, which reaches the terminal by itself.

    Raises:
        EngineError: it could not be started at all.
        UsageError: the engine cannot do what a flag asks for.
    """
    if engine == "docker":
        from modelcompose.engine.docker.foreground import run_container

        return run_container(order, sink)
    if engine == "process":
        from modelcompose.engine.process.foreground import run_process

        return run_process(order, sink)
    raise UsageError(f"--engine {engine}: cannot record a command in place")


def exit_code(returned: int) -> int:
    """Give the exit code of a `subprocess`, 128 + N for one ended by signal N."""
    return returned if returned >= 0 else _SIGNAL_BASE - returned


@contextmanager
def signals_passed_on() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Outlive the signals that are meant for the command.

    Gives a list: processes put into it are sent what reaches this process alone.
    """
    processes: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _frame: object) -> None:
        if number not in _FROM_THE_TERMINAL:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, number)

    wanted = (*_FROM_THE_TERMINAL, *_TO_US_ALONE)
    # A handler, not SIG_IGN: the command would inherit that.
    before = {number: signal.signal(number, pass_on) for number in wanted}
    try:
        yield processes
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
