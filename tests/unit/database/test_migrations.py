from __future__ import annotations

import ast
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
