"""What a step's own code logs is in the run that was recorded of it from outside."""

from __future__ import annotations

import importlib.util
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests import hub_server
from tests.slow_steps import containers
from tests.workbench import IMAGE, Workbench, end_of, hear, wait_until

SITE = Path(str(importlib.util.find_spec("mlflow").origin)).parents[1]  # type: ignore[union-attr]

MLFLOW = """
import mlflow, os
from sklearn.linear_model import LogisticRegression

mlflow.set_experiment("whatever the script was written for")
mlflow.autolog(log_models=False)
with mlflow.start_run() as run:
    assert run.info.run_id == os.environ.get("MLFLOW_RUN_ID", run.info.run_id)
    model = LogisticRegression(C=0.5).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    mlflow.log_metric("later", 0.25, step=1, synchronous=False)
    mlflow.log_text("seen", "notes/a.txt")
    mlflow.sklearn.log_model(model, name="model", registered_model_name="delay")
    with mlflow.start_run(nested=True, run_name="inner"):
        mlflow.log_metric("deep", 1)
with mlflow.start_run(run_name="second"):
    mlflow.log_metric("after", 2)
client = mlflow.MlflowClient()
assert client.get_run(run.info.run_id).info.status == "RUNNING", "the step is not over"
client.set_registered_model_alias("delay", "newest", 1)
open("out.txt", "w").write("made")
"""

SDK = """
import modelcompose_sdk as ml, os

ml.log_params({"depth": 3})
for step in range(50):
    ml.log_metric("loss", 1 / (step + 1), step=step)
ml.log_text("seen", "notes/a.txt")
ml.set_tag("by", "the step")
open("out.txt", "w").write("made")
"""

CALL = """
import json, os, time, urllib.request

def log(key, run=None, token=None):
    body = {"run_id": run or os.environ["MLFLOW_RUN_ID"], "key": key, "value": 1.5,
            "timestamp": int(time.time() * 1000), "step": 0}
    call = urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
        json.dumps(body).encode(),
        {"Content-Type": "application/json",
         "Authorization": "Bearer " + (token or os.environ["MLFLOW_TRACKING_TOKEN"])})
    until = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(call, timeout=30).status
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:  # nobody listens at the moment: as MLflow's client, again
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
"""


def step(bench: Workbench, script: str, **keys: Any) -> None:
    """Write a project with one step, `train`, that runs a script."""
    bench.write({"train.py": script})
    given = {"inputs": ["train.py"], "outputs": ["out.txt"]}
    python = "python" if bench.engine == "docker" else sys.executable
    bench.compose({"train": {"command": [python, "train.py"], "step": given, **keys}})


def with_mlflow(bench: Workbench) -> dict[str, Any]:
    """Give the keys of a step whose image stands in for one that has MLflow."""
    if bench.engine == "process":
        return {}
    quiet = {"PYTHONPATH": "/site", "GIT_PYTHON_REFRESH": "quiet"}
    return {"volumes": [".:/app", f"{SITE}:/site:ro"], "environment": quiet}


def hub(bench: Workbench, sql: str) -> list[tuple[Any, ...]]:
    """Ask the hub's database."""
    with closing(sqlite3.connect(bench.home / "hub.db")) as connection:
        return connection.execute(sql).fetchall()


def points(bench: Workbench, run: str, name: str) -> int:
    """Give how many points a run's metric has."""
    found = bench.shown(run)["metrics"].get(name)
    return 0 if found is None else int(found["count"])


def check_mlflow(bench: Workbench) -> None:
    done = bench.run("run")
    run = bench.shown("train")
    assert (run["status"], run["exit_code"]) == ("succeeded", 0), done.stdout + done.stderr
    assert run["params"]["C"] == "0.5"
    assert run["metrics"]["training_score"]["last"] == 1.0
    assert run["metrics"]["later"]["last"] == 0.25
    assert run["outputs"].keys() == {"out.txt"}
    names = dict(hub(bench, BELOW))
    assert names == {"inner": run["id"], "second": run["id"]}
    shown = bench.run("runs", "show", "train").stdout
    assert "notes/a.txt" in shown
    assert "delay  version 1" in shown
    assert "@newest" in bench.run("models").stdout
    assert bench.endings() == {"train": "fresh"}, "what was logged is no part of the identity"


BELOW = """
    SELECT runs.name, run_tags.value FROM runs JOIN run_tags ON run_tags.run = runs.number
    WHERE run_tags.name = 'mlflow.parentRunId'
"""


@pytest.mark.docker
def test_code_that_uses_mlflow_logs_into_its_steps_run(bench: Workbench) -> None:
    step(bench, MLFLOW, **with_mlflow(bench))
    check_mlflow(bench)


def test_code_that_uses_mlflow_logs_into_its_run_without_docker_too(bench: Workbench) -> None:
    step(bench, MLFLOW)
    check_mlflow(bench)


