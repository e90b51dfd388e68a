"""Summaries: each metric in one row of `metrics`, kept as points arrive.

`last` is the value with the highest step, of these the latest, of these the largest, as MLflow
has it, where NaN counts as 0. `min`, `max` and `mean` leave NaN out; a metric of NaN alone has
none. NaN is NULL in every column.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, Literal

from modelcompose.database.database import Connection
from modelcompose.tracking.series.points import Batch, Points, rank

Objective = Mapping[str, Literal["max", "min"]]
"""Which way is better, by the name of the metric."""

_TINY = 1e-290
"""Means below this are told as 0: PostgreSQL refuses a product that underflows."""

_IS_LATER = """(
    metrics.last_step IS NULL
    OR (excluded.last_step, excluded.last_time, coalesce(excluded.last, 0))
     > (metrics.last_step, coalesce(metrics.last_time, 0), coalesce(metrics.last, 0))
)"""
_KNOWN = "coalesce(metrics.known, metrics.count)"
_SHARE = f"""
    CASE WHEN abs({{0}}.mean) > CAST('{_TINY}' AS DOUBLE PRECISION)
    THEN {{0}}.mean * (CAST({{1}} AS DOUBLE PRECISION) / ({_KNOWN} + excluded.known)) ELSE 0 END
"""
_BEST = {
    None: "metrics.best_step",
    "max": """CASE WHEN metrics.best_step IS NULL OR excluded.max > metrics.max
        THEN excluded.best_step ELSE metrics.best_step END""",
    "min": """CASE WHEN metrics.best_step IS NULL OR excluded.min < metrics.min
        THEN excluded.best_step ELSE metrics.best_step END""",
}
_COLUMNS = (
    "run",
    "name",
    "last",
    "min",
    "max",
    "count",
    "best_step",
    "last_step",
    "last_time",
    "mean",
    "known",
)
_ROW = f"({', '.join('?' * len(_COLUMNS))})"
_UPSERT = f"""
    INSERT INTO metrics ({", ".join(_COLUMNS)}) {{rows}}
    ON CONFLICT (run, name) DO UPDATE SET
        last = CASE WHEN {_IS_LATER} THEN excluded.last ELSE metrics.last END,
        last_step = CASE WHEN {_IS_LATER} THEN excluded.last_step ELSE metrics.last_step END,
        last_time = CASE WHEN {_IS_LATER} THEN excluded.last_time ELSE metrics.last_time END,
        min = CASE WHEN metrics.min IS NULL OR excluded.min < metrics.min
            THEN excluded.min ELSE metrics.min END,
        max = CASE WHEN metrics.max IS NULL OR excluded.max > metrics.max
            THEN excluded.max ELSE metrics.max END,
        mean = CASE
            WHEN metrics.mean IS NULL AND {_KNOWN} > 0 THEN NULL
            WHEN excluded.known = 0 THEN metrics.mean
            WHEN metrics.mean IS NULL OR excluded.mean IS NULL THEN excluded.mean
            ELSE nullif({_SHARE.format("metrics", _KNOWN)}
                + {_SHARE.format("excluded", "excluded.known")}, 'NaN')
        END,
        known = {_KNOWN} + excluded.known,
        count = metrics.count + excluded.count,
        best_step = {{best}}
