"""What the pipeline reads from a step's log, beside what the step logs itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.database.connection import open_database
from modelcompose.database.database import Database
from modelcompose.tracking.run import Series
from modelcompose.tracking.runs import Runs
from modelcompose.tracking.series import compaction
from modelcompose.tracking.series.store import SeriesStore
from tests.unit.tracking.making import a_run
from tests.unit.tracking.series import naive
from tests.unit.tracking.series.logged import append, line, walk


@pytest.fixture
def runs(database: Database, tmp_path: Path) -> Iterator[Runs]:
    with closing(open_database(tmp_path / "home" / "hub.db")) as connection:
        yield Runs(connection)


def recorded(count: int, start: int = 0) -> Series:
    points = line(count, start=start)
    return Series(
        "loss",
        tuple(p.step for p in points),
        tuple(p.value for p in points),
        tuple(p.time for p in points),
    )


def number_of(database: Database, run_id: str) -> int:
    with database.read() as connection:
        row = connection.row("SELECT number FROM runs WHERE id = ?", (run_id,))
    assert row is not None
    return int(row[0])


def test_dropping_what_was_recorded_leaves_what_was_logged(
    database: Database, store: SeriesStore, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "MOVE_POINTS", 100)
    run = a_run()
    runs.create(run)
    number = number_of(database, run.id)
    runs.add_series(run.id, [recorded(300)])
    append(database, store, number, line(200, start=1000))
    store.compact(number, is_idle=True)
    assert len(runs.series(run.id)[0].values) == 500
    runs.drop_series(run.id)
    assert walk(store, number, "loss", 999) == naive.history(line(200, start=1000))


def test_what_was_recorded_moves_once_the_run_has_ended(
    database: Database, store: SeriesStore, runs: Runs
) -> None:
    run = a_run()
    runs.create(run)
    number = number_of(database, run.id)
    count = 20_000
    for start in range(0, count, 5000):
        runs.add_series(run.id, [recorded(5000, start)])
        store.compact(number)
    with database.read() as connection:
        assert connection.row("SELECT count(*) FROM series_chunks") == (0,)
    runs.update(run.id, status="succeeded")
    runs.add_series(run.id, [recorded(count, count)])
    store.compact(number)
    with database.read() as connection:
        assert connection.row("SELECT sum(count) FROM series_chunks") == (2 * count,)
    assert runs.series(run.id) == [recorded(2 * count)]


def test_points_without_times_come_back_without_times_by_step(
    database: Database, store: SeriesStore, runs: Runs
) -> None:
    run = a_run()
    runs.create(run)
    runs.add_series(run.id, [Series("auc", (2.0, 1.0), (0.5, 0.25))])
    assert runs.series(run.id) == [Series("auc", (1.0, 2.0), (0.25, 0.5))]


def test_a_step_that_is_no_number_is_the_beginning(runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    runs.add_series(run.id, [Series("auc", (float("nan"), float("inf")), (1.0, 2.0))])
    assert runs.series(run.id)[0].steps == (0.0, 0.0)
