"""Points as they were logged: the history of series, by pages, and samples of it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.tracking.series import chunks, log
from modelcompose.tracking.series.chunks import Extent, extent_of
from modelcompose.tracking.series.log import NUMBER, Connection
from modelcompose.tracking.series.points import Points, by_step, by_time, joined

_Key = tuple[Any, ...]
_MOST_TOGETHER = 64
"""Chunks that are held in memory at once: a quarter of a million points."""


class Page(Struct, frozen=True):
    """Points of one series in the order of history: by time, then step, then value."""

    points: Points
    after: str | None
    """What to ask for the points after these; None where these are the last."""


class _After(Struct, array_like=True):
    """The last point of a page, and how many like it the pages so far have had."""

    time: float
    step: float
    value: tuple[float, bool] | bytes
    count: int

    @property
    def key(self) -> _Key:
        return (self.time, self.step, self.value)


_decode = msgspec.msgpack.Decoder(_After).decode


class Piece(Struct, frozen=True):
    """Points that are side by side in the database: a chunk, or what the log has."""

    extent: Extent
    load: Callable[[], Points]
    pick: Callable[[Sequence[int]], Points]
    """Gives the points at some places in the order of steps."""

    @property
    def begin(self) -> _Key:
        """Give a time and step that none of its points is before."""
        return (self.extent.first_time, self.extent.first_step)

    @property
    def end(self) -> _Key:
        """Give a time and step that none of its points is after."""
        return (self.extent.last_time, self.extent.last_step)


def all_points(
    connection: Connection, run: int, names: Collection[str] | None = None, kind: int = NUMBER
) -> dict[str, Points]:
    """Give all points of a run's series by name, in the order of history."""
    logged = log_points(connection, run, names, kind)
    series = chunks.find(connection, run, names, kind)
    found = {}
    for name in sorted({*logged, *series}):
        parts = [logged[name]] if name in logged else []
        if name in series:
            rows = chunks.listed(connection, series[name].number)
            parts[:0] = [chunks.load(connection, row, kind) for row in rows]
        found[name] = by_time(joined(parts))
    return found


def log_points(
    connection: Connection, run: int, names: Collection[str] | None, kind: int = NUMBER
) -> dict[str, Points]:
    """Give the points that are still in the log by series, in the order they came."""
    parts: dict[str, list[Points]] = {}
    for row in log.read(connection, run, kind):
        for name, points in log.points(row, names).items():
            parts.setdefault(name, []).append(points)
    return {name: joined(some) for name, some in parts.items()}


def page(  # noqa: PLR0913, PLR0917 - a series, and what of it
    connection: Connection,
    run: int,
    name: str,
    after: str | None,
    limit: int,
    kind: int = NUMBER,
) -> Page:
    """Give the next points of a series.

    Raises:
        UsageError: `after` is nothing that a page has given.
    """
    position = None if after is None else _position(after)
    seen = 0 if position is None else position.count
    wanted = seen + limit + 1  # one more, to know whether there is one
    parts: list[Points] = []
    for piece in _pieces_after(connection, run, name, position, kind):
        if sum(_count_before(part, piece.begin) for part in parts) >= wanted:
            break  # what is left comes after enough of these
        parts.append(_rest(by_time(piece.load()), position))
    points = by_time(joined(parts)) if parts else Points.none(is_number=kind == NUMBER)
    given = points.part(seen, seen + limit)
    return Page(given, _token(given, position) if len(points) >= wanted else None)


def sample(  # noqa: PLR0913, PLR0917 - a series, a number and a range
    connection: Connection,
    run: int,
    name: str,
    limit: int,
    first_step: float | None = None,
    last_step: float | None = None,
) -> Points:
    """Give points of a series by step, evenly chosen by their number, the first and last too.

    Exactly those that MLflow gives, unless a very long series came in no order of steps: its
    points are then counted in each piece of it, for all together would be held at once.

    Source: MLflow's store, `_sample_rows_with_window_functions`: the first of each of `limit`
    parts of equal size, and the last point in place of the last of them.
    """
    first = float("-inf") if first_step is None else first_step
    last = float("inf") if last_step is None else last_step
    groups = [
        _Group(pieces, first, last) for pieces in _overlapping(_pieces(connection, run, name))
    ]
    groups = [group for group in groups if group.touches]
    ends = list(accumulate(group.count for group in groups))
    if not ends or not ends[-1]:
        return Points.none()
    chosen: dict[int, list[int]] = {}
    for place in _even_places(ends[-1], limit):
        index = bisect_left(ends, place + 1)
        chosen.setdefault(index, []).append(place - ends[index] + groups[index].count)
    return by_step(joined([groups[index].pick(places) for index, places in chosen.items()]))


