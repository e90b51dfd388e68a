"""What a command costs: the CPU of it and of all that it starts, and the time on the clock."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from msgspec import Struct

_SHOWN_BYTES = 4000


class Cost(Struct, frozen=True):
    """What one call took, in seconds; of several calls, each figure's median."""

    cpu_s: float
    """User and system time of the process and of every descendant that it waited for."""
    wall_s: float
    memory_mb: float | None = None
    """What it holds, where a row is about that."""


class Side(Struct, frozen=True):
    """One of the commands that a row compares."""

    label: str
    """How the results name it."""
    command: Sequence[str]
    folder: Path
    variables: Mapping[str, str]
    """The whole environment of the command."""
    before: Callable[[], None] = lambda: None
    """Puts back what a call changes; never measured."""
    after: Callable[[], None] = lambda: None
    """Refuses a call that did not do its work; never measured."""


class CommandFailedError(Exception):
    """A command that is to be measured did not succeed: its figures would mean nothing."""


def measure(side: Side) -> Cost:
    """Run a side once, from what `before` makes to what `after` accepts."""
    side.before()
    cost = _call(side)
    side.after()
    return cost


def alternate(turns: Mapping[str, Callable[[], Cost]], runs: int) -> dict[str, list[Cost]]:
    """Run all sides in turn, A B A B, so that what else the machine does falls on each alike.

    Args:
        turns: what measures each side once, by its label.
        runs: how often.

    Returns:
        the costs of each side by its label, in the order of the calls.
    """
    costs: dict[str, list[Cost]] = {label: [] for label in turns}
    for _ in range(runs):
        for label, turn in turns.items():
            costs[label].append(turn())
    return costs


def medians(costs: Sequence[Cost]) -> Cost:
    """Give the median of each figure."""
    held = [cost.memory_mb for cost in costs if cost.memory_mb is not None]
    return Cost(
        median(cost.cpu_s for cost in costs),
        median(cost.wall_s for cost in costs),
        median(held) if held else None,
    )


def _call(side: Side) -> Cost:
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            side.command,
            cwd=side.folder,
            env=side.variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            told = output.read()[-_SHOWN_BYTES:].decode(errors="replace")
            raise CommandFailedError(
                f"{side.label}: `{' '.join(side.command)}` exited with {process.returncode} "
                f"in {side.folder}:\n{told}"
            )
    return Cost(used.ru_utime + used.ru_stime, wall_s)
