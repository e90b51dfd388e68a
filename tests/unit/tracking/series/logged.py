"""What tests log, and how they read it again."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from modelcompose.database.database import Database
from modelcompose.tracking.rows import COLUMNS, run_row
from modelcompose.tracking.series.charts import Chart
from modelcompose.tracking.series.points import Points, batch
from modelcompose.tracking.series.store import SeriesStore
from tests.unit.tracking.making import a_run
from tests.unit.tracking.series.naive import Point, shown


def new_run(database: Database, **fields: Any) -> int:
    """Record a run that is running; give its number."""
    marks = ", ".join("?" * len(COLUMNS))
    insert = f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({marks}) RETURNING number"
    with database.write() as connection:
        row = connection.execute(insert, run_row(a_run(**fields))).fetchone()
    number: int = row[0]
    return number


def append(database: Database, store: SeriesStore, run: int, points: Sequence[Point]) -> None:
    told = batch(
        [p.name for p in points],
        [p.value for p in points],
        [p.step for p in points],
        [p.time for p in points],
    )
    with database.write() as connection:
        store.append(connection, run, told)


def line(count: int, name: str = "loss", start: int = 0) -> list[Point]:
    """Give points whose steps come one by one, ten a second."""
    places = range(start, start + count)
    return [Point(name, float(i), (i * 7919 % 1000) / 8, 1.7e9 + i / 10) for i in places]


def rows(points: Points) -> list[Any]:
    return list(zip(points.steps, map(shown, points.values), points.times, strict=True))  # type: ignore[arg-type]


def walk(store: SeriesStore, run: int, name: str, limit: int) -> list[Any]:
    """Give all points of a series, page by page."""
    found: list[Any] = []
    after = None
    for _ in itertools.count():
        page = store.points(run, name, after=after, limit=limit)
        assert len(page.points) <= limit
        found += rows(page.points)
        after = page.after
        if after is None:
            break
    return found


def bucket_rows(chart: Chart) -> list[Any]:
    """Give a chart's buckets in the order of `naive.chart`."""
    b = chart.buckets
    assert b is not None
    ends = (b.first_steps, b.last_steps, b.first_times, b.last_times)
    told = zip(b.counts, b.known, b.lows, b.highs, b.lasts, *ends, b.means, strict=True)
    return [tuple(shown(cell) for cell in row) for row in told]
