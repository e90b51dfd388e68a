"""Tables in files: which reader a file wants, and those that are read as a whole or by groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.protocol import Reading
from modelcompose.hub.previews.cells import (
    MOST_COLUMNS,
    CellType,
    TableColumn,
    TablePart,
    cell,
    columns_of,
)
from modelcompose.hub.previews.kinds import ending
from modelcompose.hub.previews.lines import Stream
from modelcompose.hub.previews.records import csv_table, json_lines_table

LARGEST_JSON_BYTES = 32 * 1024 * 1024
_LOOKED_AT = 100


def read_table(reading: Reading, name: str, key: str, page: tuple[int, int]) -> TablePart:
    """Read rows of the table in a file.

    Args:
        reading: the file.
        name: what it is called; its ending says what it is.
        key: tells this file from all others.
        page: the first row's number, and how many.

    Raises:
        UsageError: there is no table in it, or none that can be read here.
    """
    end = ending(name)
    if end in (".csv", ".tsv", ".tab"):
        return csv_table(reading, key, None if end == ".csv" else "\t", page)
    if end in (".jsonl", ".ndjson"):
        return json_lines_table(reading, key, page)
    if end in (".parquet", ".pq"):
        return _parquet_table(reading, name, page)
    if end == ".json":
        return _json_table(reading, name, page)
    raise UsageError(
        f"{name}: no table: its ending is {end or 'none'}",
        hint="tables are .csv, .tsv, .jsonl, .parquet, and .json as mlflow.log_table writes it",
    )


def _json_table(reading: Reading, name: str, page: tuple[int, int]) -> TablePart:
    if reading.size_bytes > LARGEST_JSON_BYTES:
        raise UsageError(f"{name}: {reading.size_bytes} bytes of JSON are too many for a table")
    try:
        value = msgspec.json.decode(b"".join(reading.chunks(0, reading.size_bytes)))
        names, rows, cells = _table_in(value, name)
        first, many = page
        shown = [[cell(one) for one in cells(row)] for row in rows[first : first + many]]
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"{name}: the file cannot be read as JSON: {error}") from error
    columns = columns_of(names[:MOST_COLUMNS], [cells(row) for row in rows[:_LOOKED_AT]])
    return TablePart(columns, shown, first, len(rows), len(rows), len(names))


def _table_in(value: Any, name: str) -> tuple[list[str], list[Any], Callable[[Any], list[Any]]]:
    """Give the names of columns, the rows as they are, and what gives the cells of one.

    Rows that have each a name of their own would else be their number's square of cells.
    """
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        columns, rows = value.get("columns"), value["data"]
        if isinstance(columns, list) and all(isinstance(row, list) for row in rows):
            return [str(column) for column in columns], rows, lambda row: row[:MOST_COLUMNS]
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        names = list(dict.fromkeys(key for row in value for key in row))
        shown = names[:MOST_COLUMNS]
        return names, value, lambda row: [row.get(key) for key in shown]
    raise UsageError(f"{name}: this JSON is no table", hint="look at it as JSON")


def _parquet_table(reading: Reading, name: str, page: tuple[int, int]) -> TablePart:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError(
            f"{name}: Parquet files cannot be read here: pyarrow is not installed",
            hint="install it where the hub runs: pip install 'docker-ml[parquet]'",
        ) from None
    first, many = page
    try:
        file = pq.ParquetFile(pa.PythonFile(Stream(reading), mode="r"), pre_buffer=False)
        schema = file.schema_arrow
        names = list(schema.names)
        columns = [
            TableColumn(field.name, _arrow_type(field.type))
            for field in list(schema)[:MOST_COLUMNS]
        ]
        rows = _parquet_rows(file, names[:MOST_COLUMNS], first, many)
        return TablePart(
            columns, rows, first, file.metadata.num_rows, file.metadata.num_rows, len(names)
        )
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise UsageError(f"{name}: the file cannot be read as Parquet: {reason}") from error


def _parquet_rows(file: Any, names: list[str], first: int, many: int) -> list[list[Any]]:
    """Read rows out of their groups alone, some thousand at once."""
    groups: list[int] = []
    before = begin = 0
    for group in range(file.metadata.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        if before + count > first and before < first + many:
            if not groups:
                begin = before
            groups.append(group)
        before += count
    rows: list[list[Any]] = []
    if not groups or not names:
        return rows
    skipped = first - begin
    for batch in file.iter_batches(batch_size=1024, row_groups=groups, columns=names):
        if skipped < batch.num_rows:
            part = batch.slice(skipped, many - len(rows))
            values = [[cell(one.as_py()) for one in column] for column in part.columns]
            rows += [list(row) for row in zip(*values, strict=True)]
        skipped = max(0, skipped - batch.num_rows)
        if len(rows) >= many:
            break
    return rows


def _arrow_type(kind: Any) -> CellType:
    from pyarrow import types

    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind):
        return "integer"
    if types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    is_text = types.is_string(kind) or types.is_large_string(kind)
    return "text" if is_text or types.is_dictionary(kind) else "other"
