from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy
from alembic import command

from modelcompose.database import migration
from modelcompose.database.connection import connect, open_database
from modelcompose.tracking.columns import packed
from modelcompose.tracking.runs import Runs

RUN = "1" * 32


def old_database(path: Path) -> None:
    """Make a database of the first revision, with points."""
    path.parent.mkdir()
    path.touch()
    with closing(connect(path)) as raw:
        engine = sqlalchemy.create_engine(
            "sqlite://", creator=lambda: raw, poolclass=sqlalchemy.pool.StaticPool
        )
        config = migration.configuration()
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
    with closing(sqlite3.connect(path)) as raw:
        columns = [row[1:4] for row in raw.execute("PRAGMA table_info(runs)")]
        known = {"number": 7, "id": RUN, "status": "succeeded"}
        needed = {
            name: known.get(name, "{}" if kind == "TEXT" else 0)
            for name, kind, is_needed in columns
            if is_needed or name in known
        }
        marks = ", ".join("?" * len(needed))
        raw.execute(f"INSERT INTO runs ({', '.join(needed)}) VALUES ({marks})", [*needed.values()])
        for part, times in enumerate((packed([5.0, 6.0]), None)):
            steps, points = packed([part * 2.0, part * 2.0 + 1]), packed([0.5, 0.25])
            row = (7, "loss", part, 2, steps, points, times)
            raw.execute("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        raw.commit()


def test_points_of_the_first_schema_are_there_after_the_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "home" / "hub.db"
    old_database(path)
    with closing(open_database(path)) as connection:
        (series,) = Runs(connection).series(RUN)
        assert sorted(series.steps) == [0.0, 1.0, 2.0, 3.0]
        assert series.times == ()  # that of some is not known
