"""What series promise over every database: nothing lost, nothing doubled, the same answers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelcompose.database.database import Database
from modelcompose.tracking.series import chunks, compaction, growing, history
from modelcompose.tracking.series.points import batch
from modelcompose.tracking.series.store import SeriesStore
from tests.unit.tracking.series import naive
from tests.unit.tracking.series.logged import append, bucket_rows, line, new_run, rows, walk
from tests.unit.tracking.series.naive import Point

# Of what the model is tried with beside SQLite: the numbers that databases treat differently.
wild = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.7e308, -1.7e308, 5e-324, 1e-300, 2.5])
points = st.builds(
    Point,
    st.sampled_from(["loss", "näme'; %s ?"]),
    st.integers(0, 30).map(float),
    wild,
    st.integers(0, 50).map(lambda half: 1.7e9 + half / 2),
)
actions = st.lists(
    st.one_of(st.lists(points, min_size=1, max_size=20), st.just("compact")), max_size=10
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database.at(database_url)) as database:
        yield database


@pytest.fixture
def store(database: Database) -> SeriesStore:
    return SeriesStore(database)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all that happens to millions of points happen to some dozens."""
    for name, value in {"FOLD_ROWS": 3, "MOVE_POINTS": 10, "MOVE_POINTS_EACH": 2}.items():
        monkeypatch.setattr(compaction, name, value)
    for name, value in {"BUCKETS_FROM": 12, "_POINTS_EACH": 4}.items():
        monkeypatch.setattr(growing, name, value)
    monkeypatch.setattr(chunks, "CHUNK_POINTS", 8)


@pytest.mark.usefixtures("small")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(actions, st.integers(2, 12))
def test_history_charts_and_summaries_are_those_of_a_plain_list(
    database: Database, store: SeriesStore, wanted: list[Any], width: int
) -> None:
    run = new_run(database)
    found: dict[str, list[Point]] = {}
    for action in wanted:
        if isinstance(action, str):
            store.compact(run)
            continue
        append(database, store, run, action)
        for point in action:
            found.setdefault(point.name, []).append(point)
    for name, some in found.items():
        assert walk(store, run, name, width) == naive.history(some)
        (chart,) = store.buckets([run], [name], width=width)
        ends = (min(p.step for p in some), max(p.step for p in some))
        count, expected = naive.chart(some, ends, width, "step")
        assert chart.count == count
        if chart.points is None:
            assert [row[:-1] for row in bucket_rows(chart)] == [row[:-1] for row in expected]
        with database.read() as connection:
            told = connection.row(
                "SELECT last, min, max, mean, count, known FROM metrics WHERE run = ? AND name = ?",
                (run, name),
            )
        assert told is not None
        summary = naive.summary(some)
        assert ("NaN" if told[0] is None else told[0]) in summary.lasts
        assert told[1:3] == (summary.low, summary.high)
        assert naive.is_close(told[3], summary.mean, some)
        assert told[4:] == (summary.points, summary.known)


def test_many_writers_to_one_run_while_it_is_compacted_and_read(
    database: Database, store: SeriesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "MOVE_POINTS", 500)
    monkeypatch.setattr(compaction, "FOLD_ROWS", 5)
    monkeypatch.setattr(growing, "BUCKETS_FROM", 1000)
    run = new_run(database)
    writers, batches, size = 4, 15, 40
    is_over = Event()

    def write(writer: int) -> None:
        for i in range(batches):
            start = (i * writers + writer) * size
            append(database, store, run, line(size, start=start))
            append(database, store, run, line(1, f"own {writer}", start))

    def compact(own: SeriesStore) -> None:
        while not is_over.is_set():
            own.compact(run)

    def read() -> int:
        looks = most = 0
        while not is_over.is_set() or not looks:
            (chart,) = store.buckets([run], ["loss"], width=50) or (None,)
            seen = 0 if chart is None else chart.count
            points = walk(store, run, "loss", 700)
            assert len(points) == len(set(points))
            assert most <= seen <= len(points)  # nothing that was there is ever missing
            most = seen
            looks += 1
        return looks

    with ThreadPoolExecutor(8) as pool:
        # Two stores are as two processes: neither knows of the other's compactions.
        others = [pool.submit(compact, own) for own in (store, SeriesStore(database))]
        reader = pool.submit(read)
        list(pool.map(write, range(writers)))
        is_over.set()
        for other in others:
            other.result()
        assert reader.result()
    expected = line(writers * batches * size)
    assert walk(store, run, "loss", 999) == naive.history(expected)
    (chart,) = store.buckets([run], ["loss"], width=100)
    assert chart.count == len(expected)
    with database.read() as connection:
        assert connection.row(
            "SELECT count FROM metrics WHERE run = ? AND name = 'loss'", (run,)
        ) == (len(expected),)


