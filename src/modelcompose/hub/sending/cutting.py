"""Points as they lie in the outbox, cut into what one call of the hub takes.

Each piece has a position of its own: the number of its row, and its place in that. A row that
was sent in part is sent again from its beginning, and the hub knows what it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from modelcompose.hub.sending.outbox import Points
from modelcompose.hub.sending.wire import SentPoints
from modelcompose.tracking.series.log import HISTOGRAM, NUMBER, RECORDED, TEXT

CALL_BYTES = 1 << 19
"""Never to be changed: a row that was sent in part is cut again in the same places."""
PIECES = 1 << 20
"""So many pieces a row has at most."""

_KINDS: Mapping[int, Literal["number", "text", "histogram", "recorded"]] = {
    NUMBER: "number",
    TEXT: "text",
    HISTOGRAM: "histogram",
    RECORDED: "recorded",
}
_FLOAT_BYTES = 8
_POINT_BYTES = 3 * _FLOAT_BYTES


class _Row(msgspec.Struct, array_like=True):
    names: list[str]
    counts: list[int]
    steps: bytes
    points: bytes | list[bytes]
    times: bytes


_decode = msgspec.msgpack.Decoder(_Row).decode


def told_points(rows: Sequence[Points]) -> Iterator[list[SentPoints]]:
    """Give the batches of one call after the other, in the order of the rows."""
    call: list[SentPoints] = []
    size = 0
    for row in rows:
        for piece in _pieces(row):
            if call and size + _size(piece) > CALL_BYTES:
                yield call
                call, size = [], 0
            call.append(piece)
            size += _size(piece)
    if call:
        yield call


def _pieces(row: Points) -> Iterator[SentPoints]:
    first = row.number * PIECES
    if row.data is None:
        yield SentPoints(first, "forget")
        return
    kind, batch = _KINDS[row.kind], _decode(row.data)
    if len(row.data) <= CALL_BYTES:
        columns = (batch.steps, batch.points, batch.times)
        yield SentPoints(first, kind, batch.names, batch.counts, *columns)
        return
    place, at = 0, 0
    for name, count in zip(batch.names, batch.counts, strict=True):
        stop = at + count
        while at < stop:
            end = min(stop, at + _fitting(batch.points, at))
            steps, times = _floats(batch.steps, at, end), _floats(batch.times, at, end)
            columns = (steps, _values(batch.points, at, end), times)
            yield SentPoints(first + place, kind, [name], [end - at], *columns)
            at, place = end, place + 1


def _fitting(points: bytes | list[bytes], at: int) -> int:
    """Give how many points one call takes, at least one."""
    if not isinstance(points, list):
        return CALL_BYTES // _POINT_BYTES
    size = count = 0
    for blob in points[at:]:
        size += len(blob) + _POINT_BYTES
        if size > CALL_BYTES:
            break
        count += 1
    return max(count, 1)


def _floats(column: bytes, start: int, stop: int) -> bytes:
    return column[start * _FLOAT_BYTES : stop * _FLOAT_BYTES]


def _values(points: Any, start: int, stop: int) -> Any:
    return points[start:stop] if isinstance(points, list) else _floats(points, start, stop)


def _size(piece: SentPoints) -> int:
    points = piece.points
    values = sum(map(len, points)) if isinstance(points, list) else len(points)
    names = sum(map(len, piece.names)) + _FLOAT_BYTES * len(piece.names)
    return len(piece.steps) + values + len(piece.times) + names
