"""Chosen columns of runs: fields, parameters, tags, and numbers of metrics' summaries."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import UsageError
from modelcompose.tracking.query.compiler import Compiler
from modelcompose.tracking.query.fields import RUNS, run_name
from modelcompose.tracking.query.tree import Name
from modelcompose.tracking.rows import param_value


class Column(Struct, frozen=True):
    """A column, under the title that it was asked for by."""

    title: str
    name: Name

    @staticmethod
    def named(text: str) -> Column:
        """Read a column's name, such as `step`, `params.lr` or `metrics.loss.min`.

        Raises:
            UsageError: there is no such thing.
        """
        name = run_name(text, "columns")
        if name.kind == "datasets":
            raise UsageError(f"columns: a run may have many datasets: {text!r} is no column")
        return Column(text, name)


def read_columns(
    connection: Connection, now: float, numbers: Sequence[int], columns: Sequence[Column]
) -> tuple[list[str], list[list[Any]]]:
    """Read columns of runs, in the order of their numbers given.

    Args:
        connection: of any block.
        now: seconds since the epoch.
        numbers: of the runs.
        columns: at most 50 of them of metrics, parameters and tags.

    Returns:
        The runs' ids, and a row for each; None where a run lacks a value, and for NaN.

    Raises:
        UsageError: there are too many columns.
    """
    compiler = Compiler(connection.dialect, now)
    selected, values = [], []
    for column in columns:
        sql, own = expression(column.name, compiler)
        selected.append(sql)
        values += own
    joins, join_values = compiler.joins.sql()
    these, parameter = one_of(connection, "runs.number", list(numbers))
    rows = connection.rows(
        f"SELECT {', '.join(['runs.number', 'runs.id', *selected])} "  # noqa: S608
        f"FROM runs {joins} WHERE {these}",
        [*values, *join_values, parameter],
    )
    shown = [_shown(column.name) for column in columns]
    by_number = {
        row[0]: (row[1], [show(cell) for show, cell in zip(shown, row[2:], strict=True)])
        for row in rows
    }
    found = [by_number[number] for number in numbers if number in by_number]
    return [run_id for run_id, _ in found], [cells for _, cells in found]


def expression(name: Name, compiler: Compiler) -> tuple[str, list[Any]]:
    """Give what a name means as SQL: a cell, which of a parameter is JSON."""
    if name.kind == "metrics":
        _, sql, values = compiler.joins.metric(name)
        return sql, values
    if name.kind == "field":
        return RUNS.fields[name.name].sql, []
    return f"{compiler.joins.pair(name.kind, name.name)}.value", []


def _shown(name: Name) -> Any:
    if name.kind == "params":
        return lambda cell: None if cell is None else param_value(cell)
    if name.kind == "metrics":
        return lambda cell: cell if cell is None or math.isfinite(cell) else None
    if name.kind == "field" and RUNS.fields[name.name].kind == "claim":
        return bool
    return lambda cell: cell
