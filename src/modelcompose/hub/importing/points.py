"""Points of a source into the hub's series, in few large transactions, each point once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from modelcompose.database.database import Connection, Database
from modelcompose.hub.importing.missing import missing
from modelcompose.hub.importing.run_rows import clean
from modelcompose.hub.importing.source import Part
from modelcompose.tracking.series.points import Batch, Points, joined, steps_of, times_of
from modelcompose.tracking.series.store import SeriesStore

AT_ONCE = 100_000
"""So many points are in memory, and in one transaction, more or less."""

_NAMES = "SELECT name FROM metrics WHERE run = ?"


class PointIntake:
    """Takes points into one hub."""

    def __init__(self, database: Database, series: SeriesStore) -> None:
        self._database = database
        self._series = series

    def take(
        self,
        run: int,
        parts: Iterable[Part],
        last: Callable[[Connection], None],
        *,
        is_new: bool = False,
    ) -> int:
        """Take the points of a run that are not there yet; give how many those were.

        Args:
            run: the run's number.
            parts: of the source; those of one series in a row.
            last: called in the transaction of the last points.
            is_new: whether the run has none yet.
        """
        taken = waiting = 0
        held: dict[tuple[str, str], list[Points]] = {}
        for part in parts if is_new else self._missing(run, parts):
            if not len(part.points):
                continue
            held.setdefault((part.kind, part.name), []).append(part.points)
            waiting += len(part.points)
            if waiting >= AT_ONCE:
                with self._database.write() as connection:
                    self._append(connection, run, held)
                taken, waiting, held = taken + waiting, 0, {}
        with self._database.write() as connection:
            self._append(connection, run, held)
            last(connection)
        return taken + waiting

    def _missing(self, run: int, parts: Iterable[Part]) -> Iterator[Part]:
        with self._database.read() as connection:
            known = {row[0] for row in connection.rows(_NAMES, (run,))}
        for (kind, name), pages in _in_rows(parts):
            if kind == "number" and clean(name) not in known:
                yield from (Part(name, points, kind) for points in pages)
                continue
            for points in missing(self._series, run, clean(name), kind, pages):
                yield Part(name, points, kind)

    def _append(
        self, connection: Connection, run: int, held: dict[tuple[str, str], list[Points]]
    ) -> None:
        by_kind: dict[str, list[tuple[str, Points]]] = {}
        for (kind, name), pieces in held.items():
            by_kind.setdefault(kind, []).append((clean(name), joined(pieces)))
        for kind, series in by_kind.items():
            whole = _batch(series)
            if kind == "number":
                self._series.append(connection, run, whole)
            else:
                self._series.append_blobs(connection, run, whole, kind)


def _batch(series: list[tuple[str, Points]]) -> Batch:
    names = tuple(name for name, _ in series)
    counts = tuple(len(points) for _, points in series)
    whole = joined([points for _, points in series])
    # What a source has is not refused for a step or a time that is no number: it counts as 0.
    steps, times = steps_of(whole.steps), times_of(whole.times, len(whole))
    return Batch(names, counts, steps, whole.values, times)


def _in_rows(parts: Iterable[Part]) -> Iterator[tuple[tuple[str, str], Iterator[Points]]]:
    """Give the pages of each series, one series after the other."""
    for key, group in groupby(parts, lambda part: (part.kind, part.name)):
        yield key, (part.points for part in group)
