"""Several transfers at once, in bounded numbers, and how far they are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


class Progress:
    """Counts blobs and bytes; any thread may call it. A view overrides `show`."""

    def __init__(self, jobs: int = 4) -> None:
        """Begin to count.

        Args:
            jobs: how many transfers may run at once.
        """
        self.jobs = jobs
        self._guard = threading.Lock()
        self.began = time.monotonic()
        self.total = self.total_bytes = 0
        self.ready = self.ready_bytes = 0

    def expect(self, count: int, size_bytes: int) -> None:
        """Be told of work to come."""
        with self._guard:
            self.total += count
            self.total_bytes += size_bytes
            self.show()

    def done(self, count: int, size_bytes: int) -> None:
        """Be told of work that is done."""
        with self._guard:
            self.ready += count
            self.ready_bytes += size_bytes
            self.show()

    @property
    def rate(self) -> float:
        """Give the bytes a second since the beginning."""
        return self.ready_bytes / max(time.monotonic() - self.began, 1e-3)

    @property
    def remaining_s(self) -> float | None:
        """Give how long the rest will take; None where nothing is known yet."""
        rate = self.rate
        return (self.total_bytes - self.ready_bytes) / rate if rate else None

    def show(self) -> None:
        """Tell nobody."""


def in_parallel(work: Callable[[T], object], items: Iterable[T], jobs: int) -> None:
    """Call `work` for each item, some at once; the first failure ends it, and is raised.

    What was begun by then is let come to its end.
    """
    waiting = list(items)
    if len(waiting) <= 1 or jobs <= 1:
        for item in waiting:
            work(item)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(jobs, len(waiting))) as pool:
        futures = [pool.submit(work, item) for item in waiting]
        try:
            for future in futures:
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
