"""Several transfers at once, in bounded numbers, and how far they are."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


class Progress:
    """Counts blobs and bytes; any thread may call it. A view overrides `show`."""

    is_shown = False
    """Whether anybody sees it, so that it is worth finding out how much there is to do."""

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
        rate, left = self.rate, self.total_bytes - self.ready_bytes
        return left / rate if rate and left >= 0 else None

    def show(self) -> None:
        """Tell nobody."""


class Part:
    """One blob that is counted as it moves: never past its size, and whole at its end."""

    def __init__(self, progress: Progress, size_bytes: int) -> None:
        self._progress = progress
        self._left = size_bytes

    def moved(self, size_bytes: int) -> None:
        """Be told of bytes; of those that are sent or read twice, too."""
        counted = min(size_bytes, self._left)
        self._left -= counted
        self._progress.done(0, counted)

    def ended(self) -> None:
        """Be told that it is there."""
        self._progress.done(1, self._left)
        self._left = 0


def in_parallel(work: Callable[[T], object], items: Iterable[T], jobs: int) -> None:
    """Call `work` for each item, some at once; the first failure ends it, and is raised.

    What was begun by then is let come to its end, but not where the user stops the command: that
    ends with the process, as in a kill, and is gone on with next time.
    """
    waiting = deque(items)
    if len(waiting) <= 1 or jobs <= 1:
        for item in waiting:
            work(item)
        return
    failures: list[BaseException] = []
    threads = [
        threading.Thread(target=_work_off, args=(work, waiting, failures), daemon=True)
        for _ in range(min(jobs, len(waiting)))
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        waiting.clear()
    if failures:
        raise failures[0]


def _work_off(
    work: Callable[[T], object], waiting: deque[T], failures: list[BaseException]
) -> None:
    while True:
        try:
            item = waiting.popleft()
        except IndexError:
            return
        try:
            work(item)
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            failures.append(error)
            waiting.clear()
