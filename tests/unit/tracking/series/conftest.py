from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.database.database import Database
from modelcompose.tracking.series import chunks, compaction, growing
from modelcompose.tracking.series.store import SeriesStore
from tests.unit.tracking.making import new_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "home" / "hub.db"
    new_database(path).close()
    with closing(Database.at(path)) as database:
        yield database


@pytest.fixture
def store(database: Database) -> SeriesStore:
    return SeriesStore(database)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all that happens to millions of points happen to some dozens."""
    monkeypatch.setattr(compaction, "FOLD_ROWS", 3)
    monkeypatch.setattr(compaction, "MOVE_POINTS", 10)
    monkeypatch.setattr(compaction, "MOVE_POINTS_EACH", 2)
    monkeypatch.setattr(compaction, "MOVE_POINTS_ALWAYS", 40)
    monkeypatch.setattr(chunks, "CHUNK_POINTS", 8)
    monkeypatch.setattr(growing, "BUCKETS_FROM", 12)
    monkeypatch.setattr(growing, "_POINTS_EACH", 4)
    monkeypatch.setattr(growing, "_FEWEST_EACH", 2)
    monkeypatch.setattr(growing, "_MOST_EACH", 6)
