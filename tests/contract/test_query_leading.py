"""A page that is found among the best of a metric is the page that all runs would give."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from itertools import product

import pytest
from msgspec.structs import replace

from modelcompose.database.database import Database
from modelcompose.tracking.query.search import Query, compose, find
from tests.unit.tracking.series.logged import new_run

RUNS = 60
INSERT = "INSERT INTO metrics (run, name, last, count) VALUES (?, ?, ?, 1)"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give runs with equal values, infinite ones, NaN, and without the metric."""
    chance = random.Random(4)
    values = [0.0, 1.0, 2.0, 3.0, 4.0, float("inf"), None]
    with closing(Database.at(database_url)) as database:
        for _ in range(RUNS):
            run = new_run(database)
            with database.write() as connection:
                for name in ("a", "b"):
                    if chance.random() < 0.9:
                        connection.execute(INSERT, (run, name, chance.choice(values)))
        yield database


def test_the_best_first_are_the_same_runs(database: Database) -> None:
    texts = [None, "metrics.b > 1", "metrics.b > 3", "metrics.a < 3"]
    for text, key, limit in product(texts, ("metrics.a", "-metrics.a"), (1, 2, 3, 5, 100)):
        query = compose(database.dialect, 0.0, text=text, keys=[key])
        assert query.lead is not None
        among_all = pages(database, replace(query, lead=None), limit)
        assert pages(database, query, limit) == among_all, (text, key, limit)


def pages(database: Database, query: Query, limit: int) -> list[list[int]]:
    found: list[list[int]] = []
    page = None
    with database.read() as connection:
        while page is not None or not found:
            answer = find(connection, query, limit, page)
            found.append(answer.numbers)
            page = answer.token
    return found


@pytest.mark.parametrize("key", ["metrics.a.min", "params.a", "created", "step"])
def test_an_order_by_anything_else_asks_all_runs(key: str) -> None:
    assert compose("sqlite", 0.0, keys=[key]).lead is None