def check_sdk(bench: Workbench) -> None:
    done = bench.run("run")
    run = bench.shown("train")
    assert run["metrics"]["loss"]["count"] == 50, done.stdout + done.stderr
    assert run["params"] == {"depth": "3"}
    shown = bench.run("runs", "show", "train").stdout
    assert "notes/a.txt" in shown
    assert "the step" in shown
    assert not (bench.folder / ".ml" / "spool" / run["id"]).exists()


def test_the_sdk_is_there_in_every_step(bench: Workbench) -> None:
    step(bench, SDK)
    check_sdk(bench)


@pytest.mark.docker
@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"network_mode": "none"},
        {"network_mode": "host"},
        {"user": "12345:12345", "volumes": [".:/app"], "command": ["python", "-B", "train.py"]},
    ],
    ids=["bridge", "no network", "the machine's network", "another user"],
)
def test_the_sdk_needs_no_network(bench: Workbench, keys: dict[str, Any]) -> None:
    script = SDK.rpartition("open(")[0] if "user" in keys else SDK
    step(bench, script, **keys)
    if "user" in keys:  # who may not write the workspace logs all the same
        done = bench.run("run", code=None)
        assert points(bench, "train", "loss") == 50, done.stdout + done.stderr
        return
    check_sdk(bench)


@pytest.mark.docker
def test_behind_a_firewall_of_its_own_the_spool_takes_the_points(bench: Workbench) -> None:
    step(bench, SDK, networks=["inside"])
    document = bench.read("compose.yaml").replace(
        '"services"', '"networks": {"inside": {"internal": true}}, "services"', 1
    )
    bench.write({"compose.yaml": document})
    check_sdk(bench)


@pytest.mark.docker
def test_behind_a_firewall_of_its_own_mlflow_logs_into_a_file(bench: Workbench) -> None:
    script = """
import mlflow
with mlflow.start_run():
    mlflow.log_param("depth", 3)
    mlflow.log_metric("loss", 0.5, step=1)
    mlflow.log_text("seen", "notes/a.txt")
    with mlflow.start_run(nested=True, run_name="inner"):
        mlflow.log_metric("deep", 1)
open("out.txt", "w").write("made")
"""
    step(bench, script, network_mode="none", **with_mlflow(bench))
    check_file(bench)


def check_file(bench: Workbench) -> None:
    done = bench.run("run")
    run = bench.shown("train")
    assert run["status"] == "succeeded", done.stdout + done.stderr
    assert run["params"] == {"depth": "3"}
    assert run["metrics"]["loss"]["last"] == 0.5
    assert "notes/a.txt" in bench.run("runs", "show", "train").stdout
    assert hub(bench, BELOW) == [("inner", run["id"])]
    assert run["outputs"].keys() == {"out.txt"}


@pytest.mark.docker
def test_a_file_that_names_folders_of_the_machine_is_given_none_of_them(
    bench: Workbench, tmp_path: Path
) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.txt").write_text("secret")
    script = f"""
import mlflow, os, sqlite3
with mlflow.start_run() as run:
    mlflow.log_metric("loss", 0.5)
file = sqlite3.connect(os.environ["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///"))
for place in ("{tmp_path}/private", "/opt/modelcompose/spool/mlflow/../../../../../private"):
    file.execute("UPDATE runs SET artifact_uri = ?", (place,))
file.commit()
open("out.txt", "w").write("made")
"""
    step(bench, script, network_mode="none", **with_mlflow(bench))
    bench.run("run")
    assert bench.shown("train")["metrics"]["loss"]["last"] == 0.5
    assert not list(bench.home.rglob("key.txt"))


@pytest.mark.docker
def test_each_point_is_there_once_though_the_command_was_killed(bench: Workbench, go: Path) -> None:
    script = f"""
import modelcompose_sdk as ml, os, time
{CALL}
for i in range(10):
    ml.log_metric("loss", i, step=i)
assert log("before") == 200
print("logged", flush=True)
while not os.path.exists("/signals/go"):
    time.sleep(0.05)
for i in range(10, 20):
    ml.log_metric("loss", i, step=i)
assert log("after") == 200, "the same port and token"
open("out.txt", "w").write("made")
"""
    step(bench, script, volumes=[".:/app", f"{go.parent}:/signals"])
    process = bench.start("run")
    hear(process, "logged")
    wait_until(lambda: points(bench, "train", "loss") == 10, "the points to be delivered")
    process.kill()
    end_of(process)

    process = bench.start("run")
    hear(process, "adopted it")
    go.touch()
    code, told = end_of(process)

    assert code == 0, told
    assert points(bench, "train", "loss") == 20
    assert points(bench, "train", "before") == points(bench, "train", "after") == 1
    assert hub(bench, "SELECT * FROM tokens") == []


