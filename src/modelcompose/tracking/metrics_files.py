"""Metrics as steps write them to files: JSON and YAML for values, CSV, TSV, JSONL for series."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from modelcompose.errors import ProjectError, StepError
from modelcompose.tracking.log_metrics import STEP_NAMES
from modelcompose.tracking.run import Series

_TIME_NAMES = ("time", "timestamp")

Row = tuple[int, dict[str, float]]
"""The number of a line, counted from 1, and the numbers on it by name."""


def read_metrics(path: Path) -> tuple[dict[str, float], list[Series]]:
    """Read a metrics file, by the ending of its name.

    In JSON and YAML, nested keys are joined with dots, booleans count as 0 and 1, and what is
    no number is left out. In CSV, TSV and JSONL each column of numbers is a series; its steps
    are the column `step`, `epoch` or `iteration`, else the row's number from 0, and its times
    the column `time` or `timestamp`.

    Returns:
        The last value of every metric by name, and the series.

    Raises:
        StepError: the file is missing, or is not what its ending says; names file and line.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise StepError(
            f"{path}: metrics cannot be read from this kind of file",
            hint=f"write one of these kinds: {', '.join(_READERS)}",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StepError(f"{path}: metrics cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise StepError(f"{path}: expected text in UTF-8 ({error.reason})") from error
    return reader(path, text)


def flattened(document: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Give the numbers of a nested mapping, by keys joined with dots."""
    for key, value in document.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flattened(value, f"{name}.")
        elif (number := _number(value)) is not None:
            yield name, number


def _number(value: object) -> float | None:
    """Give a number as it is; text counts only where it is a name that JSON lacks."""
    if isinstance(value, str):
        return _NAMED.get(value.strip().lower())
    if not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


_NAMED = {
    "nan": math.nan,
    "inf": math.inf,
    "+inf": math.inf,
    "-inf": -math.inf,
    "infinity": math.inf,
    "-infinity": -math.inf,
}


def _read_json(path: Path, text: str) -> tuple[dict[str, float], list[Series]]:
    return _scalars(path, _json(path, text, first_line=1)), []


def _read_yaml(path: Path, text: str) -> tuple[dict[str, float], list[Series]]:
    from modelcompose.compose.yaml_loader import load_yaml

    try:
        return _scalars(path, load_yaml(text, name=str(path))), []
    except ProjectError as error:
        raise StepError(error.message, hint=error.hint) from error


def _scalars(path: Path, document: object) -> dict[str, float]:
    if not isinstance(document, Mapping):
        raise StepError(
            f"{path}:1: expected names with values, found {_kind(document)}",
            hint='write an object, such as {"auc": 0.71}',
        )
    return dict(flattened(document))


def _read_lines(path: Path, text: str) -> tuple[dict[str, float], list[Series]]:
    return _series(path, list(_json_rows(path, text)))


def _json_rows(path: Path, text: str) -> Iterator[Row]:
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        document = _json(path, content, first_line=line)
        if not isinstance(document, Mapping):
            raise StepError(f"{path}:{line}: expected an object, found {_kind(document)}")
        yield line, dict(flattened(document))


def _json(path: Path, text: str, *, first_line: int) -> object:
    import json  # it knows NaN and Infinity, which many programs write

    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise StepError(f"{path}:{line}:{error.colno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise StepError(f"{path}:{first_line}: not metrics: nested too deeply") from error
    return document


def _table_reader(delimiter: str) -> Callable[[Path, str], tuple[dict[str, float], list[Series]]]:
    def read(path: Path, text: str) -> tuple[dict[str, float], list[Series]]:
        return _series(path, list(_table_rows(path, text, delimiter)))

    return read


def _table_rows(path: Path, text: str, delimiter: str) -> Iterator[Row]:
    import csv

    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_names(path, names)
        labels: set[str] = set()  # columns that turned out to hold text
        numeric: set[str] = set()
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            if len(cells) != len(names):
                raise StepError(
                    f"{path}:{line}: expected {len(names)} cells, as in the first line, "
                    f"found {len(cells)}"
                )
            yield line, _cells(path, line, zip(names, cells, strict=True), labels, numeric)
    except csv.Error as error:
        raise StepError(f"{path}:{reader.line_num}: not a table: {error}") from error


def _check_names(path: Path, names: Sequence[str]) -> None:
    if not any(names):
        raise StepError(f"{path}:1: expected the columns' names, found nothing")
    if all(_cell(name) is not None for name in names):
        raise StepError(
            f"{path}:1: expected the columns' names, found numbers",
            hint="write the names as the first line, such as: step,loss",
        )


def _cells(
    path: Path,
    line: int,
    cells: Iterator[tuple[str, str]],
    labels: set[str],
    numeric: set[str],
) -> dict[str, float]:
    """Give a row's numbers; a column is of numbers when its first cell that is not empty is one."""
    row: dict[str, float] = {}
    for name, cell in cells:
        if name in labels or not cell.strip():
            continue
        value = _cell(cell)
        if value is not None:
            numeric.add(name)
            row[name] = value
        elif name in numeric:
            raise StepError(f"{path}:{line}: {name}: expected a number, found {cell.strip()!r}")
        else:
            labels.add(name)
    return row


def _cell(text: str) -> float | None:
    claim = {"true": 1.0, "false": 0.0}.get(text.strip().lower())
    if claim is not None:
        return claim
    try:
        return float(text)
    except ValueError:
        return None


def _series(path: Path, rows: Sequence[Row]) -> tuple[dict[str, float], list[Series]]:
    """Turn rows into columns; a row that lacks a value adds no point to that series."""
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    step_name = _first_of(STEP_NAMES, names)
    time_name = _first_of(_TIME_NAMES, names)
    if rows and not names:
        raise StepError(f"{path}:{rows[0][0]}: expected numbers, found none")
    last: dict[str, float] = {}
    series = []
    for name in names:
        if name in (step_name, time_name):
            continue
        found = [(n, row) for n, (_, row) in enumerate(rows) if name in row]
        values = tuple(row[name] for _, row in found)
        steps = tuple(row.get(step_name or "", float(n)) for n, row in found)
        times = tuple(row[time_name] for _, row in found if time_name and time_name in row)
        last[name] = values[-1]
        series.append(Series(name, steps, values, times if len(times) == len(values) else ()))
    return last, series


def _first_of(wanted: Sequence[str], names: Sequence[str]) -> str | None:
    by_lower = {name.lower(): name for name in reversed(names)}
    return next((by_lower[name] for name in wanted if name in by_lower), None)


def _kind(document: object) -> str:
    if document is None:
        return "nothing"
    if isinstance(document, list):
        return "a list"
    return f"{str(document)[:40]!r}"


_READERS: dict[str, Callable[[Path, str], tuple[dict[str, float], list[Series]]]] = {
    ".json": _read_json,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
    ".csv": _table_reader(","),
    ".tsv": _table_reader("\t"),
    ".jsonl": _read_lines,
    ".ndjson": _read_lines,
}
