"""Processes that outlived the command that started them, found by a mark."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

RUN_VARIABLE = "MODELCOMPOSE_RUN"
"""Set to the run's id in every process that is started for a run."""

_END_TIMEOUT_S = 5
_LOOK_AGAIN_S = 0.01


def end_processes(runs: Sequence[str]) -> list[str]:
    """Kill every process of these runs, and give the runs of which one was found.

    A process is known by the run's id in its environment, and by sharing the session of one so
    known: unlike a recorded pid this cannot be lost in a crash or mean somebody else's process.
    """
    if not runs:
        return []
    import psutil

    marked = {process: run for process in _others() if (run := _run_of(process)) in runs}
    sessions = {_session(process): run for process, run in marked.items()}
    sessions.pop(None, None)
    found = {p: run for p in _others() if (run := sessions.get(_session(p))) is not None} | marked
    for process in found:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(signal.SIGKILL)
    until = time.monotonic() + _END_TIMEOUT_S
    while any(map(_runs, found)) and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN_S)
    return [run for run in runs if run in found.values()]


def _others() -> list[psutil.Process]:
    """Give all processes but this one and those it descends from."""
    import psutil

    this = psutil.Process()
    own = {this.pid, *(parent.pid for parent in this.parents())}
    return [process for process in psutil.process_iter() if process.pid not in own]


def _runs(process: psutil.Process) -> bool:
    """Tell whether a process still does anything; psutil's own wait would reap our children."""
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _run_of(process: psutil.Process) -> str | None:
    import psutil

    try:
        return process.environ().get(RUN_VARIABLE)
    except (psutil.Error, OSError):
        return None


def _session(process: psutil.Process) -> int | None:
    try:
        session = os.getsid(process.pid)
    except OSError:
        return None
    return session if session != os.getsid(0) else None
