"""A run as rows and back: the order of columns, and what is kept as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from modelcompose.store.content import Content
from modelcompose.tracking.run import Code, Host, Metric, Recording, Run

Cell = str | int | float | bytes | None
"""What a column holds."""

PLAIN = (
    "id",
    "project",
    "folder",
    "step",
    "status",
    "engine",
    "created_at",
    "started_at",
    "ended_at",
    "cause",
    "attempt",
    "error",
    "exit_code",
    "oom_killed",
    "timed_out",
    "identity",
    "image",
    "supervisor_pid",
    "kind",
    "reproduces",
)
"""Fields of a run that are columns as they are."""

CODE = ("tree", "commit", "branch", "is_dirty", "remote")
"""Fields of `Run.code`, columns with the prefix `code_`."""

DOCUMENTS: dict[str, Any] = {
    "parts": dict[str, Any],
    "service": dict[str, Any],
    "plots": tuple[str, ...],
    "host": Host | None,
    "command_line": tuple[str, ...],
    "overrides": dict[str, str],
    "recording": Recording | None,
}
"""Fields of a run that are JSON in one column, with their types."""

CHILDREN = ("params", "metrics", "inputs", "outputs")
"""Fields of a run that are rows of tables of their own."""

COLUMNS = (*PLAIN, *(f"code_{name}" for name in CODE), *DOCUMENTS)
"""Columns of `runs` that hold a run, in the order of `run_row`."""

_BOOLEANS = ("oom_killed", "timed_out")
_FIRST_DOCUMENT = len(PLAIN) + len(CODE)
_decoders = {name: msgspec.json.Decoder(kind).decode for name, kind in DOCUMENTS.items()}
_encoder = msgspec.json.Encoder(enc_hook=str)
_decode_any = msgspec.json.Decoder().decode


def encoded(value: object) -> str:
    """Give a value as JSON; what JSON cannot say is given as its text."""
    try:
        return _encoder.encode(value).decode()
    except UnicodeEncodeError:  # a name or a variable of this machine that is no UTF-8
        import json

        plain = msgspec.to_builtins(value, enc_hook=str)
        return json.dumps(plain, ensure_ascii=False).encode(errors="replace").decode()


def storable(text: str) -> str:
    """Give a text that a database takes: bytes that are no UTF-8 stand as escapes."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def field_cells(name: str, value: Any) -> dict[str, Cell]:
    """Give the columns of `runs` that hold one field of a run, with their cells.

    Raises:
        TypeError: a run has no such field, or it is not a column of `runs`.
    """
    if name in PLAIN:
        return {name: storable(value) if isinstance(value, str) else value}
    if name in DOCUMENTS:
        return {name: encoded(value)}
    if name == "code":
        return {f"code_{part}": getattr(value, part) for part in CODE}
    raise TypeError(f"a run has no field {name}")


def run_row(run: Run) -> list[Cell]:
    """Give the cells of a run's own row, in the order of `COLUMNS`."""
    row: list[Cell] = [getattr(run, name) for name in PLAIN]
    row = [storable(cell) if isinstance(cell, str) else cell for cell in row]
    row += [getattr(run.code, name) for name in CODE]
    row += [encoded(getattr(run, name)) for name in DOCUMENTS]
    return row


def run_from_row(row: tuple[Any, ...], children: Mapping[str, Mapping[str, Any]]) -> Run:
    """Give the run of a row.

    Args:
        row: cells in the order of `COLUMNS`; None for a document that was not read.
        children: params, metrics, inputs and outputs.
    """
    fields: dict[str, Any] = dict(zip(PLAIN, row, strict=False))
    for name in _BOOLEANS:
        fields[name] = bool(fields[name])
    tree, commit, branch, is_dirty, remote = row[len(PLAIN) : _FIRST_DOCUMENT]
    for name, cell in zip(DOCUMENTS, row[_FIRST_DOCUMENT:], strict=True):
        if cell is not None:
            fields[name] = _decoders[name](cell)
    code = Code(tree, commit, branch, bool(is_dirty), remote)
    fields.update(children)
    return Run(code=code, **fields)


def param_row(name: str, value: Any) -> tuple[Cell, ...]:
    """Give a parameter's name, its value as JSON, and as a number where it reads as one."""
    if isinstance(value, float) and not math.isfinite(value):
        value = str(value)  # JSON has no word for it
    return storable(name), encoded(value), _number(value)


def param_value(cell: str) -> Any:
    """Give a parameter's value from its cell."""
    return _decode_any(cell)


def metric_row(name: str, metric: Metric) -> tuple[Cell, ...]:
    """Give a metric's cells; the driver writes NaN as NULL."""
    return storable(name), metric.last, metric.min, metric.max, metric.count, metric.best_step


def metric_from_row(row: tuple[Any, ...]) -> Metric:
    """Give the metric of the cells after its name."""
    last, low, high, count, best_step = row
    return Metric(_or_nan(last), _or_nan(low), _or_nan(high), count, best_step)


def content_rows(
    role: Literal["input", "output"], contents: Mapping[str, Content]
) -> Iterable[tuple[Cell, ...]]:
    """Give the rows of a run's inputs or outputs."""
    for path, c in contents.items():
        yield role, storable(path), c.kind, c.digest, c.size_bytes, c.files, c.executable


def content_from_row(row: tuple[Any, ...]) -> Content:
    """Give the content of the cells after its path."""
    kind, digest, size_bytes, files, executable = row
    return Content(kind, digest, size_bytes, files, bool(executable))


def _or_nan(cell: float | None) -> float:
    return math.nan if cell is None else cell


def _number(value: Any) -> float | None:
    if not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
