"""Cells of a table of runs: any number of columns, read name by name rather than join by join."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from modelcompose.database.database import Connection, one_of
from modelcompose.tracking.query.columns import Column
from modelcompose.tracking.query.dialects import Clause
from modelcompose.tracking.query.fields import RUNS
from modelcompose.tracking.query.joins import OBJECTIVE_TAG
from modelcompose.tracking.query.tree import Name
from modelcompose.tracking.rows import param_value

SEEK_NAMES = 100
"""So many names are looked for one by one in each run; of more, all of a run's are read."""

_PARTS = ("last", "min", "max", "mean", "count")

Values = dict[int, dict[str, Any]]
"""What runs have, by their number and by name."""


def read_cells(
    connection: Connection,
    numbers: Sequence[int],
    columns: Sequence[Column],
    clauses: Sequence[Clause] = (),
) -> tuple[list[int], list[str], list[list[Any]]]:
    """Read columns of runs, in the order of their numbers given.

    Args:
        connection: of any block.
        numbers: of the runs.
        columns: any number of them.
        clauses: what a run must fulfil to be read at all.

    Returns:
        The numbers of those that are there, their ids, and a row for each: None where a run
        lacks a value; a number that JSON has no word for is the text `NaN`, `Infinity` or
        `-Infinity`.
    """
    fields = _read_fields(connection, numbers, columns, clauses)
    there = list(fields)
    params = _read_params(connection, there, _names(columns, "params"))
    tags = _read_tags(connection, there, _names(columns, "tags"))
    metrics = _read_metrics(connection, there, columns)
    readers = [_reader(column.name, fields, params, tags, metrics) for column in columns]
    order = [number for number in numbers if number in fields]
    rows = [[read(number) for read in readers] for number in order]
    return order, [fields[number]["id"] for number in order], rows


def _reader(
    name: Name,
    fields: Values,
    params: Values,
    tags: Values,
    metrics: Mapping[Name, Mapping[int, Any]],
) -> Callable[[int], Any]:
    own = name.name
    if name.kind == "metrics":
        return metrics[name].get
    if name.kind == "field":
        return lambda number: fields[number][own]
    values = params if name.kind == "params" else tags
    none: dict[str, Any] = {}
    return lambda number: values.get(number, none).get(own)


def _names(columns: Sequence[Column], kind: str) -> list[str]:
    return sorted({column.name.name for column in columns if column.name.kind == kind})


def _read_fields(
    connection: Connection,
    numbers: Sequence[int],
    columns: Sequence[Column],
    clauses: Sequence[Clause],
) -> Values:
    names = sorted({"id", *_names(columns, "field")})
    these, parameter = one_of(connection, "runs.number", list(numbers))
    where = " AND ".join([these, *(f"({sql})" for sql, _ in clauses)])
    rows = connection.rows(
        f"SELECT runs.number, {', '.join(RUNS.fields[name].sql for name in names)} "  # noqa: S608
        f"FROM runs WHERE {where}",
        [parameter, *(value for _, given in clauses for value in given)],
    )
    claims = [place for place, name in enumerate(names) if RUNS.fields[name].kind == "claim"]
    found: Values = {}
    for number, *cells in rows:
        for place in claims:
            cells[place] = bool(cells[place])
        found[number] = dict(zip(names, cells, strict=True))
    return found


def _read_params(connection: Connection, runs: list[int], names: list[str]) -> Values:
    rows = _rows(connection, "params", "value", runs, names)
    return _by_run((number, name, param_value(cell)) for number, name, cell in rows)


def _read_tags(connection: Connection, runs: list[int], names: list[str]) -> Values:
    return _by_run(_rows(connection, "run_tags", "value", runs, names))


def _by_run(rows: Iterable[tuple[Any, ...]]) -> Values:
    found: Values = {}
    for number, name, value in rows:
        found.setdefault(number, {})[name] = value
    return found


