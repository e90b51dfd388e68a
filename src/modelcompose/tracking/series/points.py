"""The points of series as columns: as they are handed in, and as they are given back."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from itertools import islice
from operator import le, lt
from typing import Any, cast

from msgspec import Struct

from modelcompose.errors import UsageError

KINDS = ("number", "text", "histogram")
"""What the values of a series are. A number is a float; a text is UTF-8; a histogram is bytes,
whose form is for those who log and draw it to agree on."""

Values = Sequence[float] | Sequence[bytes]

LARGEST_STEP = 2.0**63
LARGEST_TIME_S = 1e16


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

    @staticmethod
    def none(*, is_number: bool = True) -> Points:
        """Give no points."""
        return Points(array("d"), array("d") if is_number else [], array("d"))

    def part(self, start: int, stop: int) -> Points:
        """Give the points from one position to before another."""
        return Points(self.steps[start:stop], self.values[start:stop], self.times[start:stop])

    def pick(self, places: Sequence[int]) -> Points:
        """Give the points at some positions, in their order."""
        steps, times = self.steps, self.times
        values: Any = self.values
        return Points(
            array("d", [steps[place] for place in places]),
            _column([values[i] for i in places], values),
            array("d", [times[place] for place in places]),
        )

    def key(self, place: int) -> tuple[Any, ...]:
        """Give what orders the point at a position in history."""
        return (self.times[place], self.steps[place], rank(self.values[place]))


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
    ordered = Points(steps, column, times).pick(order)
    return Batch(
        tuple(counts), tuple(counts.values()), ordered.steps, ordered.values, ordered.times
    )


def steps_of(steps: Sequence[float]) -> array[float]:
    """Give steps as a column; one that is no number, or beyond all measure, is 0."""
    return array("d", [step if abs(step) <= LARGEST_STEP else 0.0 for step in steps])


def times_of(times: Sequence[float], count: int) -> array[float]:
    """Give times as a column of a length; a time that nobody knows is 0."""
    if len(times) != count:
        return array("d", bytes(8 * count))
    return array("d", [time if abs(time) <= LARGEST_TIME_S else 0.0 for time in times])


def joined(parts: Sequence[Points]) -> Points:
    """Give the points of several pieces, one after the other."""
    if len(parts) == 1:
        return parts[0]
    values: Any
    if parts and isinstance(parts[0].values, list):
        values = [blob for part in parts for blob in cast("list[bytes]", part.values)]
    else:
        values = _one_column(part.values for part in parts)
    steps, times = (part.steps for part in parts), (part.times for part in parts)
    return Points(_one_column(steps), values, _one_column(times))


def _one_column(columns: Iterable[Any]) -> array[float]:
    column = array("d")
    column.frombytes(b"".join(columns))  # at its size at once, and not grown piece by piece
    return column


def by_time(points: Points) -> Points:
    """Give points in the order of history: by time, then step, then value."""
    return _in_order(points, points.times, points.steps)


def by_step(points: Points) -> Points:
    """Give points in the order of charts over steps: by step, then time, then value."""
    return _in_order(points, points.steps, points.times)


def rank(value: float | bytes) -> tuple[float, bool] | bytes:
    """Give what values are compared by where step and time are equal: NaN counts as 0.

    Blobs have an order that says nothing.
    """
    if isinstance(value, bytes):
        from hashlib import blake2b

        return blake2b(value, digest_size=16).digest()
    return (0.0, False) if math.isnan(value) else (value, True)


def _in_order(points: Points, first: array[float], second: array[float]) -> Points:
    if all(map(lt, first, islice(first, 1, None))):
        return points  # most are: there is no tie to be broken
    values = points.values
    if isinstance(values, list) or math.isnan(sum(values)):
        keys: list[Any] = list(zip(first, second, map(rank, values), strict=True))
    else:
        keys = list(zip(first, second, values, strict=True))
    if all(map(le, keys, islice(keys, 1, None))):
        return points
    return points.pick(sorted(range(len(keys)), key=keys.__getitem__))


def _column(values: Any, like: Any = None) -> array[float] | list[bytes]:
    if isinstance(values, array):
        return values
    model = values if like is None else like
    if isinstance(model, array) or not model or not isinstance(model[0], bytes):
        return array("d", values)
    return list(values)


def _check(column: array[float], largest: float, name: str) -> None:
    # A sum is NaN or infinite when one of the numbers is; of these magnitudes no other is.
    if not column or (math.isfinite(sum(column)) and max(map(abs, column)) <= largest):
        return
    wrong = next(number for number in column if not abs(number) <= largest)
    raise UsageError(f"{name}: expected a number up to ±{largest:.3g}, found {wrong}")
