"""Tables inside data: how many rows a CSV or Parquet file has, and which columns.

CSV is streamed, of Parquet the footer alone is read: memory stays at a few megabytes.
"""

from __future__ import annotations

import io
from contextlib import closing
from functools import partial
from itertools import chain
from typing import IO, Literal

from msgspec import Struct

FIELD_LENGTH = 1 << 22
"""A longer field is no field: somewhere a quote was opened and never closed."""
LINE_LENGTH = 8 * FIELD_LENGTH
"""What has no line ends is not read as one line."""

_SEPARATORS = ",;\t|"
_SUFFIXES: dict[str, Literal["csv", "parquet", "lines"]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_PACKED = ".gz"
_BLOCK_BYTES = 1 << 20


class Table(Struct, frozen=True):
    """What a table is, without what is in it."""

    rows: int
    columns: dict[str, str]
    """Name to type; CSV says nothing of types."""


class TypeChange(Struct, frozen=True):
    """A column that has another type."""

    name: str
    old: str
    new: str


class TableChange(Struct, frozen=True, omit_defaults=True):
    """How a table differs from another; one of the two may be none."""

    old_rows: int | None = None
    new_rows: int | None = None
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    types_changed: tuple[TypeChange, ...] = ()


def kind_of(name: str) -> str | None:
    """Give what a file is by its name: `csv`, `lines` or `parquet`; None for what is no table."""
    plain = name.lower().removesuffix(_PACKED)
    kind = next((kind for end, kind in _SUFFIXES.items() if plain.endswith(end)), None)
    return None if kind == "parquet" and name.lower().endswith(_PACKED) else kind


def allow_long_fields() -> None:
    """Let `csv` read fields of `FIELD_LENGTH`, for good.

    The limit is one for the whole process: whoever put it back would break a reading in another
    thread.
    """
    import csv

    if csv.field_size_limit() < FIELD_LENGTH:
        csv.field_size_limit(FIELD_LENGTH)


def read_table(name: str, stream: IO[bytes]) -> Table | None:
    """Look at a table; None where the bytes are not what the name says.

    Args:
        name: the file's name, which says what it is.
        stream: its bytes, at their beginning; Parquet's must be able to seek.

    Raises:
        ImportError: it is Parquet, and nothing that reads it is installed.
        OSError: as the system says it; not of Parquet, where it says nothing of the disk.
    """
    import gzip
    import zlib

    kind = kind_of(name)
    if kind == "parquet":
        return _parquet(stream)
    try:
        if name.lower().endswith(_PACKED):
            with gzip.GzipFile(fileobj=stream) as unpacked:
                return _text(kind, name, io.BufferedReader(unpacked))
        return _text(kind, name, stream)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return None


def compare(old: Table | None, new: Table | None) -> TableChange:
    """Give how two tables differ; None stands for one that is not there."""
    before = {} if old is None else old.columns
    after = {} if new is None else new.columns
    is_both = old is not None and new is not None
    return TableChange(
        None if old is None else old.rows,
        None if new is None else new.rows,
        tuple(name for name in after if is_both and name not in before),
        tuple(name for name in before if is_both and name not in after),
        tuple(
            TypeChange(name, before[name], kind)
            for name, kind in after.items()
            if before.get(name, kind) != kind
        ),
    )


def _text(kind: str | None, name: str, stream: IO[bytes]) -> Table | None:
    return _lines(stream) if kind == "lines" else _csv(name, stream)


def _csv(name: str, stream: IO[bytes]) -> Table | None:
    import csv

    is_tabs = ".tsv" in name.lower()
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    allow_long_fields()
    try:
        first = text.readline(LINE_LENGTH)
        separator = "\t" if is_tabs else max(_SEPARATORS, key=first.count)
        lines = iter(partial(text.readline, LINE_LENGTH), "")
        records = csv.reader(chain([first], lines), delimiter=separator)
        header = next((record for record in records if record), [])
        rows = sum(1 for record in records if record)
    except csv.Error:
        return None
    finally:
        text.detach()
    return Table(rows, dict.fromkeys(header, ""))


def _lines(stream: IO[bytes]) -> Table:
    count, is_open = 0, False
    while block := stream.read(_BLOCK_BYTES):
        count += block.count(b"\n")
        is_open = not block.endswith(b"\n")
    return Table(count + is_open, {})


def _parquet(stream: IO[bytes]) -> Table | None:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with closing(ParquetFile(stream)) as file:
            columns = {field.name: str(field.type) for field in file.schema_arrow}
            return Table(file.metadata.num_rows, columns)
    except (ArrowException, OSError):  # a footer that is cut off is an OSError without a number
        return None
