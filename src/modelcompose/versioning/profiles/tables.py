"""Profiles of tables: their columns, of so many rows as can be read at once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, Any

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.errors import UsageError
from modelcompose.versioning.profiles.columns import ColumnGatherer, ColumnProfile
from modelcompose.versioning.tables import FIELD_LENGTH, allow_long_fields

MOST_ROWS = 100_000
MOST_CELLS = 2_000_000
"""So many values are looked at, however wide a table is."""
MOST_COLUMNS = 500
MOST_CHARACTERS = 64 << 20
"""So much of a text is read, however long its lines are."""
LONGEST_RECORD = 2 * FIELD_LENGTH
"""Where quotes go on over the lines, a record could be as long as the file."""

_AT_ONCE = 1_000
_SEPARATORS = ",;\t|"


class TableProfile(Struct, frozen=True):
    """What a table holds, as far as it was read."""

    rows: int
    """So many were read, from the beginning."""
    is_whole: bool
    """Whether that is all of them."""
    total_rows: int | None
    """How many there are; null where counting them takes reading them."""
    columns: list[ColumnProfile]
    columns_count: int
    """How many columns there are; those beyond the first are left out."""


def csv_profile(lines: Iterable[str], separator: str | None = None) -> TableProfile:
    """Look at separated values, whose first record has the columns' names.

    Args:
        lines: of the file, each with its end.
        separator: what separates values; by default what the first line has most of.

    Raises:
        UsageError: it is no such file.
    """
    text = _Text(lines)
    waiting = iter(text)
    first = next((line for line in waiting if line.strip()), "")
    chosen = separator or max(_SEPARATORS, key=first.count)
    allow_long_fields()
    try:
        records = text.records(chain([first], waiting), chosen)
        names = next(records, [])
        rows = (row[:MOST_COLUMNS] for row in records if row)
        return text.told(_gathered(names, [""] * len(names), rows))
    except csv.Error as error:
        raise UsageError(f"the file cannot be read as a table: {error}") from error


def lines_profile(lines: Iterable[str]) -> TableProfile:
    """Look at JSON lines, an object each.

    Raises:
        UsageError: it is no such file.
    """
    import msgspec

    text = _Text(lines)
    try:
        records = (msgspec.json.decode(line.encode()) for line in text if line.strip())
        objects = [one for one in islice(records, MOST_ROWS + 1) if isinstance(one, dict)]
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"the file cannot be read as JSON lines: {error}") from error
    names = list(dict.fromkeys(key for one in objects for key in one))
    rows = ([one.get(name) for name in names[:MOST_COLUMNS]] for one in objects)
    return text.told(_gathered(names, [""] * len(names), rows))


def parquet_profile(stream: IO[bytes]) -> TableProfile:
    """Look at a Parquet file, by its groups of rows.

    Raises:
        UsageError: it cannot be read, or nothing that reads it is installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError(
            "Parquet files cannot be read here: pyarrow is not installed",
            hint="install it where the hub runs: pip install 'docker-ml[parquet]'",
        ) from None
    try:
        file = pq.ParquetFile(pa.PythonFile(stream, mode="r"), pre_buffer=False)
        fields = list(file.schema_arrow)[:MOST_COLUMNS]
        names = [field.name for field in fields]
        batches = file.iter_batches(batch_size=_AT_ONCE, columns=names) if names else []
        rows = (row for batch in batches for row in _rows(batch))
        found = _gathered(names, [str(field.type) for field in fields], rows)
        total, many = file.metadata.num_rows, len(file.schema_arrow)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise UsageError(f"the file cannot be read as Parquet: {reason}") from error
    return TableProfile(found.rows, found.rows == total, total, found.columns, many)


def _rows(batch: Any) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


class _Text:
    """Lines of a text of any length, as far as they are read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self._is_cut = False
        self._record = 0

    def __iter__(self) -> Iterator[str]:
        left = MOST_CHARACTERS
        for line in self._lines:
            if left <= 0:
                self._is_cut = True
                return
            left -= len(line)
            self._record += len(line)
            yield line

    def records(self, lines: Iterable[str], separator: str) -> Iterator[list[str]]:
        """Give the records of separated values."""
        for row in csv.reader(self._checked(lines), delimiter=separator):
            self._record = 0
            yield row

    def told(self, found: TableProfile) -> TableProfile:
        """Give a profile of what was read that says whether there is more."""
        return replace(found, is_whole=False, total_rows=None) if self._is_cut else found

    def _checked(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            if self._record > LONGEST_RECORD:
                raise csv.Error(f"a record is longer than {LONGEST_RECORD} characters")
            yield line


def _gathered(
    names: Sequence[str], declared: Sequence[str], rows: Iterator[Sequence[Any]]
) -> TableProfile:
    kept = min(len(names), MOST_COLUMNS)
    gatherers = [ColumnGatherer(names[place], declared[place]) for place in range(kept)]
    most = min(MOST_ROWS, MOST_CELLS // max(kept, 1))
    count = 0
    while count < most:
        part = list(islice(rows, min(_AT_ONCE, most - count)))
        if not part:
            break
        count += len(part)
        for place, gatherer in enumerate(gatherers):
            gatherer.add(row[place] if place < len(row) else None for row in part)
    is_whole = count < most or next(rows, None) is None
    columns = [gatherer.profile() for gatherer in gatherers]
    return TableProfile(count, is_whole, count if is_whole else None, columns, len(names))
