from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.tracking.runs import Runs
from tests.unit.tracking.making import new_database


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(new_database(tmp_path / "home" / "hub.db")) as connection:
        yield connection


@pytest.fixture
def runs(connection: sqlite3.Connection) -> Runs:
    return Runs(connection)
