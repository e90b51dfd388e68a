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
from modelcompose.hub.previews.log_lines import line_index
from modelcompose.hub.previews.log_search import (
    MATCHED_BYTES,
    SEARCHED_BYTES,
    finder,
    search_log,
)

_BLOCK_BYTES = 1 << 20
_LINES_BYTES = 4 * 1024 * 1024

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


class Numbered(Struct, frozen=True):
    """Lines of a log by their numbers."""

    run: str
    first: Annotated[int, Meta(ge=0, le=2**53)] = 0
    """The number of the first line, from 0."""
    count: Annotated[int, Meta(ge=1, le=5000)] = 500


class LogLines(Struct, frozen=True):
    """Lines of a log."""

    first: int
    lines: list[str]
    """Without their ends; a very long one is cut and ends with `…`."""
    total: int
    """How many lines there are now, with one that has no end yet."""
    size_bytes: int


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
    line: int
    """Its number, from 0."""


class Matches(Struct, frozen=True):
    """Lines that were found."""

    matches: list[Match]
    next_offset: int | None
    """Where to go on; null when all was searched."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/{run}/log", _read, Reading, Log),
        Endpoint("/runs/{run}/log/lines", _lines, Numbered, LogLines),
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


def _lines(hub: Hub, asked: Numbered) -> LogLines:
    """Read lines of what a run printed by their numbers, quickly at any place."""
    with _opened(hub, asked.run) as log:
        size = log.seek(0, 2)
        index = line_index(str(log_path(hub.home, asked.run)))
        index.grow(log, size)
        total = index.count(log, size)
        first = min(asked.first, total)
        lines = index.read(log, first, asked.count, size, _LINES_BYTES)
    return LogLines(first, lines, total, size)


def _search(hub: Hub, asked: Searching) -> Matches:
    """Look for lines in what a run printed."""
    try:
        find = finder(asked.text, is_regex=asked.is_regex)
    except ValueError as error:
        raise UsageError(f"text: the regular expression {asked.text!r}: {error}") from None
    with _opened(hub, asked.run) as log:
        size = log.seek(0, 2)
        offset = min(asked.offset, size)
        index = line_index(str(log_path(hub.home, asked.run)))
        index.grow(log, size)
        before = index.number_at(log, offset)
        most_bytes = MATCHED_BYTES if asked.is_regex else SEARCHED_BYTES
        found = search_log(log, find, offset, asked.limit, most_bytes)
    matches = [Match(one.offset, one.text, before + one.lines_before) for one in found.lines]
    return Matches(matches, found.next_offset)


def _opened(hub: Hub, run_id: str) -> BinaryIO:
    with hub.database.read() as connection:
        run_number(connection, run_id)
    try:
        return log_path(hub.home, run_id).open("rb")
    except FileNotFoundError:
        return BytesIO()  # nothing was printed yet, or it was printed elsewhere
