"""Series of many runs as one binary answer, ready for the typed arrays of a browser."""

from __future__ import annotations

import math
from struct import pack
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.series import Range, checked_range, numbered_runs
from modelcompose.hub.hub import Hub
from modelcompose.tracking.series import bytecolumns
from modelcompose.tracking.series.columns import Columns

ALIGNMENT = 8
"""Columns begin at multiples of it, as typed arrays must."""


class WantedColumns(Range, frozen=True, kw_only=True):
    """Which series, and what of them."""

    level: Annotated[int, Meta(ge=-30, le=64)] | None = None
    """Of the buckets, each 2^level wide; what is given is at most one level finer, or as fine as
    it is kept. By default what the width gives."""
    points: Annotated[int, Meta(ge=2, le=10_000)] | None = None
    """How many points of a series come one by one where no buckets are kept: up to four times
    the width, for a client that makes buckets itself. By default the width."""
    other: bool = False
    """Whether to tell the places on the other axis too: times for steps, steps for times."""


class ColumnsOf(Struct, frozen=True):
    """One series in the header."""

    run: str
    name: str
    kind: Literal["points", "buckets"]
    level: int
    """A bucket is 2^level wide."""
    count: int
    """How many points there are from `start` to before `end`."""
    size: int
    """The length of each column."""
    at: list[int]
    """Where each of its columns begins, in bytes after the header; columns that are the same are
    there once."""
    start: float | None
    """From here to before `end` the answer has everything; null where nothing comes before."""
    end: float | None
    first: float
    """Where the whole series begins on the axis."""
    last: float
    """Where it ends: ask from here on for what has come since."""
    total: int
    """How many points the whole series has."""


class ColumnsHeader(Struct, frozen=True):
    """What the answer begins with, as JSON."""

    axis: str
    points: tuple[str, ...]
    """The columns of a series of points; all are little-endian float64."""
    buckets: tuple[str, ...]
    """The columns of a series of buckets."""
    series: list[ColumnsOf]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    media = "application/octet-stream"
    return [Endpoint("/series/columns", _columns, WantedColumns, bytes, media=media)]


def _columns(hub: Hub, asked: WantedColumns) -> bytes:
    """Give series of many runs as columns: the header's length, header, then float64."""
    checked_range(asked)
    numbers = numbered_runs(hub, asked.run)
    found = hub.series.columns(
        list(numbers),
        list(dict.fromkeys(asked.name)),
        start=asked.start,
        end=asked.end,
        width=asked.width,
        points=asked.points,
        axis=asked.axis,
        level=asked.level,
        has_other=asked.other,
    )
    series, places, at = [], dict[bytes, int](), 0
    for one in found:
        for column in one.data:
            if column not in places:
                places[column] = at
                at += len(column)
        series.append(_told(one, numbers[one.run], [places[column] for column in one.data]))
    names = [bytecolumns.names(kind, has_other=asked.other) for kind in ("points", "buckets")]
    header = msgspec.json.encode(ColumnsHeader(asked.axis, names[0], names[1], series))
    header += b" " * (-(len(header) + 4) % ALIGNMENT)
    return b"".join([pack("<I", len(header)), header, *places])


def _told(one: Columns, run: str, at: list[int]) -> ColumnsOf:
    start, end = (limit if math.isfinite(limit) else None for limit in (one.start, one.end))
    return ColumnsOf(
        run,
        one.name,
        one.kind,
        one.level,
        one.count,
        one.size,
        at,
        start,
        end,
        one.first,
        one.last,
        one.total,
    )
