"""Looking at the executions of a command once a second, for those who show it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

from modelcompose.engine.protocol import Sample
from modelcompose.pipeline.report import Reporter

_EVERY_S = 1.0


class Watch(NamedTuple):
    """How an execution that runs is looked at; from any thread."""

    step: str
    samples: Callable[[], Sequence[Sample]]
    newest: Callable[[], Mapping[str, float]]
    """Gives the newest value of each metric."""


class Pulse:
    """Tells a reporter, while the block lasts, what each execution uses and its newest metrics."""

    def __init__(
        self,
        watches: Callable[[], Sequence[Watch]],
        reporter: Reporter,
        *,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        """Take what gives the executions that run now, and what is called after each look."""
        self._watches = watches
        self._reporter = reporter
        self._after = after
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(_EVERY_S):
            for watch in self._watches():
                samples = watch.samples()
                newest = samples[-1] if samples else None
                metrics = watch.newest()
                if newest is not None or metrics:
                    self._reporter.measures(watch.step, newest, metrics)
            with suppress(OSError):
                self._after()
