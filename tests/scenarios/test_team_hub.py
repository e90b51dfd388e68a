"""A team's hub: the deployment of `deploy/hub`, with PostgreSQL, as the guide brings it up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.team_hub import FOLDER, TeamHub, deployed
from tests.workbench import Workbench, wait_until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

_TRAIN = """\
import json, sys
json.dump({"accuracy": float(sys.argv[1])}, open("metrics.json", "w"))
open("model.txt", "w").write(sys.argv[1])
"""
_CLIENT = """\
import mlflow
mlflow.set_experiment("notebooks")
with mlflow.start_run() as run:
    mlflow.log_params({"lr": 0.1})
    mlflow.log_metrics({"loss": 0.5}, step=1)
    mlflow.log_text("hello", "notes/a.txt")
    name = run.info.run_id
print(name, mlflow.artifacts.load_text(f"runs:/{name}/notes/a.txt"))
"""


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamHub]:
    folder = tmp_path_factory.mktemp("team")
    with deployed(folder) as hub:
        yield hub
    left = ["docker", "volume", "ls", "--quiet", "--filter", f"name={hub.name}"]
    assert subprocess.check_output(left, text=True) == ""


@pytest.fixture(scope="module")
def admin(team: TeamHub) -> str:
    return team.token("ada", "--role", "admin")


def new_run(team: TeamHub, token: str) -> str:
    made = team.post("runs/create", token, {"experiment_id": "0", "start_time": 1})
    run_id: str = made["run"]["info"]["run_id"]
    return run_id


def log(team: TeamHub, token: str, run_id: str, step: int) -> None:
    point = {"key": "loss", "value": step / 3, "timestamp": step, "step": step}
    team.post("runs/log-batch", token, {"run_id": run_id, "metrics": [point]})


def steps(team: TeamHub, token: str, run_id: str) -> list[int]:
    found = team.get(f"metrics/get-history?run_id={run_id}&metric_key=loss", token)
    return [point["step"] for point in found["metrics"]]


def kill_the_program(team: TeamHub) -> None:
    """Kill -9 the hub inside of its container, as the kernel does when memory runs out."""
    script = (
        "for one in /proc/[0-9]*; do "
        "grep -qs opt/hub/bin/python $one/cmdline && kill -9 ${one#/proc/}; done"
    )
    team.compose("exec", "--no-TTY", "hub", "sh", "-c", script, check=False)


def test_every_call_from_outside_needs_a_token(team: TeamHub) -> None:
    path = "/api/2.0/mlflow/experiments/get?experiment_id=0"
    assert team.ask("GET", "/health", None) == (200, "OK")
    assert team.ask("GET", path, None)[0] == 401
    assert team.ask("GET", path, None, Host="localhost")[0] == 401
    assert team.ask("GET", "/api/v1/projects", None)[0] == 401
    assert team.ask("GET", path, "mc_of-nobody")[0] == 401


def test_two_projects_send_their_runs_to_it(team: TeamHub, admin: str, tmp_path: Path) -> None:
    for name, accuracy in (("churn", "0.8"), ("delay", "0.9")):
        project = Workbench(tmp_path / name, home=tmp_path / f"home-{name}", engine="process")
        project.name = name
        project.variables = {
            "MODELCOMPOSE_HUB": team.address,
            "MODELCOMPOSE_HUB_TOKEN": team.token(name, "--project", name),
        }
        step = {"inputs": ["train.py"], "outputs": ["model.txt"], "metrics": ["metrics.json"]}
        project.compose({"train": {"command": ["python", "train.py", accuracy], "step": step}})
        project.write({"train.py": _TRAIN})
        project.run("run")
        project.run("hub", "send")
    status, listed = team.ask("GET", "/api/v1/projects", admin)
    assert status == 200
    assert {"churn", "delay"} <= {one["name"] for one in listed["projects"]}
    for name, measured in (("churn", 0.8), ("delay", 0.9)):
        found = team.get(f"experiments/get-by-name?experiment_name={name}", admin)
        runs = team.post(
            "runs/search", admin, {"experiment_ids": [found["experiment"]["experiment_id"]]}
        )["runs"]
        assert [run["info"]["status"] for run in runs] == ["FINISHED"]
        values = {metric["key"]: metric["value"] for metric in runs[0]["data"]["metrics"]}
        assert values["accuracy"] == measured


def test_mlflows_client_logs_with_a_token(team: TeamHub, admin: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _CLIENT],
        env={
            **os.environ,
            "MLFLOW_TRACKING_URI": team.address,
            "MLFLOW_TRACKING_TOKEN": team.token("client", "--project", "notebooks"),
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    run_id, text = done.stdout.split()[-2:]
    assert text == "hello"
    found = team.get(f"runs/get?run_id={run_id}", admin)["run"]
    assert found["data"]["params"] == [{"key": "lr", "value": "0.1"}]


def test_a_readers_token_reads_and_does_not_write(team: TeamHub, admin: str) -> None:
    reader = team.token("grace", "--role", "reader")
    run_id = new_run(team, admin)
    body = {"run_id": run_id, "key": "a", "value": "b"}
    status, answer = team.ask("POST", "/api/2.0/mlflow/runs/set-tag", reader, body)
    assert (status, answer["error_code"]) == (403, "PERMISSION_DENIED")
    assert team.get(f"runs/get?run_id={run_id}", reader)["run"]["info"]["run_id"] == run_id


def test_what_was_acknowledged_outlives_a_kill_and_a_restart(team: TeamHub, admin: str) -> None:
    run_id = new_run(team, admin)
    acknowledged: list[int] = []
    is_over = threading.Event()

    def write() -> None:
        step = 0
        while not is_over.is_set():
            step += 1
            try:
                log(team, admin, run_id, step)
            except (OSError, AssertionError):  # it is away: the point may be there or not
                is_over.wait(0.05)
            else:
                acknowledged.append(step)

    writer = threading.Thread(target=write)
    writer.start()

    def wait_for_more() -> None:
        enough = len(acknowledged) + 20
        wait_until(lambda: len(acknowledged) > enough, "points", 60)

    try:
        wait_for_more()
        kill_the_program(team)
        team.wait()
        wait_for_more()
        team.compose("restart", "hub")
        team.wait()
        wait_for_more()
    finally:
        is_over.set()
        writer.join()
    found = steps(team, admin, run_id)
    assert len(set(found)) == len(found)
    assert set(acknowledged) <= set(found)


def test_it_ends_within_seconds_when_it_is_told_to(team: TeamHub, admin: str) -> None:
    run_id = new_run(team, admin)
    began = time.monotonic()
    team.compose("stop", "hub")
    assert time.monotonic() - began < 8
    state = team.container("hub")["State"]
    team.compose("start", "hub")
    team.wait()
    assert state["ExitCode"] == 143, "by the signal, and not by the kill that follows it"
    assert team.get(f"runs/get?run_id={run_id}", admin)["run"]["info"]["status"] == "RUNNING"


def test_a_restart_of_the_database_needs_none_of_the_hub(team: TeamHub, admin: str) -> None:
    run_id = new_run(team, admin)
    log(team, admin, run_id, 1)
    before = team.container("hub")["State"]["StartedAt"]
    team.compose("stop", "database")
    status, answer = team.ask("GET", f"/api/2.0/mlflow/runs/get?run_id={run_id}", admin)
    assert (status, answer["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    assert team.password not in answer["message"]
    assert team.ask("GET", "/health", None) == (200, "OK")
    team.compose("start", "database")
    log(team, admin, run_id, 2)  # waits for the database, and is not refused
    assert steps(team, admin, run_id) == [1, 2]
    assert team.container("hub")["State"]["StartedAt"] == before
    assert team.container("hub")["RestartCount"] <= 1, "only the test that kills it does so"


def test_a_backup_brings_back_what_was_there(team: TeamHub, admin: str, tmp_path: Path) -> None:
    run_id = new_run(team, admin)
    path = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/a.txt"
    assert team.ask("PUT", path, admin, "kept")[0] == 200
    dump, files = tmp_path / "hub.dump", tmp_path / "artifacts.tar"
    database = ("exec", "--no-TTY", "database")
    user = ("--username", "modelcompose")
    volume = ("--directory", "/var/lib/modelcompose")
    team.compose(*database, "pg_dump", *user, "--format", "custom", "modelcompose", into=dump)
    team.compose("exec", "--no-TTY", "hub", "tar", "--create", *volume, ".", into=files)

    team.post("runs/delete", admin, {"run_id": run_id})
    assert team.ask("DELETE", path, admin)[0] == 200
    team.compose("stop", "hub")
    restore = ("pg_restore", *user, "--dbname", "modelcompose", "--clean", "--if-exists")
    team.compose(*database, *restore, out_of=dump)
    once = ("run", "--rm", "--no-TTY", "--no-deps", "--entrypoint", "tar", "hub")
    team.compose(*once, "--extract", *volume, out_of=files)
    team.compose("start", "hub")
    team.wait()

    assert (
        team.get(f"runs/get?run_id={run_id}", admin)["run"]["info"]["lifecycle_stage"] == "active"
    )
    assert team.ask("GET", path, admin) == (200, "kept")


def test_behind_a_proxy_clients_are_sent_to_where_they_came_from(team: TeamHub, admin: str) -> None:
    status, answer = team.ask(
        "POST",
        "/api/2.0/mlflow-artifacts/mpu/create/0/run/artifacts",
        admin,
        {"path": "a.bin", "num_parts": 1},
        Host="hub.example.org",
        X_Forwarded_Proto="https",
        X_Forwarded_For="192.0.2.7",
    )
    assert status == 200
    assert answer["credentials"][0]["url"].startswith("https://hub.example.org/api/")


def test_the_password_stands_in_no_log_and_no_list_of_processes(team: TeamHub) -> None:
    assert team.password not in team.compose("logs").stdout
    assert team.password not in team.compose("top").stdout
    said = team.compose("logs", "--no-log-prefix", "hub").stdout
    assert "Traceback" not in said, said[said.index("Traceback") :]


def test_the_program_is_no_root_and_writes_only_to_its_volume(team: TeamHub) -> None:
    def inside(script: str) -> Any:
        return team.compose("exec", "--no-TTY", "hub", "sh", "-c", script, check=False)

    assert inside("id -u").stdout.strip() == "4750"
    assert inside("touch /opt/hub/x").returncode != 0
    assert inside("touch /var/lib/modelcompose/x && rm /var/lib/modelcompose/x").returncode == 0


def test_there_is_no_password_by_default(team: TeamHub, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    known = {name: text for name, text in os.environ.items() if "POSTGRES" not in name}
    done = subprocess.run(
        ["docker", "compose", "--env-file", tmp_path / "empty", "config", "--quiet"],
        cwd=FOLDER,
        env=known,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "POSTGRES_PASSWORD is missing a value: there is no default" in done.stderr
