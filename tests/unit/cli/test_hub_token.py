from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modelcompose.cli.hub import hub
from modelcompose.database.database import Database
from modelcompose.errors import NotFound
from modelcompose.hub.tokens import store
from modelcompose.hub.tokens.secret import PREFIX


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(tmp_path))
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(hub, ["token", *arguments])


def test_a_token_is_printed_once_and_works(home: Path) -> None:
    made = call("create", "ci", "--role", "reader", "--project", "flights")
    secret = made.stdout.strip()
    assert secret.startswith(PREFIX)
    assert secret not in call("list").output
    database = Database.at(home / "hub.db")
    with database.read() as connection:
        principal = store.find(connection, store.hashed(secret), 0.0)
    database.close()
    assert principal is not None
    assert principal.grants == {"flights": "reader"}


def test_tokens_are_listed_with_what_they_may_do(home: Path) -> None:
    call("create", "ci", "--role", "admin", "--days", "30")
    table = call("list").stdout
    assert "admin in all" in table
    assert "valid" in table
    (listed,) = json.loads(call("list", "--format", "json").stdout)
    assert listed["name"] == "ci"
    assert listed["grants"] == {"": "admin"}
    assert listed["expires_at"] == pytest.approx(listed["created_at"] + 30 * 86400)


def test_a_token_is_revoked_by_its_id_or_name(home: Path) -> None:
    made = json.loads(call("create", "ci", "--format", "json").stdout)
    call("create", "ana")
    assert call("revoke", made["id"], "ana").exit_code == 0
    assert call("list").stdout.count("revoked") == 2
    assert isinstance(call("revoke", "ana").exception, NotFound)


def test_without_tokens_it_is_said_how_to_make_one(home: Path) -> None:
    assert "hub token create" in call("list").stderr
