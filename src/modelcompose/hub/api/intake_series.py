"""What grows while a run goes on, as another hub sends it: points, samples, its log, each once."""

from __future__ import annotations

import errno
import fcntl
import math
from array import array
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import StorageFull, StoreError, UsageError
from modelcompose.hub.api.endpoint import Endpoint, Nothing
from modelcompose.hub.api.intake import sent_run_number
from modelcompose.hub.api.logs import log_path
from modelcompose.hub.hub import Hub
from modelcompose.hub.sending.wire import (
    LogPart,
    LogSize,
    PointBatches,
    Position,
    RunId,
    SamplesOf,
    SentPoints,
    SentSamples,
)
from modelcompose.tracking.columns import unpack_samples, unpacked
from modelcompose.tracking.intake import hold_position, keep_samples, move_position
from modelcompose.tracking.series.log import RECORDED, append, forget_recorded
from modelcompose.tracking.series.points import KINDS, Batch, batch

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FLOAT_BYTES = 8


class PointsFor(Struct, frozen=True):
    """Points of a run."""

    run: RunId
    body: PointBatches


class SamplesFor(Struct, frozen=True):
    """Samples of a run."""

    run: RunId
    body: SamplesOf


class LogFor(Struct, frozen=True):
    """A part of a run's log."""

    run: RunId
    body: LogPart


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/{run}/points", _points, PointsFor, Position, method="POST", role="writer"),
        Endpoint(
            "/runs/{run}/resources", _samples, SamplesFor, Nothing, method="POST", role="writer"
        ),
        Endpoint("/runs/{run}/log", _log, LogFor, LogSize, method="PUT", role="writer"),
    ]


def _points(hub: Hub, asked: PointsFor) -> Position:
    """Keep points, each once: what comes again is known by its position."""
    sender = asked.body.sender
    with hub.database.write() as connection:
        number = sent_run_number(connection, asked.run, hub.clock())
        position = hold_position(connection, number, sender)
        for each in asked.body.batches:
            if each.position > position:
                _keep(connection, number, each)
                position = each.position
        if asked.body.batches:
            move_position(connection, number, sender, position)
    return Position(position)


def _keep(connection: Connection, number: int, sent: SentPoints) -> None:
    if sent.kind == "forget":
        forget_recorded(connection, number)
        return
    # The run's summaries are told with the run: they are not made of these again.
    kind = RECORDED if sent.kind == "recorded" else KINDS.index(sent.kind)
    append(connection, number, _batch(sent), kind)


def _batch(sent: SentPoints) -> Batch:
    where = f"batches at position {sent.position}"
    is_number = sent.kind in ("number", "recorded")
    if isinstance(sent.points, list) is is_number:
        raise UsageError(f"{where}: points: expected {'a column' if is_number else 'a list'}")
    steps, times = _column(sent.steps, f"{where}: steps"), _column(sent.times, f"{where}: times")
    values: array[float] | list[bytes]
    if isinstance(sent.points, list):
        values = sent.points
    else:
        values = _column(sent.points, f"{where}: points")
    if not len(steps) == len(times) == len(values) == sum(sent.counts) > 0:
        raise UsageError(f"{where}: columns and counts differ in length, or are empty")
    if len(set(sent.names)) != len(sent.counts) or len(sent.names) != len(sent.counts):
        raise UsageError(f"{where}: expected one count for each name, and each name once")
    batch((), (), steps, times)  # which looks at the numbers
    return Batch(sent.names, sent.counts, steps, values, times)


def _column(data: bytes, where: str) -> array[float]:
    if len(data) % _FLOAT_BYTES:
        raise UsageError(f"{where}: {len(data)} bytes are no whole numbers of 8")
    return unpacked(data)


def _samples(hub: Hub, asked: SamplesFor) -> Nothing:
    """Keep samples of resources; a part that is there already changes nothing."""
    for part in asked.body.parts:
        _check(part)
    rows = [
        (part.part, part.count, msgspec.json.encode(part.fields).decode(), part.columns)
        for part in asked.body.parts
    ]
    with hub.database.write() as connection:
        number = sent_run_number(connection, asked.run, hub.clock())
        keep_samples(connection, number, rows)
    return Nothing()


def _check(part: SentSamples) -> None:
    where = f"parts: {part.part}"
    if "time" not in part.fields or len(set(part.fields)) != len(part.fields):
        raise UsageError(f"{where}: fields: expected time, and each once")
    if len(part.columns) != part.count * len(part.fields) * _FLOAT_BYTES:
        raise UsageError(f"{where}: columns: expected {part.count} numbers for each field")
    if any(math.isinf(cell) for cell in _column(part.columns, where)):
        raise UsageError(f"{where}: columns: a number is infinite")
    for sample in unpack_samples(part.fields, part.count, part.columns):
        if cast("float | None", sample.time) is None:
            raise UsageError(f"{where}: time: a number is missing")


def _log(hub: Hub, asked: LogFor) -> LogSize:
    """Append to a run's log what is not there yet; a gap is not filled, the answer says where."""
    with hub.database.write() as connection:
        sent_run_number(connection, asked.run, hub.clock())
    path = log_path(hub.home, asked.run)
    try:
        return LogSize(_appended(path, asked.body))
    except OSError as error:
        kind = StorageFull if error.errno in _FULL else StoreError
        raise kind(f"{path.name} of run {asked.run}: {error.strerror or error}") from error


def _appended(path: Path, part: LogPart) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as log:
        fcntl.flock(log, fcntl.LOCK_EX)  # closing gives it back
        size = log.seek(0, 2)
        if part.offset <= size:
            log.write(part.data[size - part.offset :])
        log.flush()
        return log.tell()
