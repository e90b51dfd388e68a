"""What a process group uses, measured from outside."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from modelcompose.engine import gpus
from modelcompose.engine.protocol import Sample

if TYPE_CHECKING:
    import resource

    import psutil

_FIRST_AFTER_S = 0.5
"""A step that ends sooner pays nothing for measuring."""
_INTERVAL_S = 1.0
_BLOCK_BYTES = 512
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


class _Use(NamedTuple):
    cpu_s: float = 0.0
    memory_bytes: int = 0
    read_bytes: int | None = None
    write_bytes: int | None = None


class GroupSampler:
    """Measures a process and its descendants about once a second.

    Attributes:
        due: when `measure` is to be called next, in the time of `time.monotonic`.
    """

    def __init__(self, pid: int, device_ids: Sequence[str] = ()) -> None:
        self.due = time.monotonic() + _FIRST_AFTER_S
        self._pid = pid
        self._device_ids = device_ids
        self._samples: list[Sample] = []

    def samples(self) -> list[Sample]:
        """Give the samples so far, oldest first."""
        return list(self._samples)

    def measure(self) -> None:
        """Take a sample, unless the process has gone."""
        self.due = time.monotonic() + _INTERVAL_S
        uses = _uses(self._pid)
        if not uses:
            return
        gpu = gpus.usage(self._device_ids)
        self._add(
            Sample(
                time=time.time(),
                cpu_s=sum(use.cpu_s for use in uses),
                memory_bytes=sum(use.memory_bytes for use in uses),
                disk_read_bytes=_sum(use.read_bytes for use in uses),
                disk_write_bytes=_sum(use.write_bytes for use in uses),
                gpu_percent=None if gpu is None else gpu.percent,
                gpu_memory_bytes=None if gpu is None else gpu.memory_bytes,
            )
        )

    def close(self, usage: resource.struct_rusage | None) -> None:
        """Add the system's own account of the ended process as the last sample.

        Its memory is the largest process's peak, given only where nothing was measured before.
        """
        if usage is None:
            return
        self._add(
            Sample(
                time=time.time(),
                cpu_s=usage.ru_utime + usage.ru_stime,
                memory_bytes=None if self._samples else usage.ru_maxrss * _MAXRSS_BYTES,
                disk_read_bytes=usage.ru_inblock * _BLOCK_BYTES,
                disk_write_bytes=usage.ru_oublock * _BLOCK_BYTES,
            )
        )

    def _add(self, sample: Sample) -> None:
        self._samples.append(_never_less(self._samples[-1], sample) if self._samples else sample)


def _never_less(last: Sample, sample: Sample) -> Sample:
    """Keep totals from falling when a process ends whose use nobody inherits."""
    import msgspec

    totals = {
        name: max(known)
        for name in ("cpu_s", "disk_read_bytes", "disk_write_bytes")
        if (known := [v for s in (last, sample) if (v := getattr(s, name)) is not None])
    }
    return msgspec.structs.replace(sample, **totals)


def _sum(values: Iterable[int | None]) -> int | None:
    """Add up what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _uses(pid: int) -> list[_Use]:
    """Give the use of a process and its descendants; each one's includes its ended children's."""
    import psutil

    try:
        root = psutil.Process(pid)
        members = [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
    return [use for process in members if (use := _use(process)) is not None]


def _use(process: psutil.Process) -> _Use | None:
    import psutil

    try:
        with process.oneshot():
            times, memory = process.cpu_times(), process.memory_info()
            cpu_s = times.user + times.system + times.children_user + times.children_system
            use = _Use(cpu_s, memory.rss)
            # macOS has no such counters, and another user's process shows none
            with suppress(psutil.Error, AttributeError):
                io = process.io_counters()
                use = use._replace(read_bytes=io.read_bytes, write_bytes=io.write_bytes)
            return use
    except psutil.Error:
        return None
