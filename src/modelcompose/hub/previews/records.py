"""Records of a file read one after the other: CSV, TSV, JSON lines.

Where every thousandth record begins is kept once it was passed, so that a far page of a large
file is read once from the beginning and then at once.
"""

from __future__ import annotations

import csv
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import islice
from threading import Lock
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.protocol import Reading
from modelcompose.hub.previews.cells import MOST_COLUMNS, TablePart, cell, columns_of
from modelcompose.hub.previews.lines import Lines

_EACH = 1000
_KEPT_FILES = 64
_LOOKED_AT = 100
_LOOKED_BYTES = 8 * 1024 * 1024
LONGEST_RECORD = 8 * 1024 * 1024
"""Where quotes go on over the lines, a record could be as long as the file."""
SCANNED_BYTES = 64 * 1024 * 1024
"""Read at most for one answer on the way to a page."""
COUNTED_BYTES = 32 * 1024 * 1024
"""Rows of a file up to this size are counted."""

Read = Callable[[Lines], Iterator[list[Any]]]
"""Gives the records from a place on."""


class _Marks:
    """Where records of one file begin."""

    def __init__(self, begin: int) -> None:
        self.places = [begin]
        self.count: int | None = None
        self.seen = 0
        self.lock = Lock()


class _Shape(Struct, frozen=True):
    names: list[str]
    read: Read
    begin: int
    """Where the first record begins."""


_known: OrderedDict[tuple[str, str], _Marks] = OrderedDict()
_known_lock = Lock()


def csv_table(
    reading: Reading, key: str, delimiter: str | None, page: tuple[int, int]
) -> TablePart:
    """Read rows of a file of separated values, whose first record has the columns' names.

    Args:
        reading: the file.
        key: tells this file from all others.
        delimiter: what separates values; by default what the first line has most of.
        page: the first row's number, and how many.

    Raises:
        UsageError: it is no such file.
    """
    between = delimiter or _delimiter(next(iter(Lines(reading)), ""))

    def read(lines: Lines) -> Iterator[list[Any]]:
        return _separated(lines, between)

    with _readable("CSV"):
        lines = Lines(reading)
        names = next(read(lines), [])
        return _page(reading, key, _Shape(names, read, lines.at), page)


def json_lines_table(reading: Reading, key: str, page: tuple[int, int]) -> TablePart:
    """Read rows of a file with one JSON value a line; raises as `csv_table`."""
    with _readable("JSON lines"):
        first = list(_first(reading))
        names = list(dict.fromkeys(name for one in first if isinstance(one, dict) for name in one))
        if any(not isinstance(one, dict) for one in first):
            names = ["value"]

        def read(lines: Lines) -> Iterator[list[Any]]:
            for value in _values(lines):
                known = value if isinstance(value, dict) else {"value": value}
                yield [known.get(name) for name in names[:MOST_COLUMNS]]

        return _page(reading, key, _Shape(names, read, 0), page)


def _separated(lines: Lines, delimiter: str) -> Iterator[list[Any]]:
    begin = lines.at

    def checked() -> Iterator[str]:
        for line in lines:
            if lines.at - begin > LONGEST_RECORD:
                raise csv.Error(f"a record is longer than {LONGEST_RECORD} bytes")
            yield line

    for row in csv.reader(checked(), delimiter=delimiter):
        yield row
        begin = lines.at


def _first(reading: Reading) -> Iterator[Any]:
    """Give the values that tell which names there are."""
    lines = Lines(reading)
    for value in islice(_values(lines), _LOOKED_AT):
        if value is not None:
            yield value
        if lines.at > _LOOKED_BYTES:
            return


def _values(lines: Lines) -> Iterator[Any]:
    for line in lines:
        if line.strip():
            yield msgspec.json.decode(line)


def _page(reading: Reading, key: str, shape: _Shape, page: tuple[int, int]) -> TablePart:
    marks = _marks(f"{key} {shape.begin}", reading.tag)
    with marks.lock:
        if not marks.seen:
            marks.places = [shape.begin]
        rows = _rows(reading, shape, marks, page)
        if marks.count is None and reading.size_bytes <= COUNTED_BYTES:
            _rows(reading, shape, marks, (1 << 62, 0))
        seen, count = marks.seen, marks.count
    begin = Lines(reading, shape.begin)
    others = (row[:MOST_COLUMNS] for row in islice(shape.read(begin), _LOOKED_AT))
    looked_at = rows if page[0] == 0 else list(others)
    columns = columns_of(shape.names[:MOST_COLUMNS], looked_at[:_LOOKED_AT])
    cells = [[cell(value) for value in row] for row in rows]
    return TablePart(columns, cells, page[0], seen, count, len(shape.names))


def _rows(reading: Reading, shape: _Shape, marks: _Marks, page: tuple[int, int]) -> list[list[Any]]:
    """Read a page; what is passed on the way is marked."""
    first, many = page
    mark = min(first // _EACH, len(marks.places) - 1)
    number = mark * _EACH
    lines = Lines(reading, marks.places[mark])
    until = lines.at + SCANNED_BYTES
    found: list[list[Any]] = []
    for row in shape.read(lines):
        if first <= number < first + many:
            found.append(row[:MOST_COLUMNS])
        number += 1
        if number == len(marks.places) * _EACH:
            marks.places.append(lines.at)
        marks.seen = max(marks.seen, number)
        if number >= first + many or lines.at > until:
            return found
    marks.count = number
    return found


def _marks(key: str, tag: str) -> _Marks:
    with _known_lock:
        marks = _known.setdefault((key, tag), _Marks(0))
        _known.move_to_end((key, tag))
        while len(_known) > _KEPT_FILES:
            _known.popitem(last=False)
    return marks


def _delimiter(line: str) -> str:
    return max(",;\t|", key=line.count)


class _readable:  # noqa: N801 - read as a word: with _readable("CSV")
    """Turn what is wrong with a file into words."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, csv.Error | msgspec.DecodeError | UnicodeDecodeError | RecursionError):
            raise UsageError(
                f"the file cannot be read as {self._word}: {error}",
                hint="look at it as text, or download it",
            ) from error
