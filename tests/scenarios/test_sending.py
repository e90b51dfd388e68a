"""A project whose runs go to a shared hub: while it is there, while it is away, and afterwards."""

from __future__ import annotations

import json
import stat
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from modelcompose.database.database import Database
from tests.shared_hub import Team
from tests.workbench import Workbench, shell

HUB = {"hub": "${MODELCOMPOSE_HUB:-}"}
STEPS = {
    "prepare": shell("echo $SEED > data.txt", "data.txt"),
    "train": shell(
        'echo training; echo "{\\"auc\\": 0.9}" > metrics.json; cp data.txt model.txt',
        "model.txt",
        inputs=["data.txt"],
        metrics=["metrics.json"],
    ),
}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    home = tmp_path_factory.mktemp("team")
    team = Team(home, str(home / "hub.db"))
    team.start()
    yield team
    team.stop()


@pytest.fixture
def project(bench: Workbench, team: Team) -> Workbench:
    models = {f"delay-{bench.name}": {"path": "model.txt", "alias": "champion"}}
    objective = {"train.auc": "max"}
    bench.compose(STEPS, **{"x-ml": {**HUB, "models": models, "objective": objective}})
    bench.variables["MODELCOMPOSE_HUB"] = team.address
    return bench


def runs_of(team: Team, project: Workbench) -> dict[str, Any]:
    found = team.get(f"/runs?project={project.name}")["runs"]
    return {run["step"]: run for run in found}


def test_what_a_command_ran_is_on_the_hub_when_it_ends(project: Workbench, team: Team) -> None:
    said = project.run("run").stderr
    assert "hub:" not in said
    runs = runs_of(team, project)
    assert runs.keys() == {"prepare", "train"}
    assert runs["train"]["metrics"]["auc"]["last"] == 0.9
    assert team.get(f"/runs/{runs['train']['id']}/log")["text"] == "training\n"
    plan = {step["name"]: step for step in team.get(f"/projects/{project.name}/plan")["steps"]}
    assert plan["train"]["state"] == "fresh"
    assert plan["train"]["after"] == ["prepare"]
    assert plan["train"]["run"] == runs["train"]["id"]
    model = team.get(f"/models/delay-{project.name}")["model"]
    assert model["aliases"] == {"champion": 1}
    assert project.run("hub", "status").stdout.split()[-2:] == ["0", "-"]


def test_what_is_reproduced_is_on_the_hub_when_the_command_ends(
    project: Workbench, team: Team
) -> None:
    project.run("run")
    [outcome] = project.json("reproduce", "train")["steps"]
    found = team.get(f"/runs/{outcome['new']}")
    assert (found["kind"], found["reproduces"]) == ("reproduction", outcome["old"])


def test_a_hub_that_is_away_fails_no_command_and_gets_its_runs_later(
    project: Workbench, team: Team
) -> None:
    team.stop()
    said = project.run("run").stderr
    assert f"hub: 2 runs wait for {team.address} (it does not answer" in said
    assert "modelcompose hub send" in said
    began = time.monotonic()
    assert "1 run" not in project.run("status").stderr
    assert time.monotonic() - began < 5
    waiting = project.run("hub", "send", code=1).stderr
    assert f"{team.address}: 2 runs wait: it does not answer" in waiting
    [state] = project.json("hub", "status")
    assert state["waiting"] == 2
    team.start()
    assert f"{team.address}: 2 runs sent" in project.run("hub", "send").stderr
    assert runs_of(team, project).keys() == {"prepare", "train"}


def test_a_status_shows_the_hub_a_project_that_never_ran(project: Workbench, team: Team) -> None:
    project.run("status")
    plan = {step["name"]: step for step in team.get(f"/projects/{project.name}/plan")["steps"]}
    assert plan["train"]["state"] == "missing"
    assert "prepare" in plan["train"]["cause"] or plan["train"]["cause"]


def test_without_a_hub_nothing_is_sent_and_nothing_said(project: Workbench, team: Team) -> None:
    del project.variables["MODELCOMPOSE_HUB"]
    assert "hub" not in project.run("run").stderr
    assert "Nothing is sent" in project.run("hub", "status").stderr
    assert runs_of(team, project) == {}


def test_an_address_that_is_none_is_refused_where_it_stands(project: Workbench) -> None:
    said = project.run("run", code=1, env={"MODELCOMPOSE_HUB": "hub.example.org"}).stderr
    assert "x-ml.hub: expected an http or https address" in said


def test_a_token_is_kept_where_only_its_user_reads_it(project: Workbench, team: Team) -> None:
    token = team.token("writer", project.name)
    login = [*project.command, "hub", "login", team.address, "--token-stdin"]
    done = subprocess.run(
        login,
        check=False,
        input=f"{token}\n",
        env=project.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert token not in done.stdout + done.stderr
    kept = project.home / "hub-tokens.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text()) == {team.address: token}
    project.run("run")
    with_token = Database.at(team.database)
    try:
        with with_token.read() as connection:
            [(used,)] = connection.rows("SELECT used_at FROM tokens")
    finally:
        with_token.close()
    assert used is not None
    project.run("hub", "logout", team.address)
    assert json.loads(kept.read_text()) == {}


def test_a_wrong_token_is_said_with_the_command_that_mends_it(
    project: Workbench, team: Team
) -> None:
    said = project.run("run", env={"MODELCOMPOSE_HUB_TOKEN": "mc_wrong"}).stderr
    assert f"modelcompose hub login {team.address}" in said
    assert "mc_wrong" not in said
