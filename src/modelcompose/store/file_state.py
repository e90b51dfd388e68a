"""What tells that a file was not changed: its inode, size and times, where they can be trusted."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

from modelcompose.store.digests import digest_descriptor
from modelcompose.store.mapped import hand_over

FINE_TICK_NS = 50_000_000
"""Longer than any kernel's clock tick: the stamps of two changes this far apart differ."""
COARSE_TICK_NS = 2_100_000_000
"""The same for file systems that stamp whole seconds, or every second one as FAT does."""
_SECOND_NS = 1_000_000_000
_pack = struct.Struct("=Qqqq").pack


def is_settled(stamp_ns: int, now_ns: int) -> bool:
    """Whether a change from `now_ns` on must give a stamp other than `stamp_ns`.

    A stamp in the future is never settled: that file's clock is not ours.
    """
    tick = FINE_TICK_NS if stamp_ns % _SECOND_NS else COARSE_TICK_NS
    return stamp_ns + tick <= now_ns


def read_digest(path: Path | str) -> tuple[str, bytes | None]:
    """Read a file; give its digest, and its state when that can be trusted to show a change."""
    now = time.time_ns()
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        before = os.fstat(descriptor)
        hand_over(descriptor, before, now)
        digest = digest_descriptor(descriptor)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return digest, state_of(before) if is_sure(before, after, now) else None


def is_sure(before: os.stat_result, after: os.stat_result, now_ns: int) -> bool:
    """Whether a file's state shows every change since `before`, when it was read from `now_ns`."""
    return (
        state_of(before) == state_of(after)
        and is_settled(before.st_mtime_ns, now_ns)
        and is_settled(before.st_ctime_ns, now_ns)
    )


def state_of(status: os.stat_result) -> bytes:
    """Give what tells whether a file was changed, as bytes that compare.

    The number of the device is no part of it: on network and overlay file systems it is another
    one after each mount.
    """
    return _pack(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
