"""The series of all runs of a database, behind one object."""

from __future__ import annotations

from modelcompose.database.database import Connection, Database
from modelcompose.tracking.series import log, summaries
from modelcompose.tracking.series.points import KINDS, Batch


class SeriesStore:
    """The series of one database: appended to, compacted, read.

    May be used by any number of threads and processes at once, on one run too. What `append`
    has written is there as soon as the caller's transaction is, and is never lost or doubled
    afterwards, whatever is killed at whatever time. Reads see all points that were there when
    they began, compacted or not.

    Every method raises `DatabaseError` when the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        """Take a database whose schema is up to date; it is not closed here."""
        self._database = database

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
        if not len(batch):
            return
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