@pytest.mark.docker
def test_what_a_dead_run_left_in_its_spool_is_delivered_by_the_next_command(
    bench: Workbench, go: Path
) -> None:
    script = """
import modelcompose_sdk as ml, os, time
while not os.path.exists("/signals/go"):
    time.sleep(0.05)
for i in range(10):
    ml.log_metric("loss", i, step=i)
time.sleep(600)
"""
    step(bench, script, volumes=[".:/app", f"{go.parent}:/signals"])
    process = bench.start("run")
    wait_until(lambda: containers(bench), "the container")
    process.kill()
    end_of(process)
    go.touch()
    spools = bench.folder / ".ml" / "spool"
    wait_until(
        lambda: any(b'"m"' in each.read_bytes() for each in spools.rglob("*.spool")), "the spool"
    )
    for container in containers(bench):
        subprocess.run(["docker", "rm", "--force", container], check=True, capture_output=True)

    bench.write({"train.py": "open('out.txt', 'w').write('other')"})
    bench.run("run")

    runs = {run["status"]: run["id"] for run in bench.json("runs")}
    assert points(bench, runs["killed"], "loss") == 10
    assert not list(spools.rglob("*.spool"))


def test_a_token_is_for_one_run_and_for_its_time(bench: Workbench) -> None:
    script = f"""
{CALL}
import os
assert log("own") == 200
assert log("own", run="0" * 32) == 403
assert log("own", token="wrong") == 401
open("out.txt", "w").write("made")
print("token", os.environ["MLFLOW_TRACKING_TOKEN"])
"""
    step(bench, script)
    bench.run("run")
    assert points(bench, "train", "own") == 1
    assert hub(bench, "SELECT * FROM tokens") == []


@pytest.mark.docker
def test_a_token_is_in_no_log_and_no_record(bench: Workbench) -> None:
    script = """
import os, time
secret = os.environ["MLFLOW_TRACKING_TOKEN"]
print("token", secret, flush=True)
open("out.txt", "w").write(secret[::-1])
"""
    step(bench, script)
    done = bench.run("run")
    secret = bench.read("out.txt")[::-1]
    assert secret.startswith("mc_")
    assert "token ***" in bench.run("runs", "logs", "train").stdout
    told = done.stdout + done.stderr + bench.run("runs", "show", "train", "--format", "json").stdout
    assert secret not in told
    kept = [path for folder in (bench.folder, bench.home) for path in folder.rglob("*")]
    holding = [path for path in kept if path.is_file() and secret.encode() in path.read_bytes()]
    assert holding == []


@pytest.mark.docker
def test_proxies_do_not_break_it(bench: Workbench) -> None:
    script = f"""
{CALL}
assert log("direct") == 200
open("out.txt", "w").write("made")
"""
    nowhere = "http://127.0.0.1:9"
    step(bench, script, environment={"HTTP_PROXY": nowhere, "http_proxy": nowhere})
    bench.run("run", env={"http_proxy": nowhere})
    assert points(bench, "train", "direct") == 1


@pytest.mark.docker
def test_who_has_a_server_of_his_own_is_left_alone(bench: Workbench) -> None:
    script = """
import os
assert os.environ["MLFLOW_TRACKING_URI"] == "http://mlflow.lab"
assert "MLFLOW_RUN_ID" not in os.environ
open("out.txt", "w").write("made")
"""
    step(bench, script, environment={"MLFLOW_TRACKING_URI": "http://mlflow.lab"})
    assert bench.endings() == {"train": "done"}


@pytest.mark.docker
def test_a_hub_for_one_user_answers_containers_with_a_token_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with hub_server.running(home) as running:
        wait_until(lambda: "containers" in running.errors.read_text(), "the hub's first lines")
        inside = running.errors.read_text().strip().rpartition(" ")[2]
        url = f"{inside}/api/2.0/mlflow/experiments/get?experiment_id=0"
        script = f"""
import urllib.error, urllib.request
for headers in ({{}}, {{"Host": "localhost"}}):
    try:
        urllib.request.urlopen(urllib.request.Request("{url}", headers=headers))
    except urllib.error.HTTPError as error:
        print(error.code)
"""
        command = ["docker", "run", "--rm", IMAGE, "python", "-c", script]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["401", "401"]


def test_code_that_is_killed_leaves_no_run_behind(bench: Workbench) -> None:
    script = f"""
{CALL}
import signal
body = {{"experiment_id": os.environ["MLFLOW_EXPERIMENT_ID"], "run_name": "inner"}}
urllib.request.urlopen(urllib.request.Request(
    os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/create", json.dumps(body).encode(),
    {{"Content-Type": "application/json",
     "Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]}}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    step(bench, script)
    bench.run("run", code=1)
    assert dict(hub(bench, "SELECT name, status FROM runs")) == {
        "train": "failed",
        "inner": "killed",
    }


def test_a_step_that_logs_nothing_begins_no_hub(bench: Workbench) -> None:
    step(bench, "import sys\nopen('out.txt', 'w').write('made')")
    bench.run("run")
    assert not (bench.home / "artifacts").exists()
