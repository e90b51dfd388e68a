"""The buckets of long series, made beforehand: every second level from the finest kept one up.

A row of `series_buckets` is a span: up to 256 buckets of one level that lie side by side. A
chart reads some spans of the level that suits it, however many points there are below.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct

from modelcompose.tracking.series.buckets import Bucket, folded, merged
from modelcompose.tracking.series.log import Connection
from modelcompose.tracking.series.packing import FAST, shuffled, unshuffled

LEVELS = 10
"""How many levels are kept; what is coarser is made of the last one."""
LEVEL_STEP = 2
"""Each kept level has a quarter of the buckets of the one below."""

_SPAN_BITS = 8
SPAN = 1 << _SPAN_BITS
"""How many places a span has."""
_COUNTS, _REALS = 2, 8
"""Columns of a bucket after its index: whole numbers, then float64."""

_READ = """
    SELECT span, data FROM series_buckets
    WHERE series = ? AND axis = ? AND level = ? AND span BETWEEN ? AND ? ORDER BY span
"""
_WRITE = """
    INSERT INTO series_buckets (series, axis, level, span, count, data) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (series, axis, level, span)
    DO UPDATE SET count = excluded.count, data = excluded.data
"""
_EVERYWHERE = (-(2**62), 2**62)


class Spans(Struct, frozen=True):
    """Rows to be written, for one axis of one series."""

    axis: int
    level: int
    """The finest level that is kept from now on; finer ones go."""
    rows: list[tuple[int, int, int, bytes]]
    """Level, span, count of buckets, and the buckets."""


def read(
    connection: Connection,
    series: int,
    axis: int,
    level: int,
    between: tuple[int, int] | None = None,
) -> list[Bucket]:
    """Read buckets of a kept level by index: all, or those between two indices, both included."""
    first, last = _EVERYWHERE if between is None else between
    spans = rows(connection, series, axis, level, (first, last))
    found = [bucket for span, data in spans for bucket in unpacked_span(span, data)]
    return [bucket for bucket in found if first <= bucket.place <= last]


def rows(
    connection: Connection, series: int, axis: int, level: int, between: tuple[int, int]
) -> list[tuple[int, bytes]]:
    """Read the spans of a kept level that hold buckets between two indices, both included."""
    first, last = between
    found: list[tuple[int, bytes]] = connection.execute(
        _READ, (series, axis, level, first >> _SPAN_BITS, last >> _SPAN_BITS)
    ).fetchall()
    return found


def kept_level(base: int, level: int) -> int:
    """Give the coarsest kept level that buckets of a level, no finer than the base, are made of."""
    return base + min((level - base) // LEVEL_STEP, LEVELS - 1) * LEVEL_STEP


def count(connection: Connection, series: int, axis: int, level: int) -> int:
    """Give how many buckets of a kept level a series has."""
    row = connection.execute(
        "SELECT coalesce(sum(count), 0) FROM series_buckets "
        "WHERE series = ? AND axis = ? AND level = ?",
        (series, axis, level),
    ).fetchone()
    return int(row[0])


def added(
    connection: Connection, series: int, axis: int, base: int, buckets: list[Bucket]
) -> Spans:
    """Give the spans that change when buckets of the base level are added, as they will be.

    Args:
        connection: to read what is there.
        series: its number; 0 for one that has no buckets yet.
        axis: over which.
        base: the finest kept level.
        buckets: of the base level, by index.
    """
    rows: list[tuple[int, int, int, bytes]] = []
    for place in range(LEVELS):
        level = base + place * LEVEL_STEP
        if place:
            buckets = folded(buckets, LEVEL_STEP)
        for span, group in _by_span(buckets):
            old = _read_span(connection, series, axis, level, span) if series else []
            new = merged(old, group)
            rows.append((level, span, len(new), packed_span(new)))
    return Spans(axis, base, rows)


def coarser(connection: Connection, series: int, axis: int, base: int) -> Spans:
    """Give the spans that are new when the base level is given up for the next kept one."""
    top = base + (LEVELS - 1) * LEVEL_STEP
    above = folded(read(connection, series, axis, top), LEVEL_STEP)
    rows = [
        (top + LEVEL_STEP, span, len(group), packed_span(group)) for span, group in _by_span(above)
    ]
    return Spans(axis, base + LEVEL_STEP, rows)


def write(connection: Connection, series: int, spans: Spans) -> None:
    """Write spans, and remove the levels that are finer than the kept ones."""
    connection.execute(
        "DELETE FROM series_buckets WHERE series = ? AND axis = ? AND level < ?",
        (series, spans.axis, spans.level),
    )
    connection.executemany(_WRITE, [(series, spans.axis, *row) for row in spans.rows])


def clear(connection: Connection, series: int, axis: int) -> None:
    """Remove all buckets of a series on an axis."""
    connection.execute("DELETE FROM series_buckets WHERE series = ? AND axis = ?", (series, axis))


def packed_span(buckets: list[Bucket]) -> bytes:
    """Give buckets of one span as compressed columns."""
    indices, *columns = zip(*buckets, strict=True)
    places = bytes(index & (SPAN - 1) for index in indices)
    counts = array("I", [cell for column in columns[:_COUNTS] for cell in column])
    reals = array("d", [cell for column in columns[_COUNTS:] for cell in column])
    if sys.byteorder == "big":
        counts.byteswap()
        reals.byteswap()
    data = b"".join(
        (
            places,
            shuffled(counts.tobytes(), counts.itemsize),
            shuffled(reals.tobytes(), reals.itemsize),
        )
    )
    return zlib.compress(data, FAST)


def unpacked_columns(data: bytes) -> tuple[bytes, array[int], bytes]:
    """Give the columns of `packed_span`, those of a kind one after the other.

    Returns:
        places in the span; counts, then known ones; little-endian float64 of what follows.
    """
    raw = zlib.decompress(data)
    size = len(raw) // (1 + _COUNTS * 4 + _REALS * 8)
    end = size * (1 + _COUNTS * 4)
    counts = array("I", unshuffled(raw[size:end], 4))
    if sys.byteorder == "big":
        counts.byteswap()
    return raw[:size], counts, unshuffled(raw[end:], 8)


def unpacked_span(span: int, data: bytes) -> Iterator[Bucket]:
    """Give the buckets of `packed_span`."""
    places, counts, told = unpacked_columns(data)
    size, reals = len(places), array("d", told)
    if sys.byteorder == "big":
        reals.byteswap()
    first = span << _SPAN_BITS
    columns = [
        [first + place for place in places],
        *(counts[place * size : (place + 1) * size] for place in range(_COUNTS)),
        *(reals[place * size : (place + 1) * size] for place in range(_REALS)),
    ]
    return map(Bucket._make, zip(*columns, strict=True))


def _by_span(buckets: Iterable[Bucket]) -> Iterator[tuple[int, list[Bucket]]]:
    for span, group in groupby(buckets, key=lambda bucket: bucket[0] >> _SPAN_BITS):
        yield span, list(group)


def _read_span(
    connection: Connection, series: int, axis: int, level: int, span: int
) -> list[Bucket]:
    return [
        bucket
        for number, data in connection.execute(_READ, (series, axis, level, span, span)).fetchall()
        for bucket in unpacked_span(number, data)
    ]
