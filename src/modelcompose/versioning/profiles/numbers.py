"""What numbers in a column are like: their spread, and a small histogram. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

BINS = 24
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Histogram(Struct, frozen=True):
    """How many values lie between edges; there is one edge more than counts."""

    edges: list[float]
    counts: list[int]


class Spread(Struct, frozen=True):
    """How numbers are spread."""

    min: float
    max: float
    mean: float
    deviation: float
    """Of the sample; 0 for a single number."""
    quantiles: list[float]
    """At 5, 25, 50, 75 and 95 percent."""
    histogram: Histogram


def spread(values: Sequence[float]) -> Spread | None:
    """Describe numbers; what is not finite does not count. None where nothing is left."""
    kept = sorted(value for value in values if math.isfinite(value))
    if not kept:
        return None
    mean = math.fsum(kept) / len(kept)
    squares = math.fsum((value - mean) ** 2 for value in kept)
    deviation = math.sqrt(squares / (len(kept) - 1)) if len(kept) > 1 else 0.0
    return Spread(
        kept[0],
        kept[-1],
        mean,
        deviation,
        [_quantile(kept, share) for share in QUANTILES],
        histogram(kept),
    )


def histogram(values: Sequence[float], bins: int = BINS) -> Histogram:
    """Count sorted, finite numbers between equal steps; whole numbers get whole steps."""
    low, high = values[0], values[-1]
    if low == high:
        return Histogram([low, high], [len(values)])
    span = high - low
    if not math.isfinite(span):  # the largest numbers of both signs
        return Histogram([low, high], [len(values)])
    if span < bins and all(value == math.floor(value) for value in values):
        count, begin, width = int(span) + 1, low - 0.5, 1.0
    else:
        count, begin, width = bins, low, span / bins
    counts = [0] * count
    for value in values:
        counts[min(int((value - begin) / width), count - 1)] += 1
    edges = [begin + width * i for i in range(count)]
    return Histogram([*edges, begin + width * count], counts)


def _quantile(values: Sequence[float], share: float) -> float:
    place = share * (len(values) - 1)
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    part = place - below
    return values[below] * (1 - part) + values[above] * part
