"""Looking after one execution: its numbers are kept while it goes, and requests to stop heard."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Literal

from modelcompose.engine.protocol import Execution, Outcome
from modelcompose.errors import DatabaseError, NotFound, StorageFull
from modelcompose.pipeline.run_log import RunLog
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.stop_requests import is_stop_requested
from modelcompose.tracking.run import Series
from modelcompose.tracking.summary import summarize

LOOK_EVERY_S = 0.5
KEEP_EVERY_S = 2.0
_COST_SHARE = 20
"""Keeping takes at most this part of the time, however many points there are."""


class Attendant:
    """Waits for one execution, and appends its numbers to the run as they come. For one thread."""

    def __init__(
        self,
        session: Session,
        run: str,
        log: RunLog,
        objective: Mapping[str, Literal["max", "min"]],
        look: Callable[[], None],
    ) -> None:
        """Take what it works with.

        Args:
            session: the command's.
            run: the run's id.
            log: the run's.
            objective: which of its metrics count, and which way.
            look: called again and again while it runs.
        """
        self._runs = session.runs
        self._folder = session.folder
        self._run = run
        self._log = log
        self._objective = objective
        self._look = look
        self._samples = 0
        self._points: dict[str, int] = {}
        self._due = time.monotonic() + KEEP_EVERY_S

    def until_end(self, execution: Execution) -> Outcome:
        """Wait for an execution's end."""
        is_asked = False
        while (outcome := execution.wait(LOOK_EVERY_S)) is None:
            if not is_asked and is_stop_requested(self._folder, self._run):
                is_asked = True
                execution.stop()
            self._look()
            self._keep_when_due(execution)
        return outcome

    def keep_rest(self, execution: Execution) -> None:
        """Record what was not recorded yet; to be called once the log is closed.

        Raises:
            StorageFull: the disk is full.
        """
        self._keep_samples(execution)
        self._keep_series(self._log.series())

    def _keep_when_due(self, execution: Execution) -> None:
        began = time.monotonic()
        if began < self._due:
            return
        # What cannot be kept now is kept later, or `keep_rest` says why not.
        with suppress(DatabaseError, StorageFull, NotFound):
            self._keep_samples(execution)
            series = self._log.series()
            if self._keep_series(series):
                self._runs.update(self._run, metrics=summarize({}, series, self._objective))
        now = time.monotonic()
        self._due = now + max(KEEP_EVERY_S, (now - began) * _COST_SHARE)

    def _keep_samples(self, execution: Execution) -> None:
        new = execution.samples()[self._samples :]
        if new:
            self._runs.add_samples(self._run, new)
            self._samples += len(new)

    def _keep_series(self, series: Sequence[Series]) -> bool:
        """Append the points that are new; tell whether there were any."""
        new = [part for one in series if (part := self._after_kept(one)).values]
        if new:
            self._runs.add_series(self._run, new)
            self._points |= {one.name: len(one.values) for one in series}
        return bool(new)

    def _after_kept(self, series: Series) -> Series:
        kept = self._points.get(series.name, 0)
        return Series(series.name, series.steps[kept:], series.values[kept:], series.times[kept:])
