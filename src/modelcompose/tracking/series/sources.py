"""The series that a chart is made of: where each lies, and its points in a range."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from modelcompose.tracking.series import chunks
from modelcompose.tracking.series.buckets import STEP
from modelcompose.tracking.series.chunks import SeriesRow
from modelcompose.tracking.series.history import log_points
from modelcompose.tracking.series.log import Connection
from modelcompose.tracking.series.points import Points, by_step, by_time, joined

Axis = Literal["step", "time", "relative"]


class Source(Struct, frozen=True):
    """One series: what is in the log, and what is not any more."""

    run: int
    name: str
    origin: float
    """What is taken from the axis' times."""
    logged: Points
    """In the axis' order."""
    series: SeriesRow | None

    def ends(self, axis: int) -> tuple[float, float]:
        """Give where it begins and ends on an axis."""
        extent = None if self.series is None else self.series.extent
        ends = []
        if len(self.logged):
            x = self.logged.steps if axis == STEP else self.logged.times
            ends += [x[0], x[-1]]
        if extent is not None and axis == STEP:
            ends += [extent.first_step, extent.last_step]
        elif extent is not None:
            ends += [extent.first_time, extent.last_time]
        return min(ends) - self.origin, max(ends) - self.origin


def whole_range(
    start: float | None, end: float | None, ends: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Give the range that was asked for; one that lies beyond all points stays there."""
    if start is None:
        start = min(first for first, _ in ends)
        start = start if end is None else min(start, end)
    if end is None:
        end = max(last for _, last in ends)
    return start, max(start, end)


def sources(
    connection: Connection,
    runs: Sequence[int],
    names: Sequence[str],
    axis: int,
    *,
    is_relative: bool,
) -> list[Source]:
    """Give the series that there are, by run and name."""
    found = []
    for run in runs:
        logged = {
            name: _ordered(points, axis)
            for name, points in log_points(connection, run, names).items()
        }
        series = chunks.find(connection, run, names)
        origin = _beginning(connection, run) if is_relative else 0.0
        found += [
            Source(run, name, origin, logged.get(name, Points.none()), series.get(name))
            for name in names
            if name in logged or name in series
        ]
    return found


def _beginning(connection: Connection, run: int) -> float:
    row = connection.execute(
        "SELECT coalesce(started_at, created_at) FROM runs WHERE number = ?", (run,)
    ).fetchone()
    return float(row[0]) if row is not None else 0.0


def points_between(
    connection: Connection, source: Source, axis: int, between: tuple[float, float]
) -> Points:
    """Give the points of a range in the axis' order."""
    if source.series is None:
        return cut(source.logged, axis, between)
    name = "step" if axis == STEP else "time"
    condition = f"AND last_{name} >= ? AND first_{name} < ?"
    rows = chunks.listed(connection, source.series.number, condition, between)
    parts = [*(chunks.load(connection, row) for row in rows), source.logged]
    return cut(_ordered(joined(parts), axis), axis, between)


def _ordered(points: Points, axis: int) -> Points:
    return by_step(points) if axis == STEP else by_time(points)


def cut(points: Points, axis: int, between: tuple[float, float]) -> Points:
    """Give the points of a range, of points in the axis' order."""
    x = points.steps if axis == STEP else points.times
    start, stop = bisect_left(x, between[0]), bisect_left(x, between[1])
    return points if stop - start == len(points) else points.part(start, stop)
