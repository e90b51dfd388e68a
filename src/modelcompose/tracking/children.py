"""The rows below a run: its parameters, metrics, inputs and outputs, and its columns of numbers."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from modelcompose.engine.protocol import Sample
from modelcompose.tracking.columns import (
    SAMPLE_FIELDS,
    pack_samples,
    unpack_samples,
)
from modelcompose.tracking.rows import (
    CHILDREN,
    content_from_row,
    content_rows,
    metric_from_row,
    metric_row,
    param_row,
    param_value,
    storable,
)
from modelcompose.tracking.run import Series
from modelcompose.tracking.series.log import RECORDED, append
from modelcompose.tracking.series.points import Batch, Points, joined, steps_of, times_of

Children = dict[str, dict[str, Any]]
"""What stands below one run, by the names of `rows.CHILDREN`."""

_DELETE = {
    "params": "DELETE FROM params WHERE run = ?",
    "metrics": "DELETE FROM metrics WHERE run = ?",
    "inputs": "DELETE FROM contents WHERE run = ? AND role = 'input'",
    "outputs": "DELETE FROM contents WHERE run = ? AND role = 'output'",
}
_CONTENT = """
    INSERT INTO contents (run, role, path, kind, digest, size_bytes, files, executable)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT = {
    "params": """
        INSERT INTO params (run, name, value, number) VALUES (?, ?, ?, ?)
        ON CONFLICT (run, name) DO UPDATE SET value = excluded.value, number = excluded.number
    """,
    "metrics": """
        INSERT INTO metrics (run, name, last, min, max, count, best_step, position)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (run, name) DO UPDATE SET
            last = excluded.last, min = excluded.min, max = excluded.max,
            count = excluded.count, best_step = excluded.best_step,
            position = excluded.position
    """,
    "inputs": _CONTENT,
    "outputs": _CONTENT,
}
_THESE = "run IN (SELECT value FROM json_each(?))"
_READ_PARAMS = f"SELECT run, name, value FROM params WHERE {_THESE}"  # noqa: S608
_READ_METRICS = f"""
    SELECT run, name, last, min, max, count, best_step FROM metrics WHERE {_THESE}
    ORDER BY run, position
"""  # noqa: S608
_READ_CONTENTS = f"""
    SELECT run, role, path, kind, digest, size_bytes, files, executable
    FROM contents WHERE {_THESE}
"""  # noqa: S608


def write_children(
    connection: sqlite3.Connection,
    number: int,
    fields: Mapping[str, Any],
    *,
    replace: Iterable[str],
) -> None:
    """Write rows below the run `number`: those of `fields` that are children, and no other.

    Those of `replace` lose what they had; of the others, what has a name that comes again.
    """
    for name in CHILDREN:
        if name not in fields:
            continue
        if name in replace:
            connection.execute(_DELETE[name], (number,))
        rows = [(number, *row) for row in _rows(name, fields[name])]
        if rows:
            connection.executemany(_INSERT[name], rows)


def _rows(name: str, values: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    if name == "params":
        return (param_row(key, value) for key, value in values.items())
    if name == "metrics":
        return (
            (*metric_row(key, value), position)
            for position, (key, value) in enumerate(values.items())
        )
    return content_rows("input" if name == "inputs" else "output", values)


def read_children(
    connection: sqlite3.Connection, numbers: Sequence[int], wanted: Iterable[str] = CHILDREN
) -> dict[int, Children]:
    """Read what stands below runs, for each of `numbers`, in one query a table."""
    wanted = frozenset(wanted)
    found: dict[int, Children] = {number: {name: {} for name in CHILDREN} for number in numbers}
    these = (str(list(numbers)),)
    if "params" in wanted:
        for number, name, value in connection.execute(_READ_PARAMS, these):
            found[number]["params"][name] = param_value(value)
    if "metrics" in wanted:
        for number, name, *cells in connection.execute(_READ_METRICS, these):
            found[number]["metrics"][name] = metric_from_row(tuple(cells))
    if not wanted.isdisjoint({"inputs", "outputs"}):
        for number, role, path, *cells in connection.execute(_READ_CONTENTS, these):
            found[number][f"{role}s"][path] = content_from_row(tuple(cells))
    return found


def append_series(connection: sqlite3.Connection, number: int, series: Iterable[Series]) -> None:
    """Append points to the series of the run `number`."""
    whole = [one for one in series if one.values]
    if not whole:
        return
    points = [
        Points(steps_of(one.steps), array("d", one.values), times_of(one.times, len(one.values)))
        for one in whole
    ]
    columns = joined(points)
    names, counts = [storable(one.name) for one in whole], [len(one) for one in points]
    append(
        connection,
        number,
        Batch(names, counts, columns.steps, columns.values, columns.times),
        RECORDED,
    )


def read_series(
    connection: sqlite3.Connection, run: str, names: Sequence[str] | None
) -> list[Series]:
    """Read a run's series by name, each with all its points in the order of their times."""
    from modelcompose.tracking.series.history import all_points

    row = connection.execute("SELECT number FROM runs WHERE id = ?", (run,)).fetchone()
    found = {} if row is None else all_points(connection, row[0], names or None)
    return [
        Series(
            name,
            tuple(points.steps),
            tuple(cast("array[float]", points.values)),
            tuple(points.times) if all(points.times) else (),
        )
        for name, points in found.items()
    ]


def append_samples(connection: sqlite3.Connection, number: int, samples: Sequence[Sample]) -> None:
    """Append samples to those of the run `number`."""
    if not samples:
        return
    fields = msgspec.json.encode(SAMPLE_FIELDS).decode()
    connection.execute(
        """
        INSERT INTO samples (run, part, count, fields, columns)
        VALUES (
            :run, (SELECT coalesce(max(part) + 1, 0) FROM samples WHERE run = :run),
            :count, :fields, :columns
        )
        """,
        {
            "run": number,
            "count": len(samples),
            "fields": fields,
            "columns": pack_samples(samples),
        },
    )


def read_samples(connection: sqlite3.Connection, run: str) -> list[Sample]:
    """Read a run's samples in the order they were added."""
    rows = connection.execute(
        """
        SELECT fields, count, columns FROM samples
        WHERE run = (SELECT number FROM runs WHERE id = ?)
        ORDER BY part
        """,
        (run,),
    ).fetchall()
    return [
        sample
        for fields, count, columns in rows
        for sample in unpack_samples(msgspec.json.decode(fields), count, columns)
    ]
