"""The series of all runs of a database, behind one object."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from modelcompose.database.database import Connection, Database
from modelcompose.tracking.series import log, repeats, summaries
from modelcompose.tracking.series.points import KINDS, Batch, Points

if TYPE_CHECKING:
    from modelcompose.tracking.series.charts import Chart
    from modelcompose.tracking.series.columns import Columns
    from modelcompose.tracking.series.history import Page
    from modelcompose.tracking.series.sources import Axis


class SeriesStore:
    """The series of one database: appended to, compacted, read.

    May be used by any number of threads and processes at once, on one run too. What `append`
    has written is there as soon as the caller's transaction is, and is never lost or doubled
    afterwards, whatever is killed at whatever time. Reads see all points that were there when
    they began, compacted or not.

    Runs are named by their number. Every method raises `DatabaseError` when the database cannot
    be used.
    """

    def __init__(self, database: Database) -> None:
        """Take a database whose schema is up to date; it is not closed here."""
        self._database = database
        self._compacting = Lock()
        self._seen = 0
        self._active: set[int] = set()

    def append(
        self,
        connection: Connection,
        run: int,
        batch: Batch,
        objective: summaries.Objective | None = None,
    ) -> None:
        """Append points of metrics, and bring their summaries up to date.

        Args:
            connection: a `write` block's, whose transaction this becomes a part of.
            run: the run's number.
            batch: what `points.batch` gives.
            objective: which way is better, by name: `best_step` is kept for those.
        """
        if len(batch):
            log.append(connection, run, batch)
            summaries.upsert(connection, run, batch, objective)

    def append_blobs(self, connection: Connection, run: int, batch: Batch, kind: str) -> None:
        """Append points of texts or histograms: a batch whose values are bytes.

        Args:
            connection: a `write` block's, whose transaction this becomes a part of.
            run: the run's number.
            batch: what `points.batch` gives.
            kind: one of `points.KINDS`, other than `number`.
        """
        if len(batch):
            log.append(connection, run, batch, KINDS.index(kind))

    def points(
        self,
        run: int,
        name: str,
        *,
        after: str | None = None,
        limit: int = 25_000,
        kind: str = "number",
    ) -> Page:
        """Give the next points of a series by time, then step, then value.

        Args:
            run: the run's number.
            name: of the series.
            after: what the page before gave; None for the first.
            limit: how many at most.
            kind: one of `points.KINDS`.

        Raises:
            UsageError: `after` is nothing that a page has given.
        """
        from modelcompose.tracking.series import history

        with self._database.read() as connection:
            return history.page(connection, run, name, after, limit, KINDS.index(kind))

    def bulk(self, runs: Sequence[int], name: str, limit: int) -> dict[int, Points]:
        """Give the first points of one metric of several runs, so many in all."""
        from modelcompose.tracking.series import history

        found: dict[int, Points] = {}
        with self._database.read() as connection:
            for run in runs:
                if limit > 0:
                    found[run] = history.page(connection, run, name, None, limit).points
                    limit -= len(found[run])
        return found

    def interval(
        self,
        run: int,
        name: str,
        limit: int,
        first_step: float | None = None,
        last_step: float | None = None,
    ) -> Points:
        """Give points of a series by step, evenly chosen by their number, as MLflow does."""
        from modelcompose.tracking.series import history

        with self._database.read() as connection:
            return history.sample(connection, run, name, limit, first_step, last_step)

    def buckets(  # noqa: PLR0913 - which series, and what of them
        self,
        runs: Sequence[int],
        names: Sequence[str],
        *,
        start: float | None = None,
        end: float | None = None,
        width: int = 1000,
        axis: Axis = "step",
    ) -> list[Chart]:
        """Give the charts of series; see `charts.charts`."""
        from modelcompose.tracking.series.charts import charts

        with self._database.read() as connection:
            return charts(connection, runs, names, start=start, end=end, width=width, axis=axis)

    def columns(  # noqa: PLR0913 - which series, and what of them
        self,
        runs: Sequence[int],
        names: Sequence[str],
        *,
        start: float | None = None,
        end: float | None = None,
        width: int = 1000,
        points: int | None = None,
        axis: Axis = "step",
        level: int | None = None,
        has_other: bool = False,
    ) -> list[Columns]:
        """Give the columns of series; see `columns.columns`."""
        from modelcompose.tracking.series.columns import columns

        with self._database.read() as connection:
            return columns(
                connection,
                runs,
                names,
                start=start,
                end=end,
                width=width,
                points=points,
                axis=axis,
                level=level,
                has_other=has_other,
            )

    def compact(
        self,
        run: int | None = None,
        *,
        is_idle: bool = False,
        stopping: Callable[[], bool] = lambda: False,
    ) -> int:
        """Move what is due out of the log: of one run, or of all that were logged into.

        It may be killed at any time, and several processes may do it at once.

        Args:
            run: the run's number; None for all.
            is_idle: fold what is left of the given run too, be it little.
            stopping: asked now and then; when it says so, the rest is left for another time.

        Returns:
            how many times something was done.
        """
        with self._compacting:
            if run is not None:
                return self._compact_one(run, stopping, is_idle=is_idle)
            with self._database.read() as connection:
                self._seen, fresh = log.appended(connection, self._seen)
            quiet = self._active - fresh
            self._active = fresh
            done = sum(self._compact_one(one, stopping) for one in sorted(fresh))
            return done + sum(
                self._compact_one(one, stopping, is_idle=True) for one in sorted(quiet)
            )

    def tidy(self) -> None:
        """Keep small what the database has beside itself, after much was written."""
        repeats.forget_old(self._database, time.time())
        self._database.tidy()

    def _compact_one(self, run: int, stopping: Callable[[], bool], *, is_idle: bool = False) -> int:
        from modelcompose.tracking.series.compaction import compact

        done = 0
        while not stopping() and compact(self._database, run, is_idle=is_idle):
            done += 1
        return done
