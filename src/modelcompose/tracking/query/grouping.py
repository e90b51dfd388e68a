"""Groups of runs that share values: what a group goes by, and which runs are in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from modelcompose.errors import UsageError
from modelcompose.tracking.query.columns import Column, expression
from modelcompose.tracking.query.compiler import Compiler
from modelcompose.tracking.query.dialects import Clause
from modelcompose.tracking.query.fields import RUNS
from modelcompose.tracking.query.search import Expression
from modelcompose.tracking.query.tree import Name
from modelcompose.tracking.rows import param_value


def as_number(name: Name, compiler: Compiler) -> Clause:
    """Give what a name means as a number in SQL; of a parameter, where its text reads as one."""
    if name.kind == "params":
        return f"{compiler.joins.pair('params', name.name)}.number", []
    return expression(name, compiler)


def shown(columns: Sequence[Column], cells: Sequence[Any]) -> list[Any]:
    """Give the cells that a group's runs share as values."""
    return [
        param_value(cell)
        if column.name.kind == "params" and cell is not None
        else bool(cell)
        if cell is not None and _kind(column) == "claim"
        else _worded(cell)
        for column, cell in zip(columns, cells, strict=True)
    ]


_INFINITE = {"Infinity": math.inf, "-Infinity": -math.inf}


def group_key(cells: Sequence[Any]) -> str:
    """Give what a group goes by, from the cells that its runs share."""
    return msgspec.json.encode([_worded(cell) for cell in cells]).decode()


def in_group(columns: Sequence[Column], key: str) -> Expression:
    """Give the condition that a run is in a group.

    Args:
        columns: that runs are grouped by.
        key: of `group_key`.

    Raises:
        UsageError: it is none, or of other columns.
    """
    try:
        cells = msgspec.json.decode(key, type=list[str | int | float | bool | None])
    except msgspec.MsgspecError as error:
        raise UsageError(f"group: it is none that was given out: {key[:100]!r}") from error
    if len(cells) != len(columns):
        raise UsageError(f"group: expected {len(columns)} values, found {len(cells)}")
    return lambda compiler: _all(
        [_equal(column, cell, compiler) for column, cell in zip(columns, cells, strict=True)]
    )


def _equal(column: Column, cell: Any, compiler: Compiler) -> Clause:
    sql, values = expression(column.name, compiler)
    if cell is None:
        return f"{sql} IS NULL", values
    kind = _kind(column)
    if kind == "number" and isinstance(cell, str):
        cell = _INFINITE.get(cell)
    is_fit = isinstance(cell, str) if kind == "text" else isinstance(cell, int | float)
    if not is_fit:
        raise UsageError(f"group: {column.title}: expected a {kind}, found {cell!r}")
    if kind == "claim":
        return f"{sql} IS {'TRUE' if cell else 'FALSE'}", values
    return f"{sql} = ?", [*values, float(cell) if kind == "number" else cell]


def _kind(column: Column) -> str:
    name = column.name
    if name.kind == "metrics":
        return "number"
    if name.kind != "field":
        return "text"
    kind = RUNS.fields[name.name].kind
    return {"status": "text", "text": "text", "claim": "claim"}.get(kind, "number")


def _all(clauses: Sequence[Clause]) -> Clause:
    sql = " AND ".join(f"({sql})" for sql, _ in clauses) or "TRUE"
    return sql, [value for _, values in clauses for value in values]


def _worded(cell: Any) -> Any:
    if isinstance(cell, float) and math.isinf(cell):
        return "Infinity" if cell > 0 else "-Infinity"
    return cell
