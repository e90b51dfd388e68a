"""The machine that runs are started on."""

from __future__ import annotations

import os
import sys
from functools import cache

from modelcompose.tracking.run import Host


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


def _cpus() -> int:
    # Which of them this process may use: macOS cannot tell.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
