"""Lines of a log in which a text or a pattern is found, block by block."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from msgspec import Struct

from modelcompose.tracking.query.regex import compiled

_BLOCK_BYTES = 1 << 20
LONGEST_TEXT_BYTES = 10_000
SEARCHED_BYTES = 256 * 1024 * 1024
"""Read at most for one answer."""
MATCHED_BYTES = 8 * 1024 * 1024
"""The same for regular expressions, which take longer."""

Finder = Callable[[bytes], Iterator[int]]
"""Gives where lines begin in which it is found, within whole lines, in order."""


class FoundLine(Struct, frozen=True):
    """A line that was found."""

    offset: int
    text: str
    lines_before: int
    """How many lines there are between where the search began and this one."""


class Found(Struct, frozen=True):
    """Lines that were found."""

    lines: list[FoundLine]
    next_offset: int | None
    """Where to go on; None when all was searched."""


def finder(text: str, *, is_regex: bool) -> Finder:
    """Give what finds lines.

    Args:
        text: what to look for; case does not count.
        is_regex: whether it is a regular expression instead, in which case counts.

    Raises:
        ValueError: the expression is wrong; says why.
    """
    if is_regex:
        pattern = compiled(text)
        return lambda data: _each_line(data, pattern.is_found_in)
    if text.isascii():
        wanted = re.compile(re.escape(text.encode()), re.IGNORECASE)
        return lambda data: _line_begins(data, wanted)
    small = text.lower()
    return lambda data: _each_line(data, lambda line: small in line.lower())


def search_log(log: BinaryIO, find: Finder, offset: int, limit: int, most_bytes: int) -> Found:
    """Look for lines from a byte on, so many at most, in so many bytes at most."""
    found: list[FoundLine] = []
    passed = 0
    at = offset
    log.seek(offset)
    while at - offset <= most_bytes:
        data = _whole_lines(log)
        if not data:
            return Found(found, None)
        counted = 0
        for begin in find(data):
            if len(found) == limit:
                return Found(found, at + begin)
            passed += data.count(b"\n", counted, begin)
            counted = begin
            end = data.find(b"\n", begin)
            line = data[begin : len(data) if end < 0 else end][:LONGEST_TEXT_BYTES]
            text = line.decode(errors="replace").rstrip("\r")
            found.append(FoundLine(at + begin, text, passed))
        passed += data.count(b"\n", counted)
        at += len(data)
    return Found(found, at)


def _whole_lines(log: BinaryIO) -> bytes:
    data = log.read(_BLOCK_BYTES)
    return data if len(data) < _BLOCK_BYTES else data + log.readline(_BLOCK_BYTES)


def _line_begins(data: bytes, wanted: re.Pattern[bytes]) -> Iterator[int]:
    at = 0
    while (match := wanted.search(data, at)) is not None:
        yield data.rfind(b"\n", 0, match.start()) + 1
        end = data.find(b"\n", match.end())
        if end < 0:
            return
        at = end + 1


def _each_line(data: bytes, is_found_in: Callable[[str], bool]) -> Iterator[int]:
    begin = 0
    for line in data.split(b"\n"):
        if line and is_found_in(line[:LONGEST_TEXT_BYTES].decode(errors="replace").rstrip("\r")):
            yield begin
        begin += len(line) + 1
