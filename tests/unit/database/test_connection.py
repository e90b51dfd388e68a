from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from modelcompose.database.connection import HEAD, open_database, schema_version
from modelcompose.database.migration import configuration
from modelcompose.errors import DatabaseError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "hub.db"


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_database(path)) as connection:
        yield connection


def test_the_first_opening_makes_folder_and_tables(path: Path) -> None:
    with _opened(path) as connection:
        assert schema_version(connection) == HEAD
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)


def test_the_default_is_in_the_home_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(path.parent))
    open_database().close()
    assert path.exists()


def test_the_head_in_code_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_a_connection_has_the_settings_that_many_writers_need(path: Path) -> None:
    with _opened(path) as connection:
        values = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert values == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 1,
        "busy_timeout": 30_000,
    }


def test_only_others_of_this_user_are_kept_out_of_a_new_home(path: Path) -> None:
    open_database(path).close()
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o077 == 0


def test_what_a_killed_first_opening_left_is_cleared(path: Path) -> None:
    path.parent.mkdir()
    for suffix in (".new", ".new-wal", ".new-shm"):
        path.with_name(path.name + suffix).write_bytes(b"half")
    open_database(path).close()
    assert sorted(p.name for p in path.parent.iterdir()) == ["hub.db", "hub.db.lock"]


def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with _opened(path) as connection:
        assert schema_version(connection) == HEAD


def test_a_newer_schema_is_refused_with_the_command_to_upgrade(path: Path) -> None:
    with _opened(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="its schema is revision 9999") as caught:
        open_database(path)
    assert caught.value.message.startswith(str(path))
    assert caught.value.hint is not None
    assert "pip install --upgrade" in caught.value.hint


def test_a_damaged_file_is_named_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(DatabaseError, match="nothing was deleted") as caught:
        open_database(path)
    assert caught.value.message.startswith(str(path))
    assert path.read_bytes() == b"this is no database" * 1000


def test_a_migration_that_fails_leaves_nothing_half_done(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE series (mine INTEGER)")  # the migration's last but one
        connection.commit()
    with pytest.raises(DatabaseError, match="already exists"):
        open_database(path)
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("series",)]


def test_a_home_that_cannot_be_made_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match=r"hub\.db: the database cannot be used") as caught:
        open_database(tmp_path / "file" / "hub.db")
    assert caught.value.hint is not None
    assert "MODELCOMPOSE_HOME" in caught.value.hint


def test_a_database_locked_by_another_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcompose.database.connection.BUSY_TIMEOUT_S", 0.01)
    with _opened(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = NULL WHERE 0")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match="holds the database locked"):
            open_database(path)
