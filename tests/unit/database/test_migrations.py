from __future__ import annotations

import ast
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command

from modelcompose.database import migrations
from modelcompose.database.connection import open_database
from modelcompose.database.migration import configuration
from modelcompose.tracking.children import read_children
from modelcompose.tracking.run import Metric
from modelcompose.tracking.runs import Runs

RELEASED = Path(__file__).parents[2] / "fixtures" / "database"
"""The database that each release left behind, with one run in it, by the revision of its schema."""

FILES = sorted(Path(next(iter(migrations.__path__))).rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_migration_imports_no_capability(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not [name for name in imported if name.startswith("modelcompose")]


def test_metrics_that_were_recorded_before_they_had_an_order_come_by_name(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name in ("rows", "auc"):
            connection.exec_driver_sql(
                "INSERT INTO metrics (run, name, last, min, max, count) VALUES (1, ?, 2, 1, 3, 4)",
                (name,),
            )
    engine.dispose()

    with closing(open_database(path)) as database:
        metrics = read_children(database, [1])[1]["metrics"]

    assert list(metrics) == ["auc", "rows"]
    assert metrics["auc"] == Metric(2.0, 1.0, 3.0, 4)


@pytest.mark.parametrize("released", sorted(RELEASED.glob("*.sql")), ids=lambda path: path.stem)
def test_a_run_of_every_released_schema_is_read_whole(tmp_path: Path, released: Path) -> None:
    path = tmp_path / "hub.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(released.read_text(encoding="utf-8"))

    with closing(open_database(path)) as database:
        runs = Runs(database)
        (run,) = runs.list()
        (losses,) = runs.series(run.id)
        samples = runs.samples(run.id)
        experiments = database.execute(
            "SELECT experiments.name FROM runs "
            "JOIN experiments ON experiments.number = runs.experiment"
        ).fetchall()

    assert (run.project, run.step, run.status) == ("losses", "train", "succeeded")
    assert run.params == {"LR": "0.1"}
    assert run.metrics == {"auc": Metric(0.75, 0.75, 0.75, 1), "loss": Metric(0.2, 0.2, 1.0, 5)}
    assert set(run.inputs) == {"train.py"}
    assert set(run.outputs) == {"metrics.json", "model.txt"}
    assert (losses.name, losses.steps) == ("loss", (1.0, 2.0, 3.0, 4.0, 5.0))
    assert len(samples) == 1
    assert experiments == [("losses",)]
