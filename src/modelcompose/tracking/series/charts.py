"""Charts: some hundred buckets for a range of an axis, whatever lies below them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from modelcompose.tracking.series import pyramid
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
from modelcompose.tracking.series.log import Connection
from modelcompose.tracking.series.points import Points
from modelcompose.tracking.series.sources import (
    Axis,
    Source,
    cut,
    points_between,
    sources,
    whole_range,
)


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
    found = sources(connection, runs, names, place, is_relative=axis == "relative")
    ends = [source.ends(place) for source in found]
    if not ends:
        return []
    between = whole_range(start, end, ends)
    return [_chart(connection, source, place, between, width) for source in found]


def _chart(
    connection: Connection,
    source: Source,
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
        points = points_between(connection, source, axis, between)
        count = len(points)
        buckets = [] if count <= width else _bucketed(points, axis, level)
    else:
        fresh = _bucketed(cut(source.logged, axis, between), axis, level)
        buckets = merged(stored, fresh)
        count = sum(bucket.points for bucket in buckets)
        points = Points.none()
        if count <= width:
            points = points_between(connection, source, axis, between)
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
