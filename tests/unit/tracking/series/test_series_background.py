from __future__ import annotations

import time
from typing import Any

import pytest

from modelcompose.database.database import Database
from modelcompose.tracking.series import compaction
from modelcompose.tracking.series.background import Compactor
from modelcompose.tracking.series.store import SeriesStore
from tests.unit.tracking.series import naive
from tests.unit.tracking.series.logged import append, line, new_run, walk
from tests.workbench import wait_until

PATIENCE_S = 20.0


def log_rows(database: Database, run: int) -> list[int]:
    with database.read() as connection:
        rows = connection.rows("SELECT folded FROM series_log WHERE run = ?", (run,))
    return [row[0] for row in rows]


def test_what_is_logged_is_compacted_while_the_hub_is_up(
    database: Database, store: SeriesStore
) -> None:
    long, short = new_run(database), new_run(database)
    compactor = Compactor(store, every_s=0.01)
    compactor.start()
    try:
        append(database, store, long, line(20_000))
        for start in range(0, 400, 40):
            append(database, store, short, line(40, start=start))
        until = time.monotonic() + PATIENCE_S
        while log_rows(database, long) or sum(log_rows(database, short)) != 1:
            assert time.monotonic() < until
            time.sleep(0.005)  # a turn of the compactor
    finally:
        compactor.stop()
    assert walk(store, long, "loss", 25_000) == naive.history(line(20_000))
    assert walk(store, short, "loss", 25_000) == naive.history(line(400))


def test_many_small_rows_of_many_series_become_one(database: Database, store: SeriesStore) -> None:
    run = new_run(database)
    points = []
    for step in range(compaction.FOLD_ROWS):
        some = [p for name in "abcdef" for p in line(1, name, step)]
        append(database, store, run, some)
        points += some
    assert store.compact(run) == 1
    assert log_rows(database, run) == [1]
    for name in "abcdef":
        assert walk(store, run, name, 1000) == naive.history([p for p in points if p[0] == name])


@pytest.mark.parametrize("count", [1, 2])
def test_a_store_that_begins_looks_at_what_others_have_logged(
    database: Database, store: SeriesStore, count: int
) -> None:
    run = new_run(database)
    for start in range(count):
        append(database, store, run, line(300, start=start * 300))
    late = SeriesStore(database)
    late.compact()
    late.compact()  # nothing has come since
    assert log_rows(database, run) == [1]


class Broken(SeriesStore):
    """Fails in a way that nobody expects, so often."""

    failures = 2

    def compact(self, *args: Any, **kwargs: Any) -> int:
        if self.failures:
            self.failures -= 1
            raise ValueError("a bug")
        return super().compact(*args, **kwargs)


def test_an_error_that_nobody_expects_is_told_once_and_compaction_goes_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    run, store = new_run(database), Broken(database)
    append(database, store, run, line(20_000))
    compactor = Compactor(store, every_s=0.001)
    compactor.start()
    try:
        wait_until(lambda: not log_rows(database, run), "the compaction of what was logged")
    finally:
        compactor.stop()
    assert [record.exc_text is not None for record in caplog.records] == [True]
