from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.database import sqlite
from modelcompose.database.database import Database


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(sqlite, "_LOG_BYTES", 4096 * 8)
    with closing(Database.at(tmp_path / "hub.db")) as database:
        yield database


def write(database: Database, count: int) -> None:
    for _ in range(count):
        with database.write() as connection:
            connection.execute("UPDATE experiments SET updated_at = updated_at + 1")


def log_bytes(database: Database) -> int:
    return Path(f"{database.name}-wal").stat().st_size


def test_a_log_that_has_grown_begins_anew(database: Database) -> None:
    write(database, 50)
    database.tidy()
    assert log_bytes(database) == 0


def test_a_reader_that_overlaps_keeps_its_state_and_the_log_waits(database: Database) -> None:
    with database.read() as connection:
        before = connection.rows("SELECT updated_at FROM experiments")
        write(database, 50)
        database.tidy()
        assert connection.rows("SELECT updated_at FROM experiments") == before
        assert log_bytes(database) > 0
    database.tidy()
    assert log_bytes(database) == 0


def test_a_small_log_is_left_alone(database: Database) -> None:
    write(database, 1)
    size = log_bytes(database)
    database.tidy()
    assert log_bytes(database) == size
