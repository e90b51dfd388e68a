from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.database.connection import open_database
from modelcompose.tracking.runs import Runs


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_database(tmp_path / "home" / "hub.db")) as connection:
        yield connection


@pytest.fixture
def runs(connection: sqlite3.Connection) -> Runs:
    return Runs(connection)