class _Group:
    """Pieces whose ranges of steps overlap, as one."""

    def __init__(self, pieces: Sequence[Piece], first: float, last: float) -> None:
        self._pieces = pieces
        self._first, self._last = first, last
        low, high = pieces[0].extent.first_step, pieces[0].extent.last_step
        for piece in pieces[1:]:
            low, high = min(low, piece.extent.first_step), max(high, piece.extent.last_step)
        self.touches = low <= last and high >= first
        self._is_whole = first <= low and high <= last
        self._points: Points | None = None

    @property
    def count(self) -> int:
        if self._is_whole:
            return sum(piece.extent.count for piece in self._pieces)
        return len(self.points)

    def pick(self, places: Sequence[int]) -> Points:
        """Give points by their places in the order of steps."""
        (piece, *others) = self._pieces
        if self._is_whole and self._points is None and not others:
            return piece.pick(places)
        return self.points.pick(places)

    @property
    def points(self) -> Points:
        if self._points is None:
            points = by_step(joined([piece.load() for piece in self._pieces]))
            start = bisect_left(points.steps, self._first)
            stop = len(points)
            while stop > start and points.steps[stop - 1] > self._last:
                stop -= 1
            self._points = points.part(start, stop)
        return self._points


def _even_places(count: int, limit: int) -> list[int]:
    if count <= limit:
        return list(range(count))
    size, larger = divmod(count, limit)
    places = [place * size + min(place, larger) for place in range(limit)]
    places[-1] = count - 1
    return places


def _overlapping(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Give pieces in the order of steps, those together that are not one after the other."""
    group: list[Piece] = []
    end: _Key = ()
    for piece in sorted(pieces, key=lambda one: (one.extent.first_step, one.extent.first_time)):
        if group and (piece.extent.first_step, piece.extent.first_time) > end:
            yield from _held_together(group)
            group = []
        end = max(end, _last(piece))
        group.append(piece)
    if group:
        yield from _held_together(group)


def _held_together(group: list[Piece]) -> Iterator[list[Piece]]:
    """Give a group; one that is too large piece by piece, that with the last point last."""
    if len(group) <= _MOST_TOGETHER:
        yield group
        return
    last = max(group, key=_last)
    yield from ([piece] for piece in group if piece is not last)
    yield [last]


def _last(piece: Piece) -> _Key:
    return (piece.extent.last_step, piece.extent.last_time)


def _pieces(
    connection: Connection, run: int, name: str, since: float | None = None, kind: int = NUMBER
) -> list[Piece]:
    """Give what a series consists of, without what ended before a time."""
    pieces = []
    logged = log_points(connection, run, (name,), kind).get(name)
    if logged is not None:
        pieces.append(
            Piece(extent_of(logged), lambda: logged, lambda places: by_step(logged).pick(places))
        )
    series = chunks.find(connection, run, (name,), kind).get(name)
    if series is not None:
        condition, values = ("", ()) if since is None else ("AND last_time >= ?", (since,))
        rows = chunks.listed(connection, series.number, condition, values)
        pieces += [
            Piece(
                row.extent,
                partial(chunks.load, connection, row, kind),
                partial(chunks.pick, connection, row),
            )
            for row in rows
        ]
    return pieces


def _pieces_after(
    connection: Connection, run: int, name: str, after: _After | None, kind: int
) -> list[Piece]:
    pieces = _pieces(connection, run, name, None if after is None else after.time, kind)
    pieces.sort(key=lambda piece: piece.begin)
    if after is None:
        return pieces
    return [piece for piece in pieces if piece.end >= (after.time, after.step)]


def _rest(points: Points, after: _After | None) -> Points:
    """Give what comes after a position, of points in the order of history."""
    if after is None:
        return points
    start = bisect_left(range(len(points)), after.key, key=points.key)
    return points.part(start, len(points))


def _count_before(points: Points, key: _Key) -> int:
    return bisect_left(
        range(len(points)), key, key=lambda place: (points.times[place], points.steps[place])
    )


def _token(points: Points, before: _After | None) -> str:
    last = points.key(len(points) - 1)
    count = len(points) - bisect_left(range(len(points)), last, key=points.key)
    if count == len(points) and before is not None and before.key == last:
        count += before.count
    time, step, value = last
    data = msgspec.msgpack.encode(_After(time, step, value, count))
    return urlsafe_b64encode(data).decode()


def _position(token: str) -> _After:
    try:
        return _decode(urlsafe_b64decode(token))
    except (ValueError, msgspec.MsgspecError) as error:
        raise UsageError(f"after: expected what a page has given, found {token!r}") from error
