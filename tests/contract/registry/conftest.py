"""What tests of the registry share: a database of each kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modelcompose.database.database import Connection, Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.at(database_url)
    yield database
    database.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Give a connection of one write block, which the whole test is."""
    with database.write() as connection:
        yield connection
