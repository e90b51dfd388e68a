"""The log of batches: where points are the moment they are acknowledged.

A batch is one row. Compaction folds many small rows into one compressed row, and moves the
points of long series on into chunks; a row is never changed.

The connections here are `database.Connection`s or those of `sqlite3`: only what both have is
used, for the pipeline writes on the latter.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from modelcompose.tracking.series.packing import (
    compressed,
    decompressed,
    decompressed_blobs,
    packed,
    unpacked,
)
from modelcompose.tracking.series.points import Batch, Points

NUMBER, TEXT, HISTOGRAM = range(3)
"""Kinds of values, as the tables name them: places in `points.KINDS`."""

_INSERT = "INSERT INTO series_log (run, kind, folded, count, data) VALUES (?, ?, ?, ?, ?)"
_READ = """
    SELECT number, kind, folded, count, data FROM series_log
    WHERE run = ? ORDER BY number LIMIT ?
"""
_READ_KIND = """
    SELECT number, kind, folded, count, data FROM series_log
    WHERE run = ? AND kind = ? ORDER BY number
"""


class Cursor(Protocol):
    """What a statement gave."""

    def fetchone(self) -> Any:
        """Give the next row."""

    def fetchall(self) -> list[Any]:
        """Give the rows that are left."""


class Connection(Protocol):
    """A transaction in progress, as `sqlite3` and `database.Connection` both have it."""

    @property
    def execute(self) -> Any:
        """Run a statement, giving a `Cursor`."""

    @property
    def executemany(self) -> Any:
        """Run a statement for each row of values."""


class _Row(Struct, array_like=True):
    names: list[str]
    counts: list[int]
    steps: bytes
    points: bytes | list[bytes]
    times: bytes


class Logged(Struct, frozen=True):
    """A row of the log."""

    number: int
    kind: int
    is_folded: bool
    count: int
    data: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Row).decode


def append(connection: Connection, run: int, batch: Batch, kind: int = NUMBER) -> None:
    """Append a batch as one row, in the caller's transaction."""
    values = batch.values
    row = (
        batch.names,
        batch.counts,
        packed(batch.steps),
        values if isinstance(values, list) else packed(values),
        packed(batch.times),
    )
    connection.execute(_INSERT, (run, kind, 0, len(batch), _encode(row)))


def append_folded(connection: Connection, run: int, batch: Batch, kind: int) -> None:
    """Append a batch as one compressed row."""
    columns = [compressed(column) for column in (batch.steps, batch.values, batch.times)]
    data = _encode((batch.names, batch.counts, *columns))
    connection.execute(_INSERT, (run, kind, 1, len(batch), data))


def read(
    connection: Connection, run: int, *, kind: int | None = None, limit: int = 2**62
) -> list[Logged]:
    """Read the rows of a run, the oldest first: all, those of one kind, or so many."""
    found = (
        connection.execute(_READ, (run, limit))
        if kind is None
        else connection.execute(_READ_KIND, (run, kind))
    )
    return [Logged(*row[:2], bool(row[2]), *row[3:]) for row in found.fetchall()]


def names(row: Logged) -> list[str]:
    """Give which series have points in a row."""
    return _decode(row.data).names


def points(row: Logged, wanted: Iterable[str] | None = None) -> dict[str, Points]:
    """Give the points of a row by series, of all or of those that are wanted."""
    content = _decode(row.data)
    chosen = None if wanted is None else frozenset(wanted)
    if chosen is not None and chosen.isdisjoint(content.names):
        return {}
    columns = _columns(row, content)
    if len(content.names) == 1:
        return {content.names[0]: columns}
    found: dict[str, Points] = {}
    start = 0
    for name, count in zip(content.names, content.counts, strict=True):
        if chosen is None or name in chosen:
            found[name] = columns.part(start, start + count)
        start += count
    return found


def _columns(row: Logged, content: _Row) -> Points:
    number = decompressed if row.is_folded else unpacked
    values: array[float] | list[bytes]
    if isinstance(content.points, list):
        values = content.points
    elif row.kind == NUMBER:
        values = number(content.points)
    else:
        values = decompressed_blobs(content.points)
    return Points(number(content.steps), values, number(content.times))


def delete(connection: Connection, rows: Sequence[Logged]) -> int:
    """Delete rows; give how many of them were still there."""
    gone = 0
    for row in rows:
        gone += connection.execute(
            "DELETE FROM series_log WHERE number = ?", (row.number,)
        ).rowcount
    return gone
