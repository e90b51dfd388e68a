"""Whatever is appended and compacted in whatever order: the same answers as from a plain list."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelcompose.database.database import Database
from modelcompose.tracking.series.store import SeriesStore
from tests.unit.tracking.series import naive
from tests.unit.tracking.series.logged import append, bucket_rows, new_run, rows, walk
from tests.unit.tracking.series.naive import Point

NAMES = ("loss", "näme/of a metric")

steps = st.one_of(
    st.integers(0, 40).map(float),
    st.floats(-1e3, 1e3),
    st.sampled_from([0.0, -1.0, 2.0**53, 2.0**63, -(2.0**63), 1e-9]),
)
times = st.one_of(
    st.integers(0, 60).map(lambda half: 1.7e9 + half / 2),
    st.sampled_from([0.0, 1.5, 9e12]),
    st.floats(0, 2e9),
)
values = st.one_of(
    st.floats(-10, 10), st.floats(), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1e308])
)
points = st.builds(Point, st.sampled_from(NAMES), steps, values, times)
in_order = st.integers(0, 500).map(
    lambda start: [
        Point("loss", float(i), i % 7 / 3, 1.7e9 + i / 4) for i in range(start, start + 25)
    ]
)
actions = st.lists(
    st.one_of(
        st.lists(points, min_size=1, max_size=12),
        in_order,
        st.sampled_from(["compact", "idle"]),
    ),
    max_size=14,
)
ranges = st.tuples(
    st.one_of(st.none(), steps, times), st.one_of(st.none(), steps, times), st.integers(2, 30)
)
sequences = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def carry_out(
    database: Database, store: SeriesStore, run: int, wanted: list[Any]
) -> dict[str, list[Point]]:
    """Do what is wanted; give the points by name."""
    found: dict[str, list[Point]] = {}
    for action in wanted:
        if isinstance(action, str):
            store.compact(run, is_idle=action == "idle")
            continue
        append(database, store, run, action)
        for point in action:
            found.setdefault(point.name, []).append(point)
    return found


@pytest.mark.usefixtures("small")
@sequences
@given(actions, st.integers(1, 9))
def test_history_is_the_points_in_mlflows_order(
    database: Database, store: SeriesStore, wanted: list[Any], limit: int
) -> None:
    run = new_run(database)
    found = carry_out(database, store, run, wanted)
    for name in NAMES:
        assert walk(store, run, name, limit) == naive.history(found.get(name, []))


@pytest.mark.usefixtures("small")
@sequences
@given(actions)
def test_summaries_are_those_of_all_points(
    database: Database, store: SeriesStore, wanted: list[Any]
) -> None:
    run = new_run(database)
    found = carry_out(database, store, run, wanted)
    with database.read() as connection:
        told = connection.rows(
            "SELECT name, last, min, max, count, mean, last_step, last_time, known FROM metrics "
            "WHERE run = ?",
            (run,),
        )
    assert {row[0] for row in told} == set(found)
    for name, last, low, high, count, mean, last_step, last_time, known in told:
        expected = naive.summary(found[name])
        assert ("NaN" if last is None else last) in expected.lasts
        assert (low, high, count, known) == (
            expected.low,
            expected.high,
            expected.points,
            expected.known,
        )
        assert (last_step, last_time) == (expected.last_step, expected.last_time)
        assert naive.is_close(mean, expected.mean, found[name])


@pytest.mark.usefixtures("small")
@sequences
@given(actions, ranges, st.sampled_from(["step", "time"]))
def test_charts_are_exact(
    database: Database, store: SeriesStore, wanted: list[Any], asked: Any, axis: Any
) -> None:
    run = new_run(database)
    found = carry_out(database, store, run, wanted)
    start, end, width = asked
    if None not in {start, end} and start > end:
        start, end = end, start
    charts = store.buckets([run], NAMES, start=start, end=end, width=width, axis=axis)
    assert {chart.name for chart in charts} == set(found)
    x = [p.step if axis == "step" else p.time for some in found.values() for p in some]
    for chart in charts:
        last = max(x) if end is None else end
        first = min([*x, last]) if start is None else start
        ends = (first, max(first, last))
        count, expected = naive.chart(found[chart.name], ends, width, axis)
        assert chart.count == count
        if chart.points is not None:
            assert rows(chart.points) == expected
            continue
        told = bucket_rows(chart)
        assert [row[:-1] for row in told] == [row[:-1] for row in expected]
        for one, other in zip(told, expected, strict=True):
            mean = None if one[-1] == "NaN" else one[-1]
            assert naive.is_close(mean, other[-1], found[chart.name])


@pytest.mark.usefixtures("small")
@sequences
@given(actions, st.integers(1, 20), st.tuples(steps, steps))
def test_samples_are_those_of_mlflow(
    database: Database, store: SeriesStore, wanted: list[Any], limit: int, ends: tuple[float, float]
) -> None:
    run = new_run(database)
    found = carry_out(database, store, run, wanted).get("loss", [])
    first, last = sorted(ends)
    told = rows(store.interval(run, "loss", limit, first, last))
    assert told == naive.sample(found, limit, first, last)
    told = rows(store.interval(run, "loss", limit))
    assert told == naive.sample(found, limit, -math.inf, math.inf)
