"""What every database promises: the same to those that use it, whichever it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from modelcompose.database.connection import HEAD
from modelcompose.database.database import Database, one_of
from modelcompose.errors import DatabaseError, UsageError

INSERT = "INSERT INTO experiments (name, created_at, updated_at) VALUES (?, ?, ?)"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.at(database_url)
    yield database
    database.close()


def names(database: Database) -> list[str]:
    with database.read() as connection:
        rows = connection.rows("SELECT name FROM experiments WHERE number > 0 ORDER BY name")
    return [name for (name,) in rows]


def fail_half_way(database: Database) -> None:
    with database.write() as connection:
        connection.execute(INSERT, ("one", 1.0, 1.0))
        _ = 1 / 0


def test_a_new_database_has_the_newest_schema(database: Database) -> None:
    with database.read() as connection:
        assert connection.row("SELECT version_num FROM alembic_version") == (HEAD,)
        assert connection.row("SELECT number, name FROM experiments") == (0, "Default")


def test_what_is_written_is_there_after_the_database_was_opened_again(
    database: Database, database_url: str
) -> None:
    with database.write() as connection:
        connection.execute(INSERT, ("one", 1.5, 2.5))
    again = Database.at(database_url)
    try:
        assert names(again) == ["one"]
    finally:
        again.close()


def test_a_block_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_half_way(database)
    assert names(database) == []


def test_a_write_after_one_that_failed_works(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_half_way(database)
    with database.write() as connection:
        connection.executemany(INSERT, [("two", 1.0, 1.0), ("three", 1.0, 1.0)])
    assert names(database) == ["three", "two"]


def test_signs_of_the_language_inside_of_literals_are_left_alone(database: Database) -> None:
    with database.read() as connection:
        found = connection.row("SELECT 'a?b%c', 'it''s ?', ? AS \"is %?\"", ("x?%",))
    assert found == ("a?b%c", "it's ?", "x?%")


def test_a_pattern_may_be_compared_with(database: Database) -> None:
    with database.read() as connection:
        assert connection.rows("SELECT name FROM experiments WHERE name LIKE 'Def%'") == [
            ("Default",)
        ]


@pytest.mark.parametrize("values", [["a", "b"], [], ["'; DROP TABLE runs; --"]], ids=len)
def test_any_number_of_texts_is_one_parameter(database: Database, values: list[str]) -> None:
    with database.write() as connection:
        connection.executemany(INSERT, [(name, 1.0, 1.0) for name in ("a", "b", "c")])
        these, parameter = one_of(connection, "name", values)
        found = connection.rows(f"SELECT name FROM experiments WHERE {these}", [parameter])
    assert {name for (name,) in found} == set(values) & {"a", "b"}


def test_a_hundred_thousand_numbers_are_one_parameter(database: Database) -> None:
    with database.read() as connection:
        these, parameter = one_of(connection, "number", range(100_000))
        assert connection.rows(f"SELECT number FROM experiments WHERE {these}", [parameter]) == [
            (0,)
        ]


@pytest.mark.parametrize("value", [0.1, -math.inf, math.inf, 5e-324, 1.7976931348623157e308])
def test_a_float_comes_back_as_it_was(database: Database, value: float) -> None:
    with database.write() as connection:
        connection.execute(INSERT, ("one", value, 0.0))
        found = connection.row("SELECT created_at FROM experiments WHERE name = 'one'")
    assert found == (value,)


def test_text_of_any_language_comes_back_as_it_was(database: Database) -> None:
    text = "größe - 模型 🚀 \u202e \r\n\t"
    with database.write() as connection:
        connection.execute(INSERT, (text, 0.0, 0.0))
    assert names(database) == [text]


def test_the_nul_sign_is_kept_or_refused_and_never_half_kept(database: Database) -> None:
    try:
        with database.write() as connection:
            connection.execute(INSERT, ("a\0b", 0.0, 0.0))
    except UsageError:
        assert names(database) == []
    else:
        assert names(database) == ["a\0b"]


def test_many_threads_lose_nothing(database: Database) -> None:
    def add(number: int) -> None:
        with database.write() as connection:
            row = connection.row("SELECT count(*) FROM experiments")
            assert row is not None
            connection.execute(INSERT, (f"{number}", float(row[0]), 0.0))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(80)))
    assert len(names(database)) == 80


def test_a_reader_sees_no_half_of_a_transaction(database: Database) -> None:
    with database.write() as connection:
        connection.execute(INSERT, ("one", 0.0, 0.0))
        assert names(database) == []
    assert names(database) == ["one"]


def test_a_newer_schema_is_refused(database: Database, database_url: str) -> None:
    with database.write() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="its schema is revision 9999") as caught:
        Database.at(database_url)
    assert caught.value.hint is not None
    assert "pip install --upgrade" in caught.value.hint


def test_many_may_open_an_empty_database_at_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        for opened in list(threads.map(lambda _: Database.at(database_url), range(4))):
            assert names(opened) == []
            opened.close()


def test_an_sqlite_address_is_a_path(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "a.db"):
        database = Database.at(url)
        assert database.name == str(tmp_path / "a.db")
        database.close()


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="no such kind of database"):
        Database.at("mysql://somewhere/hub")


def test_a_server_that_is_away_is_said_without_the_password() -> None:
    with pytest.raises(DatabaseError, match="cannot be used") as caught:
        Database.at("postgresql://me:secret@127.0.0.1:1/hub")
    assert "secret" not in caught.value.message
    assert caught.value.message.startswith("postgresql://me@127.0.0.1:1/hub")