def _rows(
    connection: Connection, table: str, cells: str, runs: list[int], names: list[str]
) -> list[tuple[Any, ...]]:
    """Read the rows of some names of runs: run, name and cells."""
    if not runs or not names:
        return []
    these, runs_value = one_of(connection, "run", runs)
    # With a sign before it the name is no part of the search: each run's rows are read in a row.
    column = "+name" if connection.dialect == "sqlite" and len(names) > SEEK_NAMES else "name"
    named, names_value = one_of(connection, column, names)
    return connection.rows(
        f"SELECT run, name, {cells} FROM {table} WHERE {these} AND {named}",  # noqa: S608
        (runs_value, names_value),
    )


def _read_metrics(
    connection: Connection, runs: list[int], columns: Sequence[Column]
) -> dict[Name, dict[int, Any]]:
    wanted = {column.name for column in columns if column.name.kind == "metrics"}
    names = {name.name for name in wanted}
    # A metric that is called so in full goes before a number of the shorter one's summary.
    names |= {f"{name.name}.{name.part}" for name in wanted if name.part and not name.is_exact}
    found: dict[str, list[tuple[Any, ...]]] = {}
    for number, name, *cells in _rows(
        connection, "metrics", ", ".join(_PARTS), runs, sorted(names)
    ):
        found.setdefault(name, []).append((number, *cells))
    best = {name for name in wanted if name.part == "best"}
    objectives = _Objectives(connection, runs) if best else None
    return {name: _metric(name, found, objectives) for name in wanted}


def _metric(
    name: Name, found: Mapping[str, list[tuple[Any, ...]]], objectives: _Objectives | None
) -> dict[int, Any]:
    part = name.part or "last"
    rows = found.get(name.name, [])
    if part == "best" and objectives is not None:
        values = {row[0]: _shown(objectives.best(name.name, row)) for row in rows}
    else:
        place = 1 + _PARTS.index(part)
        # Of points that were recorded elsewhere the mean is not always known.
        values = {
            row[0]: _shown(row[place]) for row in rows if part != "mean" or row[place] is not None
        }
    if name.part and not name.is_exact:
        whole = found.get(f"{name.name}.{name.part}", [])
        values |= {row[0]: _shown(row[1]) for row in whole}
    return values


class _Objectives:
    """Which way metrics are best, in the projects of some runs."""

    def __init__(self, connection: Connection, runs: list[int]) -> None:
        these, value = one_of(connection, "number", runs)
        rows = connection.rows(
            f"SELECT number, experiment, step FROM runs WHERE {these}",  # noqa: S608
            (value,),
        )
        self._runs = {number: (experiment, step) for number, experiment, step in rows}
        experiments = sorted({row[1] for row in rows if row[1] is not None})
        these, value = one_of(connection, "experiment", experiments)
        self._ways: dict[tuple[int, str], str] = {
            (experiment, name.removeprefix(OBJECTIVE_TAG)): way
            for experiment, name, way in connection.rows(
                f"SELECT experiment, name, value FROM experiment_tags WHERE {these}",  # noqa: S608
                (value,),
            )
            if name.startswith(OBJECTIVE_TAG)
        }

    def best(self, metric: str, row: tuple[Any, ...]) -> Any:
        """Give the best of a metric's row; None where no way is said, or none that is known."""
        experiment, step = self._runs[row[0]]
        way = self._ways.get((experiment, f"{step}.{metric}"))
        way = self._ways.get((experiment, metric)) if way is None else way
        if way not in ("min", "max"):
            return _NOTHING
        return row[1 + _PARTS.index(way)]


_NOTHING = object()


def _shown(cell: Any) -> Any:
    if cell is _NOTHING:
        return None
    if cell is None:
        return "NaN"
    if isinstance(cell, float) and math.isinf(cell):
        return "Infinity" if cell > 0 else "-Infinity"
    return cell
