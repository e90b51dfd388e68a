"""One series growing by the points that leave the log: its chunks, and the buckets of both axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from modelcompose.tracking.series import chunks, pyramid
from modelcompose.tracking.series.buckets import (
    STEP,
    TIME,
    Bucket,
    along,
    base_level,
    bucketed,
    finest_level,
    merged,
)
from modelcompose.tracking.series.chunks import ChunkRow, Extent, SeriesRow, extent_of
from modelcompose.tracking.series.log import NUMBER, Connection
from modelcompose.tracking.series.points import Points, by_time, joined

BUCKETS_FROM = 16_384
"""A series of fewer points has no buckets: a chart makes them of its points as fast."""

_POINTS_EACH = 24
"""How many points a finest bucket holds on average, or up to twice that, when the level is chosen:
32 where steps come one by one."""
_FEWEST_EACH, _MOST_EACH = _POINTS_EACH // 2, _POINTS_EACH * 16
"""Beyond these, points have become sparser or denser than the level was chosen for."""


class Growth(Struct, frozen=True):
    """What is to be written for one series."""

    kind: int
    name: str
    series: SeriesRow | None
    """As it is; None for one that has no chunks yet."""
    extent: Extent
    """As it will be."""
    replaced: ChunkRow | None
    rows: Sequence[tuple[Any, ...]]
    """Of new chunks."""
    spans: Sequence[pyramid.Spans] = ()
    rebuilt: Sequence[int] = ()
    """Axes whose buckets are made anew."""

    def write(self, connection: Connection, run: int) -> None:
        """Write it, in the caller's transaction."""
        if self.series is None:
            number = chunks.create(connection, run, self.kind, self.name, self.extent)
        else:
            number = self.series.number
        if self.replaced is not None:
            chunks.delete(connection, self.replaced)
        chunks.insert(connection, number, self.rows)
        for axis in self.rebuilt:
            pyramid.clear(connection, number, axis)
        levels: list[int | None] = [None, None]
        for spans in self.spans:
            pyramid.write(connection, number, spans)
            levels[spans.axis] = self._level_that_pays(connection, number, spans)
        series = SeriesRow(number, self.name, self.extent, (levels[STEP], levels[TIME]))
        chunks.update(connection, series)

    def _level_that_pays(self, connection: Connection, number: int, spans: pyramid.Spans) -> int:
        """Give up the finest level when its buckets hold hardly a point more than one."""
        count = pyramid.count(connection, number, spans.axis, spans.level)
        if count * _FEWEST_EACH <= self.extent.count:
            return spans.level
        fewer = pyramid.coarser(connection, number, spans.axis, spans.level)
        pyramid.write(connection, number, fewer)
        return fewer.level


def grown(
    connection: Connection, kind: int, name: str, series: SeriesRow | None, points: Points
) -> Growth:
    """Give what is to be written when points are added to a series.

    Args:
        connection: to read what is there.
        kind: of its values.
        name: of the series.
        series: as it is, None where it has no chunks yet.
        points: one at least, in any order.
    """
    points = by_time(points)
    tail = None if series is None else chunks.tail(connection, series.number)
    if tail is not None and tail.extent.count * 2 > chunks.CHUNK_POINTS:
        tail = None
    whole = points
    if tail is not None:
        whole = by_time(joined([chunks.load(connection, tail, kind), points]))
    extent = extent_of(points)
    if series is not None:
        extent = series.extent.joined(extent)
    growth = Growth(kind, name, series, extent, tail, chunks.packed_chunks(whole))
    if kind != NUMBER or extent.count < BUCKETS_FROM:
        return growth
    axes = [_axis(connection, axis, series, extent, points) for axis in (STEP, TIME)]
    return Growth(
        kind,
        name,
        series,
        extent,
        tail,
        growth.rows,
        [spans for spans, _ in axes],
        [spans.axis for spans, is_rebuilt in axes if is_rebuilt],
    )


def _axis(
    connection: Connection, axis: int, series: SeriesRow | None, extent: Extent, new: Points
) -> tuple[pyramid.Spans, bool]:
    """Give the spans of one axis that change, and whether the others go."""
    level = None if series is None else series.levels[axis]
    if level is None or series is None:
        old = [] if series is None else _loaded(connection, series)
        x, y, values = along(joined([*old, new]), axis)
        base = base_level(x, _POINTS_EACH)
        return pyramid.added(connection, 0, axis, base, bucketed(x, y, values, base)), False
    finer = _level_that_suits(connection, axis, series, level, extent)
    if finer is not None:
        buckets = _made_anew(connection, axis, series, new, finer)
        return pyramid.added(connection, 0, axis, finer, buckets), True
    x, y, values = along(new, axis)
    finest = finest_level(x[0], x[-1])
    if finest > level:  # an index that far out is no whole number at this level
        level += (finest - level + 1) // pyramid.LEVEL_STEP * pyramid.LEVEL_STEP
        buckets = _made_anew(connection, axis, series, new, level)
        return pyramid.added(connection, 0, axis, level, buckets), True
    buckets = bucketed(x, y, values, level)
    return pyramid.added(connection, series.number, axis, level, buckets), False


def _level_that_suits(
    connection: Connection, axis: int, series: SeriesRow, level: int, extent: Extent
) -> int | None:
    """Give a finer level where points have become much denser; looked at when they double."""
    if extent.count.bit_length() == series.extent.count.bit_length():
        return None
    count = max(1, pyramid.count(connection, series.number, axis, level))
    if extent.count <= count * _MOST_EACH:
        return None
    finer = level - math.ceil(math.log2(extent.count / count / _POINTS_EACH))
    ends = (
        (extent.first_step, extent.last_step)
        if axis == STEP
        else (extent.first_time, extent.last_time)
    )
    finer = max(finer, finest_level(*ends))
    return finer if finer < level else None


def _made_anew(
    connection: Connection, axis: int, series: SeriesRow, new: Points, level: int
) -> list[Bucket]:
    parts = [bucketed(*along(new, axis), level)]
    parts += [
        bucketed(*along(chunks.load(connection, row), axis), level)
        for row in chunks.listed(connection, series.number)
    ]
    return merged(*parts)


def _loaded(connection: Connection, series: SeriesRow) -> list[Points]:
    rows = chunks.listed(connection, series.number)
    return [chunks.load(connection, row) for row in rows]
