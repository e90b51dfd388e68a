"""Series as a list of points, with every answer worked out from all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from modelcompose.tracking.series.buckets import level_for, places


class Point(NamedTuple):
    """One point of one series."""

    name: str
    step: float
    value: float
    time: float


def shown(value: float | None) -> float | str | None:
    """Give a value that is equal to itself."""
    return "NaN" if value is not None and math.isnan(value) else value


def tie(value: float) -> tuple[float, bool]:
    return (0.0, False) if math.isnan(value) else (value, True)


def history(points: Sequence[Point]) -> list[Any]:
    ordered = sorted(points, key=lambda p: (p.time, p.step, tie(p.value)))
    return [(p.step, shown(p.value), p.time) for p in ordered]


def sample(points: Sequence[Point], limit: int, first: float, last: float) -> list[Any]:
    """As SQL's NTILE does it: the first of each part, and the last point of all."""
    chosen = [p for p in points if first <= p.step <= last]
    ordered = sorted(chosen, key=lambda p: (p.step, p.time, tie(p.value)))
    size, larger = divmod(len(ordered), limit)
    picked = []
    start = 0
    for part in range(min(limit, len(ordered))):
        picked.append(ordered[start])
        start += size + (part < larger)
    if len(ordered) > limit:
        picked[-1] = ordered[-1]
    return [(p.step, shown(p.value), p.time) for p in picked]


class Summary(NamedTuple):
    lasts: set[Any]
    """Those that may be the last: which of equal ones came first is not told by the points."""
    low: float | None
    high: float | None
    points: int
    mean: float | None
    last_step: float
    last_time: float
    known: int


def summary(points: Sequence[Point]) -> Summary:
    def key(point: Point) -> Any:
        return point.step, point.time, tie(point.value)[0]

    best = max(map(key, points))
    known = [p.value for p in points if not math.isnan(p.value)]
    lasts = {shown(p.value) for p in points if key(p) == best}
    low, high = (min(known), max(known)) if known else (None, None)
    return Summary(lasts, low, high, len(points), mean(known), best[0], best[1], len(known))


def mean(values: Sequence[float]) -> float | None:
    """Give the mean; None where it is no number."""
    if not values:
        return None
    told = sum(value / len(values) for value in values)
    return None if math.isnan(told) else told


def is_close(one: float | None, other: float | None, points: Sequence[Point]) -> bool:
    """Tell whether two means are equal but for rounding."""
    if one is None or other is None or math.isinf(one) or math.isinf(other):
        return one == other
    largest = max((abs(p.value) for p in points if math.isfinite(p.value)), default=0.0)
    return abs(one - other) <= max(largest * 1e-12, 1e-280)


def chart(
    points: Sequence[Point], ends: tuple[float, float], width: int, axis: str
) -> tuple[int, list[Any]]:
    """Give how many points there are in the range, and the points or the buckets.

    A bucket's mean stands last, for it is compared with tolerance.
    """

    def key(p: Point) -> Any:
        return (p.step, p.time) if axis == "step" else (p.time, p.step)

    level = level_for(*ends, width)
    first, last = places(ends[0], level), places(ends[1], level)
    chosen = [p for p in points if first <= places(key(p)[0], level) <= last]
    chosen.sort(key=lambda p: (*key(p), tie(p.value)))
    if len(chosen) <= width:
        return len(chosen), [(p.step, shown(p.value), p.time) for p in chosen]
    groups: dict[int, list[Point]] = {}
    for point in chosen:
        groups.setdefault(places(key(point)[0], level), []).append(point)
    rows: list[Any] = []
    for place in sorted(groups):
        some = groups[place]
        known = [p.value for p in some if not math.isnan(p.value)]
        low, high = (min(known), max(known)) if known else ("NaN", "NaN")
        begin, end = some[0], some[-1]
        times = begin.step, end.step, begin.time, end.time
        rows.append((len(some), len(known), low, high, shown(end.value), *times, mean(known)))
    return len(chosen), rows
