"""What the command line prints as JSON, and what the API answers, are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import msgspec
import pytest
from click.testing import CliRunner

from modelcompose.cli.models import models
from modelcompose.cli.runs import runs_group
from modelcompose.database.connection import open_database
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub
from modelcompose.registry.candidates import Candidate, register
from modelcompose.store.content import Content
from modelcompose.tracking.logging import KeyValue, log_batch
from modelcompose.tracking.runs import Runs
from tests.asgi import Caller
from tests.unit.tracking.making import a_full_run, digest

OLD, NEW = "a" * 32, "b" * 32


@pytest.fixture
def filled(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Give a hub with two runs, each with a version of a model."""
    runs = Runs(open_database(hub.home / "hub.db"))
    for place, run_id in enumerate((OLD, NEW)):
        run = msgspec.structs.replace(a_full_run(), id=run_id)
        runs.create(run)
        content = Content("folder", digest("de"[place]), 10, 2)
        found = Candidate("delay", "models/delay", content, {run.step: run}, alias="challenger")
        with hub.database.write() as connection:
            register(connection, found, float(place))
            log_batch(connection, hub.series, run_id, tags=[KeyValue("team", "a")])
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(hub.home))
    return hub


@pytest.mark.parametrize(
    ("group", "words", "path", "key"),
    [
        (runs_group, ["--all"], "runs", "runs"),
        (runs_group, ["show", NEW], f"runs/{NEW}", None),
        (runs_group, ["diff", OLD, NEW], f"comparison/pair?old={OLD}&new={NEW}", None),
        (models, [], "models", "models"),
        (models, ["show", "delay"], "models/delay", None),
        (models, ["show", "delay@1"], "models/delay/versions/1", None),
        (models, ["show", "delay@challenger"], "models/delay/versions/challenger", None),
        (models, ["diff", "delay@1", "delay@2"], "models/delay/comparison?old=1&new=2", None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_json_of_the_command_line_is_that_of_the_api(
    filled: Hub, group: click.Command, words: Sequence[str], path: str, key: str | None
) -> None:
    printed = CliRunner().invoke(group, [*words, "--format", "json"])
    assert printed.exit_code == 0, printed.output
    answer: Any = Caller(create_app(filled)).get(f"/api/v1/{path}").json()
    assert msgspec.json.decode(printed.stdout) == (answer if key is None else answer[key])


def test_a_model_card_is_the_command_lines(filled: Hub) -> None:
    printed = CliRunner().invoke(models, ["show", "delay@2", "--format", "markdown"])
    answer = Caller(create_app(filled)).get("/api/v1/models/delay/versions/2/card").json()
    assert answer == {"markdown": printed.stdout}


def test_what_is_not_there_is_said_as_everything_else(hub: Hub) -> None:
    client = Caller(create_app(hub))
    for path in ("nonsense", "models/nobody", "models/nobody/versions/1"):
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