"""
_ARRAYS = ("text[]", *["float8[]"] * 3, "int[]", *["float8[]"] * 4, "int[]")
_CASTS = ", ".join(f"CAST(? AS {kind})" for kind in _ARRAYS)
_FROM_ARRAYS = f"SELECT ?, told.* FROM unnest({_CASTS}) AS told ({', '.join(_COLUMNS[1:])})"  # noqa: S608

_Row = tuple[Any, ...]
_Better = Literal["max", "min"] | None
_EACH = {better: _UPSERT.format(rows=f"VALUES {_ROW}", best=best) for better, best in _BEST.items()}
_ALL = {better: _UPSERT.format(rows=_FROM_ARRAYS, best=best) for better, best in _BEST.items()}


def upsert(
    connection: Connection, run: int, batch: Batch, objective: Objective | None = None
) -> None:
    """Bring the summaries of a batch's metrics up to date, in the caller's transaction.

    Args:
        connection: with a transaction that writes.
        run: the run's number.
        batch: of numbers.
        objective: of these metrics `best_step` is kept too.
    """
    if not objective:
        _write(connection, _rows(run, batch), None)
        return
    rows: dict[_Better, list[_Row]] = {}
    for row in _rows(run, batch):
        better = objective.get(row[1])
        rows.setdefault(better, []).append(row)
    for better, group in rows.items():
        _write(connection, [_with_best(row, better, batch) for row in group], better)


def _write(connection: Connection, rows: Iterable[_Row], better: _Better) -> None:
    # Every transaction takes the rows in the same order, so that none waits for another in turn.
    ordered = sorted(rows, key=_name)
    if connection.dialect == "sqlite":
        connection.executemany(_EACH[better], ordered)
        return
    # To this driver a value costs more than all else: it is given a text for each column.
    (run, *_), *columns = zip(*ordered, strict=True)
    names = ",".join(map(_quoted, columns[0]))
    numbers = [_array(column) for column in columns[1:]]
    connection.execute(_ALL[better], (run, f"{{{names}}}", *numbers))


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _array(column: Sequence[float | None]) -> str:
    text = ",".join(map(repr, column)).replace("None", "NULL")
    return f"{{{text}}}"


def _name(row: _Row) -> str:
    name: str = row[1]
    return name


def _rows(run: int, batch: Batch) -> Iterable[_Row]:
    values = batch.values
    if len(batch.names) == len(batch) and math.isfinite(sum(values)):  # type: ignore[arg-type] # of numbers
        ones, runs, nothing = repeat(1), repeat(run), repeat(None)
        columns = (values, values, values, ones, nothing, batch.steps, batch.times, values, ones)
        return zip(runs, batch.names, *columns, strict=False)
    return _grouped_rows(run, batch)


def _grouped_rows(run: int, batch: Batch) -> Iterable[_Row]:
    columns = Points(batch.steps, batch.values, batch.times)
    start = 0
    for name, count in zip(batch.names, batch.counts, strict=True):
        part = columns if count == len(batch) else columns.part(start, start + count)
        yield (run, name, *_summary(part))
        start += count


def _summary(points: Points) -> _Row:
    """Give the cells of one metric's points after the name."""
    values: array[float] = points.values  # type: ignore[assignment] # of numbers
    steps, times, count = points.steps, points.times, len(points)
    known: Sequence[float] = values
    if math.isnan(sum(values)):
        known = [value for value in values if not math.isnan(value)]
        place = max(range(count), key=lambda i: (steps[i], times[i], rank(values[i])))
        step, time, last = steps[place], times[place], values[place]
    else:
        step, time, last = max(zip(steps, times, values, strict=True))
    low, high, mean = (min(known), max(known), mean_of(known)) if known else (math.nan,) * 3
    cells = (last, low, high, count, None, step, time, mean, len(known))
    return tuple(None if cell != cell else cell for cell in cells)  # noqa: PLR0124 - NaN


def mean_of(values: Sequence[float]) -> float:
    """Give the mean of numbers that are not NaN; NaN of both infinities."""
    total = sum(values)
    if math.isfinite(total):
        return total / len(values)
    infinite = {value for value in values if math.isinf(value)}
    if not infinite:  # the sum alone is too large
        return sum(value / len(values) for value in values)
    return infinite.pop() if len(infinite) == 1 else math.nan


def _with_best(row: _Row, better: _Better, batch: Batch) -> _Row:
    if better is None:
        return row
    place = batch.names.index(row[1])
    start = sum(batch.counts[:place])
    steps = batch.steps[start : start + batch.counts[place]]
    values = batch.values[start : start + batch.counts[place]]
    best = row[_COLUMNS.index(better)]
    step = next((step for step, value in zip(steps, values, strict=True) if value == best), None)
    best_step = _COLUMNS.index("best_step")
    return (*row[:best_step], step, *row[best_step + 1 :])
