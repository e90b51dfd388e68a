"""Series and their chunks: the points that compaction has moved out of the log.

A chunk holds points of one series in the order of history, and its row tells between which
times and steps they are. Chunks may overlap, where points came out of order.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from msgspec import Struct

from modelcompose.tracking.series.log import NUMBER, Connection
from modelcompose.tracking.series.packing import (
    compressed,
    decompressed,
    decompressed_blobs,
    is_even,
    is_rising,
    picked,
)
from modelcompose.tracking.series.points import Points, by_step

CHUNK_POINTS = 4096
"""What a chunk holds at most…"""
CHUNK_BYTES = 2**18
"""…and of blobs, unless one alone is larger."""

_NAMES_ASKED = 500
"""More names than these are chosen from all, for a statement takes only so many values."""

_SERIES = (
    "number, name, count, first_step, last_step, first_time, last_time, step_level, time_level"
)
_CHUNK = "number, count, first_time, last_time, first_step, last_step"
_INSERT_SERIES = """
    INSERT INTO series
        (run, kind, name, count, first_step, last_step, first_time, last_time,
         step_level, time_level)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
"""
_UPDATE_SERIES = """
    UPDATE series SET count = ?, first_step = ?, last_step = ?, first_time = ?, last_time = ?,
        step_level = ?, time_level = ?
    WHERE number = ?
"""
_LOAD = "SELECT times, steps, points FROM series_chunks WHERE number = ?"
_INSERT_CHUNK = """
    INSERT INTO series_chunks
        (series, count, first_time, last_time, first_step, last_step, times, steps, points)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Extent(Struct, frozen=True):
    """How many points there are, and between which steps and times."""

    count: int
    first_step: float
    last_step: float
    first_time: float
    last_time: float

    def joined(self, other: Extent) -> Extent:
        """Give the extent of the points of both."""
        return Extent(
            self.count + other.count,
            min(self.first_step, other.first_step),
            max(self.last_step, other.last_step),
            min(self.first_time, other.first_time),
            max(self.last_time, other.last_time),
        )


class SeriesRow(Struct, frozen=True):
    """A series that has chunks."""

    number: int
    name: str
    extent: Extent
    levels: tuple[int | None, int | None] = (None, None)
    """Of its finest buckets over steps and over time; None where it has none."""


class ChunkRow(Struct, frozen=True):
    """A chunk without its points."""

    number: int
    extent: Extent


def extent_of(points: Points) -> Extent:
    """Give the extent of points, of which there is one at least."""
    steps, times = points.steps, points.times
    return Extent(len(points), min(steps), max(steps), min(times), max(times))


def find(
    connection: Connection, run: int, names: Collection[str] | None = None, kind: int = NUMBER
) -> dict[str, SeriesRow]:
    """Read the series of a run that have chunks, all or those named."""
    asked = () if names is None or len(names) > _NAMES_ASKED else tuple(names)
    wanted = f"AND name IN ({', '.join('?' * len(asked))})" if asked else ""
    rows = connection.execute(
        f"SELECT {_SERIES} FROM series WHERE run = ? AND kind = ? {wanted}",  # noqa: S608
        (run, kind, *asked),
    ).fetchall()
    return {
        row[1]: SeriesRow(row[0], row[1], Extent(*row[2:7]), tuple(row[7:]))
        for row in rows
        if names is None or row[1] in names
    }


def create(connection: Connection, run: int, kind: int, name: str, extent: Extent) -> int:
    """Begin a series; give its number."""
    values = (run, kind, name, *_cells(extent), None, None)
    number: int = connection.execute(_INSERT_SERIES, values).fetchone()[0]
    return number


def update(connection: Connection, series: SeriesRow) -> None:
    """Record a series' extent and levels anew."""
    connection.execute(_UPDATE_SERIES, (*_cells(series.extent), *series.levels, series.number))


def listed(
    connection: Connection, series: int, condition: str = "", values: Iterable[float] = ()
) -> list[ChunkRow]:
    """Read which chunks a series has, in the order of their first time and step.

    Args:
        connection: to read with.
        series: its number.
        condition: on the columns of their extent, beginning with AND.
        values: of the condition's placeholders.
    """
    rows = connection.execute(
        f"SELECT {_CHUNK} FROM series_chunks WHERE series = ? {condition} "  # noqa: S608
        "ORDER BY first_time, first_step, number",
        (series, *values),
    ).fetchall()
    return [
        ChunkRow(number, Extent(count, first_step, last_step, first_time, last_time))
        for number, count, first_time, last_time, first_step, last_step in rows
    ]


