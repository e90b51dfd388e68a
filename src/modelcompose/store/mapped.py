"""Writes through a memory map, of which the kernel tells once and then not for a while.

The first write to a mapped page sets the file's times; further ones to the same page do not, until
the page was written to the disk. A file that was looked at in between would count as unchanged.
So before a file that changed lately is read, its pages are handed to the disk: every write from
then on sets the times again. On tmpfs, which has no disk, the kernel tells of the first write
alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache

RECENT_NS = 900_000_000_000
"""Longer than any kernel keeps a changed page: what changed before has nothing to hand over."""
_WAIT_BEFORE = 1
_WRITE = 2
"""Flags of sync_file_range(2)."""


def hand_over(descriptor: int, status: os.stat_result, now_ns: int) -> None:
    """See to it that every write from now on changes the times of an open file.

    Args:
        descriptor: the file, open for reading.
        status: what `fstat` says of it.
        now_ns: the time, in nanoseconds since the epoch.
    """
    if sys.platform == "linux" and now_ns - status.st_mtime_ns < RECENT_NS:
        _system_call()(descriptor, 0, 0, _WAIT_BEFORE | _WRITE)


@cache
def _system_call() -> Callable[[int, int, int, int], int]:
    import ctypes

    call = ctypes.CDLL(None, use_errno=True).sync_file_range
    call.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
    call.restype = ctypes.c_int
    return call
