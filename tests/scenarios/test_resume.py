"""A long training goes on from its checkpoints after a failure or a kill, and only then."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import Any

import psutil
import pytest

from tests.workbench import Workbench, end_of, hear

TRAIN = """
import json, os, pathlib, time

pathlib.Path("checkpoints").mkdir(exist_ok=True)
state = {"epoch": 0, "weight": 1.0, "tries": 0}
if os.path.exists("checkpoints/state.json"):
    state = json.load(open("checkpoints/state.json"))
print("begins after epoch", state["epoch"], flush=True)
for epoch in range(state["epoch"] + 1, 11):
    state = {"epoch": epoch, "weight": state["weight"] * 1.25 + float(os.environ["LR"])}
    with open("checkpoints/state.new", "w") as file:
        json.dump(state, file)
    os.replace("checkpoints/state.new", "checkpoints/state.json")
    print("epoch", epoch, flush=True)
    if os.environ.get("STOP_AFTER") == str(epoch):
        if os.environ.get("STOP_HOW") == "fail":
            raise SystemExit(3)
        time.sleep(600)
pathlib.Path("model.json").write_text(json.dumps(state))
"""
STEP: dict[str, Any] = {
    "inputs": ["train.py"],
    "outputs": {"model.json": None, "checkpoints": {"resume": True}},
    "params": ["LR"],
}
ENVIRONMENT = {
    "LR": "${LR:-0.5}",
    "STOP_AFTER": "${STOP_AFTER:-}",
    "STOP_HOW": "${STOP_HOW:-}",
}


@pytest.fixture
def training(bench: Workbench) -> Workbench:
    return _with_training(bench)


def _with_training(bench: Workbench, **step: Any) -> Workbench:
    bench.write({"train.py": TRAIN})
    keys = {
        "command": ["python", "-u", "train.py"],
        "environment": ENVIRONMENT,
        "step": {**STEP, **step},
    }
    bench.compose({"train": keys}, **{"x-ml": {"identity": {"ignore": ["STOP_*"]}}})
    return bench


def begun_after(bench: Workbench) -> int:
    """Give the epoch after which the newest run began."""
    log = bench.run("runs", "logs", "train").stdout
    return int(log.split("begins after epoch ")[1].split()[0])


def kept(bench: Workbench) -> list[str]:
    folder = bench.folder / ".ml" / "resume"
    return sorted(p.name for p in folder.rglob("*") if p.is_file()) if folder.exists() else []


def kill_step(bench: Workbench) -> None:
    """End the step itself, as the kernel would for want of memory."""
    if bench.engine == "docker":
        label = f"label=modelcompose.project-directory={bench.folder}"
        asked = ["docker", "ps", "--quiet", "--filter", label]
        containers = subprocess.run(asked, capture_output=True, text=True, check=True)
        subprocess.run(["docker", "kill", *containers.stdout.split()], check=True)
        return
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or ()
        if "train.py" in words and (process.cwd() or "").startswith(str(bench.folder)):
            process.kill()


def killed_at_epoch_7_ends_as_undisturbed(bench: Workbench, tmp_path: Any) -> None:
    command = bench.start("run", "train", env={"STOP_AFTER": "7"})
    hear(command, "epoch 7")
    kill_step(bench)
    code, told = end_of(command)
    assert code == 1, told
    assert not (bench.folder / "checkpoints").exists()

    assert bench.endings() == {"train": "done"}
    assert begun_after(bench) == 7

    undisturbed = _with_training(
        Workbench(tmp_path / "other", home=tmp_path / "other-home", engine=bench.engine)
    )
    assert undisturbed.endings() == {"train": "done"}
    assert begun_after(undisturbed) == 0
    one, other = bench.shown("train"), undisturbed.shown("train")
    assert one["outputs"] == other["outputs"]
    assert set(one["outputs"]) == {"model.json", "checkpoints"}
    assert bench.read("checkpoints/state.json") == undisturbed.read("checkpoints/state.json")
    assert bench.read("model.json") == undisturbed.read("model.json")
    undisturbed.clean()


def test_a_training_killed_at_epoch_7_ends_with_the_same_result_as_an_undisturbed_one(
    training: Workbench, tmp_path: Any
) -> None:
    killed_at_epoch_7_ends_as_undisturbed(training, tmp_path)


@pytest.mark.docker
def test_a_container_killed_at_epoch_7_ends_with_the_same_result_as_an_undisturbed_one(
    training: Workbench, tmp_path: Any
) -> None:
    killed_at_epoch_7_ends_as_undisturbed(training, tmp_path)


def killed_command_goes_on(bench: Workbench) -> None:
    command = bench.start("run", "train", env={"STOP_AFTER": "4"})
    hear(command, "epoch 4")
    os.killpg(command.pid, signal.SIGKILL)
    end_of(command)
    kill_step(bench)

    bench.run("run", code=None)  # an engine that kept the step's end makes it the run's own
    bench.run("run")
    assert begun_after(bench) == 4
    assert json.loads(bench.read("model.json"))["epoch"] == 10


def test_what_a_killed_command_s_step_had_kept_is_gone_on_from(training: Workbench) -> None:
    killed_command_goes_on(training)


@pytest.mark.docker
def test_what_a_killed_command_s_container_had_kept_is_gone_on_from(training: Workbench) -> None:
    killed_command_goes_on(training)


def test_a_retry_goes_on_where_the_try_before_failed(bench: Workbench) -> None:
    _with_training(bench, retries=1)

    bench.run("run", env={"STOP_AFTER": "3", "STOP_HOW": "fail"})

    assert begun_after(bench) == 3


def test_once_it_succeeded_nothing_is_kept_and_force_starts_afresh(training: Workbench) -> None:
    training.run("run", env={"STOP_AFTER": "3", "STOP_HOW": "fail"}, code=1)
    assert kept(training) == ["held.json", "state.json"]

    training.run("run")
    assert kept(training) == []
    assert training.states() == {"train": "fresh"}

    training.run("run", "--force")
    assert begun_after(training) == 0


def test_another_identity_starts_afresh_unless_told_to_go_on(training: Workbench) -> None:
    training.run("run", env={"STOP_AFTER": "3", "STOP_HOW": "fail"}, code=1)

    training.run("run", env={"LR": "0.25", "STOP_AFTER": "5", "STOP_HOW": "fail"}, code=1)
    assert begun_after(training) == 0

    training.run("run", "--resume", env={"LR": "0.125"})
    assert begun_after(training) == 5


def test_resume_is_no_part_of_the_identity(training: Workbench) -> None:
    before = training.identities()
    _with_training(training, outputs=["model.json", "checkpoints"])

    assert training.identities() == before


def test_deleted_checkpoints_come_back_from_the_store(training: Workbench) -> None:
    training.run("run")
    (training.folder / "checkpoints" / "state.json").unlink()

    assert training.endings() == {"train": "restored"}
    assert json.loads(training.read("checkpoints/state.json"))["epoch"] == 10


def test_a_kept_output_that_is_a_file_is_an_error_naming_the_way_out(bench: Workbench) -> None:
    _with_training(bench, outputs={"model.pt": {"resume": True}})

    told = bench.run("run", code=1).stderr

    assert 'a resume output is a folder, found the file "model.pt"' in told
    assert "name the folder that holds it" in told