def tail(connection: Connection, series: int) -> ChunkRow | None:
    """Read which chunk of a series was written last."""
    row = connection.execute(
        f"SELECT {_CHUNK} FROM series_chunks WHERE series = ? "  # noqa: S608
        "ORDER BY number DESC LIMIT 1",
        (series,),
    ).fetchone()
    if row is None:
        return None
    number, count, first_time, last_time, first_step, last_step = row
    return ChunkRow(number, Extent(count, first_step, last_step, first_time, last_time))


def load(connection: Connection, chunk: ChunkRow, kind: int = NUMBER) -> Points:
    """Read the points of a chunk, in the order of history."""
    times, steps, points = connection.execute(_LOAD, (chunk.number,)).fetchone()
    values: Any = decompressed(points) if kind == NUMBER else decompressed_blobs(points)
    return Points(decompressed(steps), values, decompressed(times))


@lru_cache(maxsize=256)
def _even(data: bytes) -> array[float]:
    """Give the numbers of an even column, not to be changed: many runs have the same steps."""
    return decompressed(data)


def rising(
    connection: Connection, series: int, axis: str, ends: tuple[float, float]
) -> tuple[array[float], array[float]] | None:
    """Read places and values of the chunks in a range, where each place is beyond the last.

    Args:
        connection: to read with.
        series: its number.
        axis: `step` or `time`.
        ends: where the range begins and ends; the chunks may reach beyond.

    Returns:
        None where the places do not rise: their order is then that of both axes.
    """
    rows = connection.execute(
        f"SELECT {axis}s, points FROM series_chunks "  # noqa: S608
        f"WHERE series = ? AND last_{axis} >= ? AND first_{axis} <= ? ORDER BY first_{axis}",
        (series, *ends),
    ).fetchall()
    x, values = array("d"), array("d")
    for places, points in rows:
        told = _even(places) if is_even(places) else decompressed(places)
        if (x and told[0] <= x[-1]) or not is_rising(places, told):
            return None
        x += told
        values += decompressed(points)
    return x, values


def pick(connection: Connection, chunk: ChunkRow, places: Sequence[int]) -> Points:
    """Read the points of a chunk of numbers at some places in the order of steps."""
    blobs: tuple[bytes, bytes, bytes] = connection.execute(_LOAD, (chunk.number,)).fetchone()
    if is_rising(blobs[1]):  # then the order of history is that of steps
        times, steps, values = (array("d", picked(blob, places)) for blob in blobs)
        return Points(steps, values, times)
    times, steps, values = map(decompressed, blobs)
    return by_step(Points(steps, values, times)).pick(places)


def packed_chunks(points: Points) -> list[tuple[Any, ...]]:
    """Give the rows of chunks of points that are in the order of history, without the series."""
    rows = []
    for start, stop in pairwise(_cuts(points)):
        part = points.part(start, stop)
        extent = extent_of(part)
        columns = (compressed(part.times), compressed(part.steps), compressed(part.values))
        times = (extent.first_time, extent.last_time)
        rows.append((extent.count, *times, extent.first_step, extent.last_step, *columns))
    return rows


def _cuts(points: Points) -> list[int]:
    """Give where points are cut into chunks, of which one is never large for its blobs."""
    if not isinstance(points.values, list):
        return [*range(0, len(points), CHUNK_POINTS), len(points)]
    cuts, size_bytes = [0], 0
    for place, blob in enumerate(points.values):
        if place > cuts[-1] and (
            place - cuts[-1] >= CHUNK_POINTS or size_bytes + len(blob) > CHUNK_BYTES
        ):
            cuts.append(place)
            size_bytes = 0
        size_bytes += len(blob)
    return [*cuts, len(points)]


def insert(connection: Connection, series: int, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write the rows of `packed_chunks`."""
    connection.executemany(_INSERT_CHUNK, [(series, *row) for row in rows])


def delete(connection: Connection, chunk: ChunkRow) -> None:
    """Delete a chunk with its points."""
    connection.execute("DELETE FROM series_chunks WHERE number = ?", (chunk.number,))


def _cells(extent: Extent) -> tuple[int | float, ...]:
    return (
        extent.count,
        extent.first_step,
        extent.last_step,
        extent.first_time,
        extent.last_time,
    )
