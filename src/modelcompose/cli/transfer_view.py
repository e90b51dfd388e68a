"""How far a push or a fetch is: one line that is written over, on a terminal alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from modelcompose.cli.arguments import Invocation
from modelcompose.cli.times import elapsed
from modelcompose.diagnosis.sizes import in_words
from modelcompose.store.remotes.parallel import Progress

_EVERY_S = 0.1
_JOBS = 4


@contextmanager
def open_progress(invocation: Invocation, where: str) -> Iterator[Progress]:
    """Give what counts transfers, and shows them where somebody looks."""
    jobs = invocation.jobs or _JOBS
    if invocation.quiet or not sys.stderr.isatty():
        yield Progress(jobs)
        return
    line = _Line(jobs, where)
    try:
        yield line
    finally:
        line.clear()


class _Line(Progress):
    is_shown = True

    def __init__(self, jobs: int, where: str) -> None:
        super().__init__(jobs)
        self._where = where
        self._shown_at = 0.0

    def show(self) -> None:
        now = time.monotonic()
        if now - self._shown_at < _EVERY_S:
            return
        self._shown_at = now
        left = self.remaining_s
        rest = "" if left is None else f", {elapsed(left)} left"
        # A source may not say how large it is.
        whole = f" of {in_words(self.total_bytes)}" if self.total_bytes >= self.ready_bytes else ""
        sys.stderr.write(
            f"\r\033[K{self._where}: {in_words(self.ready_bytes)}{whole}, "
            f"{in_words(self.rate)}/s{rest}"
        )
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown_at:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
