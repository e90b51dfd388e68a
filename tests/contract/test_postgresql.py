"""What PostgreSQL alone can do to a hub: close connections, refuse texts, be slow, be away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest

from modelcompose.database.postgresql import PostgreSQL, without_password
from modelcompose.errors import DatabaseError, UsageError
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import open_hub
from tests.asgi import Caller

SECRET = "s3cret-of-ours"


@pytest.fixture
def database(postgres_url: str) -> Iterator[PostgreSQL]:
    with closing(PostgreSQL(postgres_url, patience_s=1)) as database:
        yield database


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def end_connections(url: str) -> int:
    """End all other connections of a database, as a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(ended.fetchall())


def test_a_connection_that_the_server_closed_is_never_given_out(
    database: PostgreSQL, postgres_url: str
) -> None:
    with ExitStack() as held:
        for _ in range(5):
            held.enter_context(database.read())
    assert end_connections(postgres_url) >= 5
    for _ in range(6):
        with database.read() as connection:
            assert connection.row("SELECT 1") == (1,)


def test_a_connection_that_ends_in_the_middle_is_told_and_the_next_works(
    database: PostgreSQL, postgres_url: str
) -> None:
    def broken_off() -> None:
        with database.write() as connection:
            connection.execute("UPDATE experiments SET updated_at = 111")
            end_connections(postgres_url)
            connection.execute("UPDATE experiments SET updated_at = 222")

    with pytest.raises(DatabaseError, match="cannot be used"):
        broken_off()
    with database.read() as reading:
        assert reading.row("SELECT count(*) FROM experiments WHERE updated_at IN (111, 222)") == (
            0,
        )


def test_when_every_connection_is_taken_a_block_waits_and_then_says_so(
    postgres_url: str,
) -> None:
    with closing(PostgreSQL(postgres_url, patience_s=0.2)) as database, ExitStack() as held:
        for _ in range(16):
            held.enter_context(database.read())
        with pytest.raises(DatabaseError, match=r"no connection within 0\.2 s"):
            held.enter_context(database.read())


def test_a_statement_that_takes_too_long_is_ended_and_said(postgres_url: str) -> None:
    url = f"{postgres_url}&options=-c%20statement_timeout%3D50"
    with (
        closing(PostgreSQL(url)) as database,
        pytest.raises(DatabaseError, match="took longer"),
        database.read() as connection,
    ):
        connection.row("SELECT pg_sleep(5)")


def test_every_statement_is_bounded(database: PostgreSQL) -> None:
    with database.read() as connection:
        assert connection.row("SHOW statement_timeout") == ("1min",)
        assert connection.row("SHOW lock_timeout") == ("30s",)


def test_a_value_that_does_not_fit_its_column_is_the_callers_mistake(
    database: PostgreSQL,
) -> None:
    with pytest.raises(UsageError, match="does not fit"), database.read() as connection:
        connection.row("SELECT CAST(? AS integer)", (2**40,))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:{}@127.0.0.1:{port}/hub",
        "postgresql://ada:a/b?c#{}@127.0.0.1:{port}/hub",
        "postgresql://ada@127.0.0.1:{port}/hub?password={}",
        "postgresql://ada:{}@one@127.0.0.1:x{port}/hub",
    ],
)
def test_no_message_tells_the_password(address: str) -> None:
    url = address.format(SECRET, port=free_port())
    with pytest.raises((DatabaseError, UsageError)) as caught:
        PostgreSQL(url)
    assert SECRET not in f"{caught.value.message} {caught.value.hint}"
    assert SECRET not in without_password(url)
    assert caught.value.message.startswith("postgresql://ada@127.0.0.1")


def test_a_hub_whose_database_is_away_asks_its_callers_to_come_again(
    postgres_url: str, tmp_path: Path
) -> None:
    hub = open_hub(postgres_url, tmp_path)
    call = Caller(create_app(hub))
    hub.database.close()
    answers = [
        call.get("/api/2.0/mlflow/experiments/get?experiment_id=0"),
        call.get(
            "/api/2.0/mlflow/experiments/get?experiment_id=0",
            headers={"Authorization": "Bearer mc_unknown"},
        ),
    ]
    hub.threads.shutdown()
    for answer in answers:
        assert answer.status_code == 503
        assert answer.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
        assert "the database cannot be used" in answer.json()["message"]


@pytest.mark.parametrize(
    ("said", "body", "named"),
    [
        ("POST experiments/create", b'{"name": "a\\u0000b"}', "name"),
        (
            "POST runs/log-batch",
            b'{"run_id": "r", "params": [{"key": "a", "value": "\\u0000"}]}',
            "params[0].value",
        ),
        ("POST runs/search", b'{"experiment_ids": ["0\\u0000"]}', "experiment_ids[0]"),
        ("GET runs/get?run_id=a%00b", b"", "query"),
        ("GET logged-models/m%00", b"", "path"),
    ],
)
def test_a_text_with_a_nul_is_refused_whatever_the_database(
    database_url: str, tmp_path: Path, said: str, body: bytes, named: str
) -> None:
    method, path = said.split(" ")
    hub = open_hub(database_url, tmp_path)
    answer = Caller(create_app(hub))(method, f"/api/2.0/mlflow/{path}", content=body)
    hub.close()
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert f"'{named}'" in answer.json()["message"]


def test_an_escaped_backslash_before_u0000_is_no_nul(tmp_path: Path) -> None:
    hub = open_hub(tmp_path / "hub.db", tmp_path)
    call = Caller(create_app(hub))
    made = call("POST", "/api/2.0/mlflow/experiments/create", content=b'{"name": "a\\\\u0000"}')
    found = call.get("/api/2.0/mlflow/experiments/get-by-name?experiment_name=a%5Cu0000")
    hub.close()
    assert made.status_code == found.status_code == 200
