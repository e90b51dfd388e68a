"""Charts as columns of bytes, ready for a browser's typed arrays: buckets as they are kept.

Where `charts` folds buckets until they are as wide as was asked for, this gives whole spans of
the level that is kept, at most twice as fine: no bucket becomes an object of its own, so that
hundreds of long series cost some tens of milliseconds. Whole spans are also what a client can
keep: what lies beside the range is there when the range moves.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from math import inf
from typing import Any, Literal

from msgspec import Struct

from modelcompose.tracking.series import bytecolumns, chunks, pyramid
from modelcompose.tracking.series.buckets import (
    STEP,
    TIME,
    bucketed,
    finest_level,
    level_for,
    merged,
    places,
)
from modelcompose.tracking.series.log import Connection
from modelcompose.tracking.series.packing import packed
from modelcompose.tracking.series.points import Points
from modelcompose.tracking.series.sources import (
    Axis,
    Source,
    cut,
    points_between,
    sources,
    whole_range,
)

MOST_BUCKETS = 1 << 19
"""What one answer has at most, more or less: many series get coarser buckets."""
_FEWEST_EACH, _MOST_EACH = 32, 10_000
_POINTS_EACH = 4
"""So many points for one bucket are no more bytes than it, and cost less to tell."""


class Columns(Struct, frozen=True):
    """One series in a range."""

    run: int
    name: str
    kind: Literal["points", "buckets"]
    level: int
    """A bucket is 2^level wide; of points, what was asked for."""
    count: int
    """How many points there are in the range."""
    size: int
    """The length of each column."""
    start: float
    """From here to before `end` this is all there is; it holds the range that was asked for."""
    end: float
    first: float
    """Where the series itself begins and ends on the axis, whatever the range."""
    last: float
    total: int
    """How many points the whole series has."""
    data: list[bytes]
    """Little-endian float64, one for each column of the kind."""


def columns(  # noqa: PLR0913 - which series, and what of them
    connection: Connection,
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
    """Give each series that there is, by run and name.

    Args:
        connection: to read with.
        runs: numbers of runs.
        names: of metrics.
        start: where the range begins on the axis; by default where the first series does.
        end: where it ends; by default where the last series does.
        width: how many points of a series are always told one by one, and without a level how
            many buckets may cover the range; fewer where very many series are asked for.
        points: how many are told one by one where buckets would have to be made of them; by
            default no more than the width, and at most a few for each bucket.
        axis: what is drawn to the right.
        level: of the buckets, by default what the width gives; those that are given are at most
            one level finer, or as fine as they are kept.
        has_other: whether to give the places on the other one of step and time too.
    """
    place = STEP if axis == "step" else TIME
    found = sources(connection, runs, names, place, is_relative=axis == "relative")
    ends = [source.ends(place) for source in found]
    if not ends:
        return []
    first, last = whole_range(start, end, ends)
    width = min(width, _most(len(found)))
    finest = level_for(first, last, width if level is None else _most(len(found)))
    level = finest if level is None else max(level, finest)
    # Without a range all is given, so that the answer also holds for what comes beside it.
    asked = (-inf if start is None else first, inf if end is None else last)
    most = width if points is None else max(width, min(points, width * _POINTS_EACH))
    view = _View(connection, place, asked, level, width, most, has_other)
    return [view.columns(source, own) for source, own in zip(found, ends, strict=True)]


def _most(series: int) -> int:
    """Give how many buckets each of so many series may have."""
    return max(min(_MOST_EACH, MOST_BUCKETS // series), _FEWEST_EACH)


class _Told(Struct, frozen=True):
    """What was found of one series, with its places as they are kept."""

    kind: Literal["points", "buckets"]
    level: int
    count: int
    limits: tuple[float, float]
    data: list[bytes]


class _View(Struct, frozen=True):
    """What is asked of each series."""

    connection: Connection
    axis: int
    asked: tuple[float, float]
    level: int
    width: int
    most: int
    """How many points are told one by one where no buckets are kept."""
    has_other: bool

    def columns(self, source: Source, ends: tuple[float, float]) -> Columns:
        first, last = (end + source.origin for end in ends)
        level = max(self.level, finest_level(first, last))
        base = None if source.series is None else source.series.levels[self.axis]
        told = None
        if base is not None and source.series is not None and base <= level:
            told = self._kept(source, pyramid.kept_level(base, level), (first, last))
        told = told or self._read(source, level, (first, last))
        return _made(source, ends, told)

    def _limits(
        self, source: Source, width: float, ends: tuple[float, float]
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        """Give the range widened to whole parts of a width: what it covers, and where to look."""
        start, end = (limit + source.origin for limit in self.asked)
        start = start if start == -inf else (start // width) * width
        end = end if end == inf else (end // width + 1) * width
        return (start, end), (max(start, ends[0]), min(end, ends[1]))

    def _kept(self, source: Source, level: int, ends: tuple[float, float]) -> _Told | None:
        """Give buckets that are kept; nothing where there are so few points that these do."""
        limits, looked_at = self._limits(source, 2.0**level * pyramid.SPAN, ends)
        if looked_at[0] > looked_at[1] or source.series is None:
            data = bytecolumns.none(has_other=self.has_other)
            return _Told("buckets", level, 0, limits, data)
        first = places(looked_at[0], level)
        last = places(ends[1], level) if limits[1] > ends[1] else places(limits[1], level) - 1
        fresh = cut(source.logged, self.axis, limits)
        number = source.series.number
        if len(fresh):
            x, y, values = _along(fresh, self.axis)
            stored = pyramid.read(self.connection, number, self.axis, level, (first, last))
            buckets = merged(stored, bucketed(x, y, values, level))
            count = sum(bucket.points for bucket in buckets)
            data = bytecolumns.of_buckets(buckets, has_other=self.has_other)
        else:
            spans = pyramid.rows(self.connection, number, self.axis, level, (first, last))
            count, data = bytecolumns.of_spans(spans, has_other=self.has_other)
        if count <= self.width:
            return None
        return _Told("buckets", level, count, limits, data)

    def _read(self, source: Source, level: int, ends: tuple[float, float]) -> _Told:
        """Give what the points themselves tell."""
        limits, looked_at = self._limits(source, 2.0**level, ends)
        x, y, values = self._points(source, limits, looked_at)
        count = len(x)
        if count <= self.most:
            told = [packed(x), packed(values)]
            if self.has_other:
                told.append(packed(y))
            return _Told("points", level, count, limits, told)
        data = None if self.has_other else bytecolumns.of_points(x, values, level)
        if data is None:
            buckets = bucketed(x, y, values, level)
            data = bytecolumns.of_buckets(buckets, has_other=self.has_other)
        return _Told("buckets", level, count, limits, data)

    def _points(
        self, source: Source, limits: tuple[float, float], looked_at: tuple[float, float]
    ) -> tuple[array[float], array[float], array[float]]:
        if source.series is not None and not len(source.logged) and not self.has_other:
            name = "step" if self.axis == STEP else "time"
            found = chunks.rising(self.connection, source.series.number, name, looked_at)
            if found is not None:
                x, values = found
                start, stop = bisect_left(x, limits[0]), bisect_left(x, limits[1])
                return x[start:stop], x[start:stop], values[start:stop]
        points = points_between(self.connection, source, self.axis, limits)
        return _along(points, self.axis)


def _made(source: Source, ends: tuple[float, float], told: _Told) -> Columns:
    total = len(source.logged)
    total += 0 if source.series is None else source.series.extent.count
    data = told.data
    if source.origin:
        data = bytecolumns.shifted(data, told.kind, source.origin)
    return Columns(
        run=source.run,
        name=source.name,
        kind=told.kind,
        level=told.level,
        count=told.count,
        size=len(data[0]) // 8,
        start=told.limits[0] - source.origin,
        end=told.limits[1] - source.origin,
        first=ends[0],
        last=ends[1],
        total=total,
        data=data,
    )


def _along(points: Points, axis: int) -> tuple[array[float], array[float], array[float]]:
    """Give columns x, y and values of points that are in the axis' order."""
    values: Any = points.values
    if axis == STEP:
        return points.steps, points.times, values
    return points.times, points.steps, values
