"""Buckets: what is told of the points that lie side by side on an axis.

A bucket of level `l` and index `i` holds the points from `i·2ˡ` to before `(i+1)·2ˡ`. Since the
grid is the same for all, a bucket of one level is exactly those of a finer level together, and
what a chart shows does not depend on how its points came to be stored.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from modelcompose.tracking.series.points import Points, by_step, by_time, rank
from modelcompose.tracking.series.summaries import mean_of

STEP, TIME = range(2)
"""The axes, as the tables name them."""

FINEST_LEVEL = -30
"""A bucket is never narrower than 2⁻³⁰."""
_EXACT_BITS = 52
"""Of a number: an index is a whole number, and so is the next one."""


class Bucket(NamedTuple):
    """Points that lie side by side; `x` is where they are on the axis, `y` on the other one."""

    place: int
    """Its index."""
    points: int
    known: int
    """How many of the values are not NaN; of these alone are the next three."""
    low: float
    high: float
    mean: float
    last: float
    """The value of the point that is last by x, then y, then value, where NaN counts as 0."""
    first_x: float
    """Of the point that is first by x, then y."""
    first_y: float
    last_x: float
    last_y: float


def along(points: Points, axis: int) -> tuple[array[float], array[float], array[float]]:
    """Give points in their order along an axis, as columns x, y and values."""
    ordered = by_step(points) if axis == STEP else by_time(points)
    values: Any = ordered.values
    if axis == STEP:
        return ordered.steps, ordered.times, values
    return ordered.times, ordered.steps, values


def bucketed(x: array[float], y: array[float], values: array[float], level: int) -> list[Bucket]:
    """Give the buckets of points that are in their order along the axis."""
    width = 2.0**level
    found = []
    start, end = 0, len(x)
    while start < end:
        index = places(x[start], level)
        stop = bisect_left(x, (index + 1) * width, start + 1)
        part = values[start:stop].tolist()  # so that each becomes an object once
        place = stop - 1
        ends = (x[start], y[start], x[place], y[place])
        found.append(Bucket(index, stop - start, *_told(part), part[-1], *ends))
        start = stop
    return found


def folded(buckets: Iterable[Bucket], levels: int = 0) -> list[Bucket]:
    """Give buckets so many levels up; they come by index, and may come in parts."""
    found: list[Bucket] = []
    current: Bucket | None = None
    current_index = 0
    for bucket in buckets:
        index = bucket[0] >> levels
        if current is None:
            current, current_index = bucket, index
        elif index == current_index:
            current = _merged(current, bucket)
        else:
            found.append(Bucket(current_index, *current[1:]))
            current, current_index = bucket, index
    if current is not None:
        found.append(Bucket(current_index, *current[1:]))
    return found


def merged(*parts: list[Bucket]) -> list[Bucket]:
    """Give the buckets of several sets of points as those of all, by index."""
    filled = [part for part in parts if part]
    if len(filled) < 2:  # noqa: PLR2004 - nothing to merge
        return filled[0] if filled else []
    return folded(sorted(chain.from_iterable(filled), key=_index))


def level_for(start: float, end: float, width: int) -> int:
    """Give the finest level of which so many buckets cover a range; there are two at least."""
    finest = finest_level(start, end)
    span = (end - start) / width
    level = max(finest, math.frexp(span)[1] - 2) if span > 0 else finest
    while places(end, level) - places(start, level) >= max(width, 2):
        level += 1
    return level


def finest_level(start: float, end: float) -> int:
    """Give the finest level that numbers of a range can be told apart at."""
    return max(FINEST_LEVEL, math.frexp(max(abs(start), abs(end)))[1] - _EXACT_BITS)


def places(x: float, level: int) -> int:
    """Give the index of the bucket that holds a point."""
    index = math.floor(x / 2.0**level)
    return -1 if index == 0 and x < 0 else index  # a quotient that underflows is no longer below 0


def base_level(x: array[float], points_each: int) -> int:
    """Give the finest level whose buckets hold so many points on average.

    Args:
        x: places on the axis, in order, one at least.
        points_each: how many points a bucket shall have.
    """
    most = max(1, len(x) // points_each)
    low = finest_level(x[0], x[-1])
    high = max(low, math.frexp(x[-1] - x[0])[1] + 1)
    while low < high:
        middle = (low + high) // 2
        if _is_more(x, middle, most):
            low = middle + 1
        else:
            high = middle
    return low


def _is_more(x: array[float], level: int, most: int) -> bool:
    """Tell whether points fill more than so many buckets."""
    width = 2.0**level
    start, end = 0, len(x)
    for _ in range(most):
        if start >= end:
            return False
        start = bisect_left(x, (places(x[start], level) + 1) * width, start + 1)
    return start < end


def _told(values: list[float]) -> tuple[int, float, float, float]:
    """Give how many are not NaN, and of these the smallest, the largest and the mean."""
    total = sum(values)
    if math.isfinite(total):
        return len(values), min(values), max(values), total / len(values)
    known = [value for value in values if value == value]  # noqa: PLR0124 - not NaN
    if not known:
        return 0, math.nan, math.nan, math.nan
    return len(known), min(known), max(known), mean_of(known)


def _merged(a: Bucket, b: Bucket) -> Bucket:
    _, count_a, known_a, low_a, high_a, mean_a, last_a, *ends_a = a
    _, count_b, known_b, low_b, high_b, mean_b, last_b, *ends_b = b
    known = known_a + known_b
    if not known_b:
        low, high, mean = low_a, high_a, mean_a
    elif not known_a:
        low, high, mean = low_b, high_b, mean_b
    else:
        low = min(low_a, low_b)
        high = max(high_a, high_b)
        mean = mean_a * (known_a / known) + mean_b * (known_b / known)
    first_a, end_a = (ends_a[0], ends_a[1]), (ends_a[2], ends_a[3])
    first_b, end_b = (ends_b[0], ends_b[1]), (ends_b[2], ends_b[3])
    first = min(first_a, first_b)
    if end_a == end_b:
        last = max(last_a, last_b, key=rank)
        end = end_a
    else:
        last, end = (last_a, end_a) if end_a > end_b else (last_b, end_b)
    return Bucket(a[0], count_a + count_b, known, low, high, mean, last, *first, *end)


def _index(bucket: Bucket) -> int:
    return bucket[0]
