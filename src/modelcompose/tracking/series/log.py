"""The log of batches: where points are the moment they are acknowledged.

A batch is one row. Compaction folds many small rows into one compressed row, and moves the
points of long series on into chunks; a row is never changed.

The connections here are `database.Connection`s or those of `sqlite3`: only what both have is
used, for the pipeline writes on the latter.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
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

NUMBER, TEXT, HISTOGRAM, RECORDED = range(4)
"""Kinds of values, as the tables name them: places in `points.KINDS`. Those recorded are numbers
too; they were read from outside the run, and may be read anew as long as it is running."""

FOLD_POINTS = 256
"""What is less than this in one row is not worth compressing."""

_INSERT = "INSERT INTO series_log (run, kind, folded, count, data) VALUES (?, ?, ?, ?, ?)"
_LIST = """
    SELECT number, kind, folded, count, length(data) FROM series_log
    WHERE run = ? ORDER BY number
"""
_READ = """
    SELECT number, kind, folded, count, data FROM series_log
    WHERE run = ? AND kind IN (?, ?) ORDER BY number
"""
_LOAD = """
    SELECT number, kind, folded, count, data FROM series_log
    WHERE run = ? AND number BETWEEN ? AND ? ORDER BY number
"""
_POINT_BYTES = 24


class Connection(Protocol):
    """A transaction in progress, as `sqlite3` and `database.Connection` both have it."""

    @property
    def execute(self) -> Callable[..., Any]:
        """Run a statement."""

    @property
    def executemany(self) -> Callable[..., Any]:
        """Run a statement once for each row of values."""


class Listed(Struct, frozen=True):
    """A row of the log without its points."""

    number: int
    kind: int
    is_folded: bool
    count: int
    size_bytes: int

    @property
    def weight(self) -> int:
        """Give how many points it counts for: blobs may be larger than numbers."""
        return max(self.count, self.size_bytes // _POINT_BYTES)


class _Row(Struct, array_like=True):
    names: list[str]
    counts: list[int]
    steps: memoryview
    """Of the row's bytes, as the other columns are: nothing is copied twice."""
    points: memoryview | list[bytes]
    times: memoryview


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


def read(connection: Connection, run: int, kind: int) -> Iterator[Logged]:
    """Read the rows of a run with points of a kind, the oldest first, one at a time."""
    second = RECORDED if kind == NUMBER else kind
    rows = connection.execute(_READ, (run, kind, second))
    while (row := rows.fetchone()) is not None:
        number, kind, folded, count, data = row
        yield Logged(number, kind, bool(folded), count, data)


def load(connection: Connection, run: int, rows: Sequence[Listed]) -> list[Logged]:
    """Read rows that are known, the oldest first."""
    numbers = {row.number for row in rows}
    if not numbers:
        return []
    between = (run, min(numbers), max(numbers))
    found = _logged(connection.execute(_LOAD, between).fetchall())
    return [row for row in found if row.number in numbers]


def _logged(rows: Iterable[tuple[Any, ...]]) -> list[Logged]:
    return [
        Logged(number, kind, bool(folded), count, data)
        for number, kind, folded, count, data in rows
    ]


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
    elif row.kind in {NUMBER, RECORDED}:
        values = number(content.points)
    else:
        values = decompressed_blobs(content.points)
    return Points(number(content.steps), values, number(content.times))


def listed(connection: Connection, run: int) -> list[Listed]:
    """Read which rows a run has, the oldest first."""
    found = connection.execute(_LIST, (run,)).fetchall()
    return [
        Listed(number, kind, bool(folded), count, size)
        for number, kind, folded, count, size in found
    ]


def appended(connection: Connection, after: int) -> tuple[int, set[int]]:
    """Give what was appended since a row of the log.

    Args:
        connection: to read with.
        after: the number of that row; 0 for all rows, where runs of little are left out.

    Returns:
        the number of the last row, and the runs whose points have come.
    """
    # The sign keeps SQLite from walking through all runs in their order, for a few new rows.
    rows = connection.execute(
        "SELECT +run, max(number), count(*), sum(count) FROM series_log "
        "WHERE number > ? AND folded = 0 GROUP BY +run",
        (after,),
    ).fetchall()
    runs = {run for run, _, count, points in rows if after or count > 1 or points >= FOLD_POINTS}
    return max((row[1] for row in rows), default=after), runs


def delete(connection: Connection, rows: Sequence[Listed]) -> int:
    """Delete rows; give how many of them were still there."""
    delete_one = "DELETE FROM series_log WHERE number = ?"
    return sum(connection.execute(delete_one, (row.number,)).rowcount for row in rows)


def forget_recorded(connection: Connection, run: int) -> None:
    """Delete what was recorded of a run that is running."""
    connection.execute("DELETE FROM series_log WHERE run = ? AND kind = ?", (run, RECORDED))
    # Whoever it is sent to is told to forget it too.
    connection.execute("DELETE FROM outbox_points WHERE run = ? AND kind = ?", (run, RECORDED))
    connection.execute(
        "INSERT INTO outbox_points (run, kind) SELECT run, ? FROM outbox_runs WHERE run = ?",
        (RECORDED, run),
    )
