"""The points of series as columns: as they are handed in, and as they are given back."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from operator import itemgetter, lt
from typing import Any

from msgspec import Struct

from modelcompose.errors import UsageError

KINDS = ("number", "text", "histogram")
"""What the values of a series are. A number is a float; a text is UTF-8; a histogram is bytes,
whose form is for those who log and draw it to agree on."""

Values = Sequence[float] | Sequence[bytes]

LARGEST_STEP = 2.0**63
LARGEST_TIME_S = 1e15


class Points(Struct, frozen=True):
    """Points of one series as columns of equal length, in an order that the giver tells."""

    steps: array[float]
    """float64."""
    values: array[float] | list[bytes]
    """float64, NaN and infinities among them; bytes where the series is not of numbers."""
    times: array[float]
    """float64, seconds since the epoch; 0 where the source knew none."""

    def __len__(self) -> int:
        return len(self.steps)

    def part(self, start: int, stop: int) -> Points:
        """Give the points from one position to before another."""
        return Points(self.steps[start:stop], self.values[start:stop], self.times[start:stop])


class Batch(Struct, frozen=True):
    """Points of several series that are appended together, those of one series side by side."""

    names: Sequence[str]
    counts: Sequence[int]
    """How many points each name has."""
    steps: array[float]
    values: array[float] | list[bytes]
    times: array[float]

    def __len__(self) -> int:
        return len(self.steps)


def batch(
    names: Sequence[str], values: Values, steps: Iterable[float], times: Iterable[float]
) -> Batch:
    """Give a batch of points that lie in any order.

    Args:
        names: of which series each point is.
        values: each point's value: floats, or bytes for series that are not of numbers.
        steps: each point's step, as large as ±2⁶³.
        times: each point's time, in seconds since the epoch.

    Raises:
        UsageError: a step or a time is no finite number, or beyond all measure.
    """
    steps, times = array("d", steps), array("d", times)
    _check(steps, LARGEST_STEP, "step")
    _check(times, LARGEST_TIME_S, "time")
    column = _column(values)
    if not names:
        return Batch((), (), steps, column, times)
    places = dict.fromkeys(names)
    if len(places) == 1:
        return Batch((names[0],), (len(names),), steps, column, times)
    if len(places) == len(names):
        return Batch(names, (1,) * len(names), steps, column, times)
    order = sorted(range(len(names)), key=names.__getitem__)
    counts = dict.fromkeys(sorted(places), 0)
    for name in names:
        counts[name] += 1
    pick = itemgetter(*order)
    return Batch(
        tuple(counts),
        tuple(counts.values()),
        array("d", pick(steps)),
        _column(pick(column)),
        array("d", pick(times)),
    )


def one_series(name: str, points: Points) -> Batch:
    """Give a batch of the points of one series."""
    return Batch((name,), (len(points),), points.steps, points.values, points.times)


def joined(parts: Sequence[Points]) -> Points:
    """Give the points of several pieces, one after the other."""
    if len(parts) == 1:
        return parts[0]
    steps, times = array("d"), array("d")
    for part in parts:
        steps += part.steps
        times += part.times
    if parts and isinstance(parts[0].values, list):
        return Points(steps, [value for part in parts for value in part.values], times)
    values = array("d")
    for part in parts:
        values += part.values  # type: ignore[arg-type] # one series is of one kind
    return Points(steps, values, times)


def by_time(points: Points) -> Points:
    """Give points in the order of history: by time, then step, then value."""
    return _in_order(points, points.times, points.steps)


def by_step(points: Points) -> Points:
    """Give points in the order of charts over steps: by step, then time, then value."""
    return _in_order(points, points.steps, points.times)


def rank(value: float | bytes) -> tuple[float, bool] | bytes:
    """Give what values are compared by where step and time are equal: NaN counts as 0."""
    if isinstance(value, bytes):
        return value
    return (0.0, False) if math.isnan(value) else (value, True)


def _in_order(points: Points, first: array[float], second: array[float]) -> Points:
    if _is_rising(first):
        return points
    values = points.values
    if isinstance(values, list) or math.isnan(sum(values)):
        keys: Iterable[Any] = zip(first, second, map(rank, values), strict=True)
    else:
        keys = zip(first, second, values, strict=True)
    ranked = list(keys)
    order = sorted(range(len(ranked)), key=ranked.__getitem__)
    if len(order) < 2:  # noqa: PLR2004 - what needs no order
        return points
    pick = itemgetter(*order)
    return Points(
        array("d", pick(points.steps)), _column(pick(values)), array("d", pick(points.times))
    )


def _is_rising(column: array[float]) -> bool:
    """Tell whether each number is larger than the one before: no tie is to be broken."""
    return all(map(lt, column[:-1], column[1:]))


def _column(values: Values) -> array[float] | list[bytes]:
    if isinstance(values, array):
        return values
    if values and isinstance(values[0], bytes):
        return list(values)  # type: ignore[arg-type] # a batch is of one kind
    return array("d", values)  # type: ignore[arg-type]


def _check(column: array[float], largest: float, name: str) -> None:
    # A sum is NaN or infinite when one of the numbers is; of these magnitudes no other is.
    if not column or (math.isfinite(sum(column)) and max(map(abs, column)) <= largest):
        return
    wrong = next(number for number in column if not abs(number) <= largest)
    raise UsageError(f"{name}: expected a number up to ±{largest:.3g}, found {wrong}")
