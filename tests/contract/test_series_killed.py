"""No point is lost or doubled when its writer is killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.database.database import Database
from modelcompose.tracking.series.store import SeriesStore
from tests.unit.tracking.making import new_database
from tests.unit.tracking.series import writer
from tests.unit.tracking.series.logged import new_run, walk

ROOT = Path(__file__).parents[2]
ACKNOWLEDGEMENTS = (3, 41, 8, 90, 17)
"""After how many the writer is killed, in the middle of whatever it then does."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "home" / "hub.db"
    new_database(path).close()
    with closing(Database.at(path)) as database:
        yield database


def written_until_killed(path: Path, run: int, first: int, acknowledgements: int) -> int:
    """Give up to which step points were acknowledged before the writer was killed."""
    command = [sys.executable, "-m", writer.__name__, str(path), str(run), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        for _ in range(acknowledgements):
            first = int(process.stdout.readline())
        process.kill()
        for line in process.stdout:  # those that were on their way
            first = int(line)
    return first


def test_nothing_acknowledged_is_lost_or_doubled_when_the_writer_is_killed(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "home" / "hub.db"
    run = new_run(database)
    steps = 0
    for acknowledgements in ACKNOWLEDGEMENTS:
        steps = written_until_killed(path, run, steps, acknowledgements)
        with closing(Database.at(path)) as again:
            store = SeriesStore(again)
            found = [step for step, _, _ in walk(store, run, "loss", 25_000)]
            # The last batch may have been written without a word about it.
            assert len(found) in {steps, steps + writer.BATCH}
            assert found == list(map(float, range(len(found))))
            (chart,) = store.buckets([run], ["loss"], width=100)
            assert chart.count == len(found)
            with again.read() as connection:
                count = "SELECT count FROM metrics WHERE run = ?"
                assert connection.row(count, (run,)) == (len(found),)
                assert connection.row("PRAGMA integrity_check") == ("ok",)
                moved = connection.row("SELECT coalesce(sum(count), 0) FROM series_chunks")
        steps = len(found)
    assert moved is not None
    assert moved[0] > writer.BATCH  # it was killed while points were on the move
