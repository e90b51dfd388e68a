"""Runs whose clients have vanished are ended, over both databases; one that calls comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from modelcompose.database.database import Connection, Database
from modelcompose.tracking.contact import LOST_TAG, NOTED_EVERY_S, end_lost
from modelcompose.tracking.experiments import find_experiment
from modelcompose.tracking.logged_runs import create_run, update_run
from modelcompose.tracking.logging import KeyValue, Point, log_batch, set_tag
from modelcompose.tracking.series.store import SeriesStore

DAY_S = 86_400.0


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.at(database_url)
    yield database
    database.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write() as connection:
        yield connection


@pytest.fixture
def run_id(connection: Connection) -> str:
    return create_run(connection, find_experiment(connection, "0"), 1000.0)


def silence(connection: Connection, run_id: str, since: float | None) -> None:
    connection.execute("UPDATE runs SET heard_at = ? WHERE id = ?", (since, run_id))


def state(connection: Connection, run_id: str) -> tuple[Any, ...]:
    sql = "SELECT status, ended_at, error FROM runs WHERE id = ?"
    row = connection.row(sql, (run_id,))
    assert row is not None
    return row


def tags(connection: Connection) -> dict[str, str]:
    return dict(connection.rows("SELECT name, value FROM run_tags"))


def test_a_run_that_nobody_has_called_for_is_killed_at_the_last_call(
    connection: Connection, run_id: str
) -> None:
    silence(connection, run_id, 5000.0)

    assert end_lost(connection, 5000.0 + DAY_S) == [run_id]
    cause = "its client has not been heard of since 1970-01-01T01:23:20+00:00"
    assert state(connection, run_id) == ("killed", 5000.0, cause)
    assert tags(connection)[LOST_TAG] == "1970-01-01T01:23:20+00:00"
    assert end_lost(connection, 5000.0 + DAY_S) == []


def test_a_time_that_no_calendar_has_keeps_no_run_alive(
    connection: Connection, run_id: str
) -> None:
    silence(connection, run_id, -1e14)

    assert end_lost(connection, 5000.0) == [run_id]
    assert tags(connection)[LOST_TAG] == "-100000000000000 s after 1970"


def test_a_run_whose_client_called_lately_is_left_alone(
    connection: Connection, run_id: str
) -> None:
    assert end_lost(connection, time.time() - DAY_S) == []
    assert state(connection, run_id)[0] == "running"


def test_a_call_brings_a_lost_run_back(
    database: Database, connection: Connection, run_id: str
) -> None:
    silence(connection, run_id, 5000.0)
    end_lost(connection, 6000.0)

    log_batch(connection, SeriesStore(database), run_id, [Point("loss", 1.0, 1)])

    assert state(connection, run_id) == ("running", None, None)
    assert LOST_TAG not in tags(connection)
    assert end_lost(connection, time.time() - DAY_S) == []


def test_a_lost_run_ends_as_its_client_says(connection: Connection, run_id: str) -> None:
    silence(connection, run_id, 5000.0)
    end_lost(connection, 6000.0)

    update_run(connection, run_id, status="succeeded", ended_at=7000.0)

    assert state(connection, run_id) == ("succeeded", 7000.0, None)
    assert LOST_TAG not in tags(connection)


def test_a_run_that_its_user_killed_stays_killed(connection: Connection, run_id: str) -> None:
    update_run(connection, run_id, status="killed", ended_at=7000.0)

    set_tag(connection, run_id, KeyValue("a", "b"))

    assert state(connection, run_id)[:2] == ("killed", 7000.0)


def test_a_contact_is_noted_once_a_minute(connection: Connection, run_id: str) -> None:
    now = time.time()
    for since, is_noted in ((now - NOTED_EVERY_S / 2, False), (now - NOTED_EVERY_S, True)):
        silence(connection, run_id, since)
        set_tag(connection, run_id, KeyValue("a", "b"))
        row = connection.row("SELECT heard_at FROM runs WHERE id = ?", (run_id,))
        assert row is not None
        assert (row[0] != since) is is_noted


def test_a_run_from_before_there_were_notes_is_known_by_its_last_point(
    database: Database, connection: Connection, run_id: str
) -> None:
    log_batch(connection, SeriesStore(database), run_id, [Point("loss", 1.0, 50_000_000)])
    silence(connection, run_id, None)

    assert end_lost(connection, 40_000.0) == []
    assert end_lost(connection, 60_000.0) == [run_id]


def test_a_run_of_a_step_is_its_projects_to_end(connection: Connection, run_id: str) -> None:
    connection.execute("UPDATE runs SET kind = 'step', heard_at = NULL WHERE id = ?", (run_id,))

    assert end_lost(connection, time.time()) == []


def test_a_run_of_a_step_that_another_hub_sends_is_lost_when_that_is_silent(
    connection: Connection, run_id: str
) -> None:
    connection.execute("UPDATE runs SET kind = 'step', heard_at = 5 WHERE id = ?", (run_id,))

    assert end_lost(connection, 10.0) == [run_id]