def test_a_compaction_that_was_overtaken_does_nothing(
    database: Database, store: SeriesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(database)
    append(database, store, run, line(20_000))
    planned = compaction._planned  # noqa: SLF001 - what happens between looking and writing

    def overtaken(*args: Any, **options: Any) -> Any:
        plan = planned(*args, **options)
        monkeypatch.setattr(compaction, "_planned", planned)
        assert compaction.compact(database, run)
        return plan

    monkeypatch.setattr(compaction, "_planned", overtaken)
    assert not compaction.compact(database, run)
    assert walk(store, run, "loss", 25_000) == naive.history(line(20_000))


def test_a_run_that_is_deleted_while_it_is_compacted_leaves_nothing(
    database: Database, store: SeriesStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(database)
    append(database, store, run, line(20_000))
    planned = compaction._planned  # noqa: SLF001 - what happens between looking and writing

    def deleted(*args: Any, **options: Any) -> Any:
        plan = planned(*args, **options)
        with database.write() as connection:
            connection.execute("DELETE FROM runs WHERE number = ?", (run,))
        return plan

    monkeypatch.setattr(compaction, "_planned", deleted)
    assert not compaction.compact(database, run)
    with database.read() as connection:
        for table in ("series", "series_chunks", "series_buckets", "series_log", "series_runs"):
            assert connection.row(f"SELECT count(*) FROM {table}") == (0,)


def test_deleting_a_run_takes_its_chunks_and_buckets(
    database: Database, store: SeriesStore
) -> None:
    run = new_run(database)
    append(database, store, run, line(20_000))
    assert store.compact(run)
    with database.write() as connection:
        assert connection.row("SELECT count(*) FROM series_chunks") != (0,)
        connection.execute("DELETE FROM runs WHERE number = ?", (run,))
        for table in ("series", "series_chunks", "series_buckets"):
            assert connection.row(f"SELECT count(*) FROM {table}") == (0,)


@pytest.mark.parametrize("is_moved", [False, True], ids=["folded", "moved"])
def test_texts_and_histograms_are_series_of_their_own(
    database: Database, store: SeriesStore, monkeypatch: pytest.MonkeyPatch, *, is_moved: bool
) -> None:
    monkeypatch.setattr(compaction, "MOVE_POINTS", 30)
    monkeypatch.setattr(compaction, "MOVE_POINTS_EACH", 1000)
    run = new_run(database)
    append(database, store, run, line(3, "note"))
    texts = [f"sample {i}: ".encode() + bytes([i]) * 50 for i in range(40)]
    for kind in ("text", "histogram"):
        with database.write() as connection:
            told = batch(["note"] * 40, texts, range(40), [1.7e9 + i for i in range(40)])
            store.append_blobs(connection, run, told, kind)
    store.compact(run)  # which folds them
    with database.read() as connection:
        assert connection.row("SELECT count(*), sum(folded) FROM series_log") == (3, 3)
    if is_moved:
        monkeypatch.setattr(compaction, "MOVE_POINTS_EACH", 1)
        append(database, store, run, line(40, "other"))
        store.compact(run)
        with database.read() as connection:
            assert connection.row("SELECT count(*) FROM series_log") == (0,)
    for kind in ("text", "histogram"):
        page = store.points(run, "note", limit=25, kind=kind)
        rest = store.points(run, "note", limit=25, kind=kind, after=page.after)
        assert [*page.points.values, *rest.points.values] == texts
        assert rest.after is None
    assert walk(store, run, "note", 9) == naive.history(line(3, "note"))
    with database.read() as connection:
        row = connection.row("SELECT count FROM metrics WHERE run = ? AND name = 'note'", (run,))
    assert row == (3,)


def test_best_step_follows_the_objective(database: Database, store: SeriesStore) -> None:
    run = new_run(database)
    goals: Any = {"auc": "max", "loss": "min"}
    for step, auc, loss in ((1, 0.5, 0.9), (2, 0.8, 0.4), (3, 0.7, math.nan), (4, 0.8, 0.4)):
        with database.write() as connection:
            told = batch(["auc", "loss", "other"], [auc, loss, 1.0], [step] * 3, [float(step)] * 3)
            store.append(connection, run, told, goals)
    with database.read() as connection:
        found = dict(connection.rows("SELECT name, best_step FROM metrics WHERE run = ?", (run,)))
    assert found == {"auc": 2.0, "loss": 2.0, "other": None}


def test_the_relative_axis_begins_with_each_run(database: Database, store: SeriesStore) -> None:
    early = new_run(database, created_at=1000.0, started_at=1010.0)
    late = new_run(database, created_at=5000.0, started_at=5500.0)
    for run, begin in ((early, 1010.0), (late, 5500.0)):
        some = [Point("loss", float(i), i / 2, begin + i) for i in range(100)]
        append(database, store, run, some)
    charts = store.buckets([early, late], ["loss"], axis="relative", width=10)
    for chart in charts:
        assert chart.buckets is not None
        assert chart.buckets.first_times[0] == 0.0
        assert chart.buckets.last_times[-1] == 99.0
    (zoomed, _) = store.buckets(
        [early, late], ["loss"], axis="relative", start=10.0, end=13.0, width=100
    )
    assert zoomed.points is not None
    assert rows(zoomed.points) == [(float(i), i / 2, float(i)) for i in (10, 11, 12, 13)]


def test_a_long_series_of_many_writers_is_sampled_piece_by_piece(
    database: Database, store: SeriesStore, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_MOST_TOGETHER", 2)
    run = new_run(database)
    steps = [(place * 37) % 400 for place in range(400)]
    points = [Point("loss", float(step), step / 2, 1.7e9 + at) for at, step in enumerate(steps)]
    append(database, store, run, points)
    store.compact(run, is_idle=True)
    found = rows(store.interval(run, "loss", 20))
    told = [row[0] for row in found]
    assert len(found) == 20
    assert told == sorted(told)
    assert told[-1] == 399
    assert {(step, value) for step, value, _ in found} <= {(p.step, p.value) for p in points}
