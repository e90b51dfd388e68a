"""What runs printed: the end of it, any part, and what it is searched for."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Annotated, BinaryIO

from msgspec import Meta, Struct

from modelcompose.errors import UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import run_number
from modelcompose.hub.hub import Hub
from modelcompose.tracking.query.regex import compiled

_BLOCK_BYTES = 1 << 20
_LINE_BYTES = 10_000
_SEARCHED_BYTES = 256 * 1024 * 1024

_Offset = Annotated[int, Meta(ge=0, le=2**62)]


class Reading(Struct, frozen=True):
    """A part of a log."""

    run: str
    tail: Annotated[int, Meta(ge=1, le=10_000)] = 500
    """So many lines of the end, unless `offset` says where to begin."""
    offset: _Offset | None = None
    """Bytes from the beginning; `end` of what was read before gives what came since."""
    limit: Annotated[int, Meta(ge=1, le=4 * 1024 * 1024)] = 1024 * 1024
    """Bytes at most."""


class Searching(Struct, frozen=True):
    """What to look for in a log."""

    run: str
    text: Annotated[str, Meta(min_length=1, max_length=500)]
    is_regex: bool = False
    """Whether the text is a regular expression; else case does not count."""
    offset: _Offset = 0
    """Bytes from the beginning, where to begin."""
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 200
    """Lines at most."""


class Log(Struct, frozen=True):
    """A part of a log."""

    text: str
    """UTF-8; what is none stands as �."""
    begin: int
    """Where it begins and ends, in bytes from the beginning."""
    end: int
    size_bytes: int
    """How long all of it is now; 0 where nothing was printed."""


class Match(Struct, frozen=True):
    """A line that was found."""

    offset: int
    """Where it begins, in bytes from the beginning."""
    text: str


class Matches(Struct, frozen=True):
    """Lines that were found."""

    matches: list[Match]
    next_offset: int | None
    """Where to go on; null when all was searched."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/{run}/log", _read, Reading, Log),
        Endpoint("/runs/{run}/log/search", _search, Searching, Matches),
    ]


def log_path(home: Path, run_id: str) -> Path:
    """Give where a run's log is kept, as `tracking.runs.Runs.log_path` has it."""
    return home / "runs" / run_id[:2] / run_id / "output.log"


def _read(hub: Hub, asked: Reading) -> Log:
    """Read what a run printed: its end, or a part."""
    with _opened(hub, asked.run) as log:
        size = log.seek(0, 2)
        begin = _tail_begin(log, size, asked) if asked.offset is None else asked.offset
        begin = min(begin, size)
        log.seek(begin)
        data = log.read(asked.limit)
    whole = data if begin + len(data) >= size else data[: data.rfind(b"\n") + 1] or data
    return Log(whole.decode(errors="replace"), begin, begin + len(whole), size)


def _tail_begin(log: BinaryIO, size: int, asked: Reading) -> int:
    """Find where the last lines begin, from the end backwards."""
    wanted, at, seen = asked.tail, size, b""
    while at > 0 and size - at < asked.limit:
        step = min(_BLOCK_BYTES, at, asked.limit - (size - at))
        at -= step
        log.seek(at)
        seen = log.read(step) + seen
        if seen.rstrip(b"\n").count(b"\n") >= wanted:
            break
    lines = seen.rstrip(b"\n")
    place = len(lines)
    for _ in range(wanted):
        place = lines.rfind(b"\n", 0, place)
        if place < 0:
            # A line that is cut at its beginning is left out.
            return at if at == 0 else at + seen.find(b"\n") + 1
    return at + place + 1


def _search(hub: Hub, asked: Searching) -> Matches:
    """Look for lines in what a run printed."""
    try:
        pattern = compiled(asked.text) if asked.is_regex else None
    except ValueError as error:
        raise UsageError(f"text: the regular expression {asked.text!r}: {error}") from None
    wanted = asked.text.lower()
    found: list[Match] = []
    with _opened(hub, asked.run) as log:
        log.seek(asked.offset)
        offset = asked.offset
        while data := log.readline(_LINE_BYTES):
            if offset - asked.offset > _SEARCHED_BYTES or len(found) == asked.limit:
                return Matches(found, offset)
            text = data.decode(errors="replace").rstrip("\r\n")
            if pattern.is_found_in(text) if pattern else wanted in text.lower():
                found.append(Match(offset, text))
            offset += len(data)
    return Matches(found, None)


def _opened(hub: Hub, run_id: str) -> BinaryIO:
    with hub.database.read() as connection:
        run_number(connection, run_id)
    try:
        return log_path(hub.home, run_id).open("rb")
    except FileNotFoundError:
        return BytesIO()  # nothing was printed yet, or it was printed elsewhere
