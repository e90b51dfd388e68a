"""Charts: some hundred buckets for a range of an axis, whatever lies below them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from modelcompose.tracking.series import chunks, pyramid
from modelcompose.tracking.series.buckets import (
    STEP,
    TIME,
    Bucket,
    bucketed,
    folded,
    level_for,
    merged,
    places,
)
from modelcompose.tracking.series.chunks import SeriesRow
from modelcompose.tracking.series.history import log_points
from modelcompose.tracking.series.log import Connection
from modelcompose.tracking.series.points import Points, by_step, by_time, joined

Axis = Literal["step", "time", "relative"]


class Buckets(Struct, frozen=True):
    """Columns of equal length, a row for each bucket that has points, in the axis' order.

    The values' columns are of those that are not NaN, and NaN where all are. Steps and times
    are those of the first and the last point in the axis' order.
    """

    counts: list[int]
    known: list[int]
    """How many values are not NaN."""
    lows: list[float]
    highs: list[float]
    means: list[float]
    lasts: list[float]
    """Of the last point, which may be NaN."""
    first_steps: list[float]
    last_steps: list[float]
    first_times: list[float]
    """Seconds: since the epoch, or on the relative axis since the run's beginning."""
    last_times: list[float]


class Chart(Struct, frozen=True):
    """One series in a range: its points where they are no more than the buckets, else these."""

    run: int
    name: str
    count: int
    """How many points there are in the range, which is widened to whole buckets."""
    width: float
    """Of a bucket, in steps or seconds; a power of two."""
    points: Points | None
    """In the axis' order."""
    buckets: Buckets | None


class _Source(Struct, frozen=True):
    """One series: what is in the log, and what is not any more."""

    run: int
    name: str
    origin: float
    """What is taken from the axis' times."""
    logged: Points
    """In the axis' order."""
    series: SeriesRow | None

    def ends(self, axis: int) -> tuple[float, float]:
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


def charts(  # noqa: PLR0913 - which series, and what of them
    connection: Connection,
    runs: Sequence[int],
    names: Sequence[str],
    *,
    start: float | None = None,
    end: float | None = None,
    width: int = 1000,
    axis: Axis = "step",
) -> list[Chart]:
    """Give the chart of each series that there is, by run and name.

    All are cut into buckets of one width: the smallest power of two of which at most `width`
    cover the range.

    Args:
        connection: to read with.
        runs: numbers of runs.
        names: of metrics.
        start: where the range begins, in steps, in seconds since the epoch, or on the relative
            axis since the beginning of each run; by default where the first series does.
        end: where it ends; by default where the last series does.
        width: how many buckets there may be, 2 at least.
        axis: what is drawn to the right.
    """
    place = STEP if axis == "step" else TIME
    sources = _sources(connection, runs, names, place, is_relative=axis == "relative")
    ends = [source.ends(place) for source in sources]
    if not ends:
        return []
    between = _range(start, end, ends)
    return [_chart(connection, source, place, between, width) for source in sources]


def _range(
    start: float | None, end: float | None, ends: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Give the range that was asked for; one that lies beyond all points stays there."""
    if start is None:
        start = min(first for first, _ in ends)
        start = start if end is None else min(start, end)
    if end is None:
        end = max(last for _, last in ends)
    return start, max(start, end)


def _sources(
    connection: Connection,
    runs: Sequence[int],
    names: Sequence[str],
    axis: int,
    *,
    is_relative: bool,
) -> list[_Source]:
    found = []
    for run in runs:
        logged = {
            name: _ordered(points, axis)
            for name, points in log_points(connection, run, names).items()
        }
        series = chunks.find(connection, run, names)
        origin = _beginning(connection, run) if is_relative else 0.0
        found += [
            _Source(run, name, origin, logged.get(name, Points.none()), series.get(name))
            for name in names
            if name in logged or name in series
        ]
    return found


def _beginning(connection: Connection, run: int) -> float:
    row = connection.execute(
        "SELECT coalesce(started_at, created_at) FROM runs WHERE number = ?", (run,)
    ).fetchone()
    return float(row[0]) if row is not None else 0.0


def _chart(
    connection: Connection,
    source: _Source,
    axis: int,
    ends: tuple[float, float],
    width: int,
) -> Chart:
    start, end = ends[0] + source.origin, ends[1] + source.origin
    level = level_for(start, end, width)
    first, last = places(start, level), places(end, level)
    between = (first * 2.0**level, (last + 1) * 2.0**level)
    stored = _stored(connection, source.series, axis, level, (first, last))
    if stored is None:
        points = _points(connection, source, axis, between)
        count = len(points)
        buckets = [] if count <= width else _bucketed(points, axis, level)
    else:
        fresh = _bucketed(_cut(source.logged, axis, between), axis, level)
        buckets = merged(stored, fresh)
        count = sum(bucket.points for bucket in buckets)
        points = _points(connection, source, axis, between) if count <= width else Points.none()
    if count > width:
        columns = _columns(buckets, axis, source.origin)
        return Chart(source.run, source.name, count, 2.0**level, None, columns)
    shown = _shifted(points, source.origin)
    return Chart(source.run, source.name, count, 2.0**level, shown, None)


def _stored(
    connection: Connection,
    series: SeriesRow | None,
    axis: int,
    level: int,
    between: tuple[int, int],
) -> list[Bucket] | None:
    """Give the buckets that are kept; None where the level is finer than any of them."""
    base = None if series is None else series.levels[axis]
    if base is None or series is None or base > level:
        return None
    kept = pyramid.kept_level(base, level)
    up = level - kept
    first, last = between[0] << up, ((between[1] + 1) << up) - 1
    return folded(pyramid.read(connection, series.number, axis, kept, (first, last)), up)


def _points(
    connection: Connection, source: _Source, axis: int, between: tuple[float, float]
) -> Points:
    """Give the points of a range in the axis' order."""
    if source.series is None:
        return _cut(source.logged, axis, between)
    name = "step" if axis == STEP else "time"
    condition = f"AND last_{name} >= ? AND first_{name} < ?"
    rows = chunks.listed(connection, source.series.number, condition, between)
    parts = [*(chunks.load(connection, row) for row in rows), source.logged]
    return _cut(_ordered(joined(parts), axis), axis, between)


def _ordered(points: Points, axis: int) -> Points:
    return by_step(points) if axis == STEP else by_time(points)


def _cut(points: Points, axis: int, between: tuple[float, float]) -> Points:
    """Give the points of a range, of points in the axis' order."""
    x = points.steps if axis == STEP else points.times
    start, stop = bisect_left(x, between[0]), bisect_left(x, between[1])
    return points if stop - start == len(points) else points.part(start, stop)


def _bucketed(points: Points, axis: int, level: int) -> list[Bucket]:
    values: Any = points.values
    steps, times = points.steps, points.times
    if axis == STEP:
        return bucketed(steps, times, values, level)
    return bucketed(times, steps, values, level)


def _columns(buckets: Sequence[Bucket], axis: int, origin: float) -> Buckets:
    columns = [list(column) for column in zip(*buckets, strict=True)]
    _, counts, known, lows, highs, means, lasts, first_x, first_y, last_x, last_y = columns
    if axis == STEP:
        first, last = (first_x, first_y), (last_x, last_y)
    else:
        first, last = (first_y, first_x), (last_y, last_x)
    times = [[time - origin for time in column] for column in (first[1], last[1])]
    return Buckets(counts, known, lows, highs, means, lasts, first[0], last[0], *times)


def _shifted(points: Points, origin: float) -> Points:
    if not origin:
        return points
    return Points(points.steps, points.values, array("d", [t - origin for t in points.times]))
