"""The machine that runs are started on, and whether they are still watched there."""

from __future__ import annotations

import os
import sys
from functools import cache

from modelcompose.tracking.run import Host, Run

_CLOCK_TICK_S = 1.0
"""How exactly the start of a process is known."""


@cache
def this_host() -> Host:
    """Tell what machine this is; looked up once."""
    system = os.uname()
    return Host(
        name=system.nodename,
        system=f"{system.sysname}-{system.release}-{system.machine}",
        cpus=_cpus(),
        memory_bytes=_memory_bytes(),
        python=".".join(map(str, sys.version_info[:3])),
    )


def is_here(run: Run) -> bool:
    """Tell whether a run was started on this machine, as far as is known."""
    return run.host is None or run.host.name == this_host().name


def is_watched(run: Run) -> bool:
    """Tell whether the process that watches a run lives; on another machine it is taken to.

    A zombie watches nothing, and a process that began after the run has another's number.
    """
    import psutil

    if not is_here(run):
        return True
    if run.supervisor_pid is None:
        return False
    try:
        process = psutil.Process(run.supervisor_pid)
        is_dead = process.status() == psutil.STATUS_ZOMBIE
        return not is_dead and process.create_time() <= run.created_at + _CLOCK_TICK_S
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _cpus() -> int:
    # Which of them this process may use: macOS cannot tell.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
