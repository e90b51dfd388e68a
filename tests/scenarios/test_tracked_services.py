"""A long-running service with `x-ml: {track: true}` logs runs of the project."""

from __future__ import annotations

import json
import os
import signal
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.shared_hub import Team
from tests.workbench import Workbench, wait_until

pytestmark = pytest.mark.docker

PACKAGES = sysconfig.get_path("purelib")
NOTEBOOK: dict[str, Any] = {
    "command": ["sleep", "600"],
    "init": True,
    "environment": {"PYTHONPATH": "/packages"},
    "volumes": [f"{PACKAGES}:/packages:ro"],
    "x-ml": {"track": True},
}
BY_MLFLOW = """
import mlflow
with mlflow.start_run(run_name="cell"):
    mlflow.log_param("lr", 0.1)
    mlflow.log_metric("loss", 0.5)
    mlflow.log_text("a note", "note.txt")
"""
BY_SDK = """
import modelcompose_sdk as ml
ml.log_metric("auc", 0.9)
"""


@pytest.fixture
def lab(bench: Workbench) -> Iterator[Workbench]:
    bench.variables["MODELCOMPOSE_HUB_PATIENCE"] = "2s"
    bench.compose({"notebook": NOTEBOOK})
    yield bench
    with suppress(OSError, KeyError):
        os.kill(hub(bench)["pid"], signal.SIGTERM)


def hub(lab: Workbench) -> dict[str, Any]:
    """Give what stands of the hub that is kept, or was the last."""
    found: dict[str, Any] = json.loads((lab.home / "kept-hub" / "hub.json").read_text())
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; one that ended and has not been waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def log(lab: Workbench, script: str) -> None:
    lab.run("exec", "-T", "notebook", "python", "-c", script)


def logged(lab: Workbench) -> dict[str, float]:
    """Give the metrics of the project's runs."""
    return {
        name: metric["last"]
        for run in lab.json("runs")
        for name, metric in lab.shown(run["id"])["metrics"].items()
    }


def test_unmodified_mlflow_code_logs_runs_of_the_project(lab: Workbench) -> None:
    lab.run("up", "--detach")
    log(lab, BY_MLFLOW)

    (run,) = lab.json("runs")
    shown = lab.shown(run["id"])

    assert run["project"] == lab.name
    assert shown["status"] == "succeeded"
    assert shown["params"] == {"lr": "0.1"}
    assert logged(lab) == {"loss": 0.5}


def test_the_sdk_is_there_without_an_installation(lab: Workbench) -> None:
    lab.run("up", "--detach")
    log(lab, BY_SDK)
    assert logged(lab) == {"auc": 0.9}


def test_a_second_up_makes_no_container_anew_and_keeps_the_hub(lab: Workbench) -> None:
    lab.run("up", "--detach")
    before, first = lab.containers(), hub(lab)
    lab.run("up", "--detach")
    assert lab.containers() == before
    assert hub(lab) == first


def test_no_secret_lies_open(lab: Workbench) -> None:
    lab.run("up", "--detach")
    token = lab.run("exec", "-T", "notebook", "printenv", "MLFLOW_TRACKING_TOKEN").stdout.strip()
    assert token.startswith("mc_")
    holding = [
        path
        for root in (lab.home, lab.folder / ".ml")
        for path in root.rglob("*")
        if path.is_file() and token.encode() in path.read_bytes()
    ]
    assert holding
    assert {path.stat().st_mode & 0o077 for path in holding} == {0}


def test_what_a_service_logs_goes_on_to_the_projects_hub(lab: Workbench, tmp_path: Path) -> None:
    team = Team(tmp_path / "team", str(tmp_path / "team" / "hub.db"))
    team.start()
    try:
        lab.compose({"notebook": NOTEBOOK}, **{"x-ml": {"hub": team.address}})
        lab.run("up", "--detach")
        log(lab, BY_MLFLOW)
        (run,) = lab.json("runs")
        arrived = f"/runs?project={lab.name}"
        wait_until(lambda: team.get(arrived)["runs"], "the run on the project's hub")
        (there,) = team.get(arrived)["runs"]
        assert there["id"] == run["id"]
        wait_until(lambda: _is_whole(team, run["id"]), "all of the run")
    finally:
        team.stop()


def _is_whole(team: Team, run: str) -> bool:
    there = team.get(f"/runs/{run}")
    files = team.get(f"/runs/{run}/artifacts")["artifacts"]
    return (
        there["status"] == "succeeded"
        and there["metrics"]["loss"]["last"] == 0.5
        and [file["path"] for file in files] == ["note.txt"]
    )


def test_the_token_is_for_this_project_alone(lab: Workbench) -> None:
    lab.run("up", "--detach")
    (token,) = lab.json("hub", "token", "list")
    assert token["name"] == f"{lab.name}/notebook"
    assert token["grants"] == {lab.name: "writer"}
    lab.run("hub", "token", "revoke", token["id"])
    lab.run("up", "--detach")
    assert len(lab.json("hub", "token", "list")) == 2
    log(lab, BY_SDK)
    assert logged(lab) == {"auc": 0.9}


def test_a_hub_that_died_comes_back_at_the_same_address(lab: Workbench) -> None:
    lab.run("up", "--detach")
    before, first = lab.containers(), hub(lab)
    os.kill(first["pid"], signal.SIGKILL)
    wait_until(lambda: not is_alive(first["pid"]), "the hub's end")
    lab.run("up", "--detach")
    assert hub(lab)["pid"] != first["pid"]
    assert hub(lab)["addresses"] == first["addresses"]
    assert lab.containers() == before
    log(lab, BY_SDK)
    assert logged(lab) == {"auc": 0.9}


def test_the_hub_ends_once_no_tracked_service_is_left(lab: Workbench) -> None:
    lab.run("up", "--detach")
    pid = hub(lab)["pid"]
    assert is_alive(pid)
    lab.run("down", "--timeout", "1")
    wait_until(lambda: not is_alive(pid), "the hub's end")


def test_a_service_with_a_server_of_its_own_is_left_alone(lab: Workbench) -> None:
    own = {"MLFLOW_TRACKING_URI": "http://mlflow:5000"}
    lab.compose({"notebook": {**NOTEBOOK, "environment": own}})
    lab.run("up", "--detach")
    variables = lab.run("exec", "-T", "notebook", "env").stdout
    assert "MLFLOW_TRACKING_URI=http://mlflow:5000\n" in variables
    assert "MLFLOW_TRACKING_TOKEN" not in variables
    assert not (lab.home / "kept-hub").exists()


def test_what_a_service_without_a_way_out_logs_is_carried(lab: Workbench) -> None:
    document = json.loads(lab.read("compose.yaml"))
    document["networks"] = {"default": {"internal": True}}
    lab.write({"compose.yaml": json.dumps(document)})
    assert "notebook: its networks reach no hub" in lab.run("up", "--detach").stderr
    log(lab, BY_SDK)
    wait_until(lambda: lab.json("runs"), "the run")
    wait_until(lambda: logged(lab) == {"auc": 0.9}, "its metric")


def test_what_the_hub_did_not_take_comes_to_it_later(lab: Workbench) -> None:
    lab.run("up", "--detach")
    pid = hub(lab)["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid), "the hub's end")
    log(lab, f"import os\nos.environ['MODELCOMPOSE_FLUSH_S'] = '0.1'\n{BY_SDK}")
    assert lab.json("runs") == []
    lab.run("up", "--detach")
    wait_until(lambda: logged(lab) == {"auc": 0.9}, "what was left in the spool")
