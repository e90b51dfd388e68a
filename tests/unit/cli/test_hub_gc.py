from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modelcompose.cli.hub import hub
from modelcompose.database.database import Database
from modelcompose.errors import UsageError
from modelcompose.tracking.experiments import find_experiment
from modelcompose.tracking.logged_runs import create_run, delete_run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home folder whose hub has one run in its trash."""
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(tmp_path))
    database = Database.at(tmp_path / "hub.db")
    with database.write() as connection:
        run = create_run(connection, find_experiment(connection, "0"), 1.0)
        delete_run(connection, run, 2.0)
    database.close()
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(hub, ["gc", *arguments])


def test_it_only_says_what_goes_until_it_is_sure(home: Path) -> None:
    look = call()
    assert look.stdout == "would delete 1 run\n"
    assert "hint: modelcompose hub gc --yes" in look.stderr
    assert call("--yes").stdout == "deleted 1 run\n"
    assert call().stdout == "nothing to delete\n"


def test_what_went_is_told_to_programs(home: Path) -> None:
    told = json.loads(call("--yes", "--format", "json").stdout)
    assert (told["is_done"], told["runs"], told["size_bytes"]) == (True, 1, 0)
    assert told["kept"] == []


def test_what_was_deleted_lately_can_stay(home: Path) -> None:
    assert call("--older-than", "99999d").stdout == "nothing to delete\n"
    assert call("--older-than", "1d12h").stdout == "would delete 1 run\n"


def test_an_age_that_is_none_is_refused(home: Path) -> None:
    assert isinstance(call("--older-than", "soon").exception, UsageError)
