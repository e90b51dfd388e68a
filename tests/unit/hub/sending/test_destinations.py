from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from modelcompose.database.connection import open_database
from modelcompose.errors import UsageError
from modelcompose.hub.sending.destinations import (
    chosen_hub,
    hub_address,
    is_in_the_clear,
    set_destination,
)

SHARED = "https://hub.example.org"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(open_database(tmp_path / "hub.db")) as connection:
        yield connection


@pytest.mark.parametrize(
    ("key", "variable", "hub"),
    [
        (SHARED, "", SHARED),
        (f"{SHARED}/", "http://other", SHARED),
        (None, f"{SHARED}/", SHARED),
        (None, "", ""),
        ("", SHARED, ""),
    ],
)
def test_the_key_of_the_project_goes_before_the_variable(
    key: str | None, variable: str, hub: str
) -> None:
    assert chosen_hub(key, {"MODELCOMPOSE_HUB": variable}) == hub


@pytest.mark.parametrize("text", ["hub.example.org", "ftp://x", "http://", "http://x:y", "https:x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected an http or https address"):
        hub_address(text, "MODELCOMPOSE_HUB")


def test_an_address_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(UsageError) as error:
        hub_address("https://ana:secret@hub.example.org", "MODELCOMPOSE_HUB")
    assert "secret" not in error.value.message
    assert "hub login" in (error.value.hint or "")


@pytest.mark.parametrize(
    ("hub", "is_clear"),
    [
        ("http://hub.example.org", True),
        ("https://hub.example.org", False),
        ("http://127.0.0.1:4750", False),
        ("http://[::1]:4750", False),
        ("http://localhost", False),
    ],
)
def test_what_goes_to_another_machine_by_http_can_be_read(hub: str, *, is_clear: bool) -> None:
    assert is_in_the_clear(hub) is is_clear


def test_a_destination_is_written_only_when_it_changes(connection: Connection) -> None:
    now = time.time()
    assert set_destination(connection, "flights", "/a", SHARED, now)
    assert not set_destination(connection, "flights", "/a", SHARED, now)
    assert set_destination(connection, "flights", "/a", "", now)
    assert not set_destination(connection, "flights", "/a", "", now)
