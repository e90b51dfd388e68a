"""A training killed at epoch 7 of 10, whatever was killed, ends as an undisturbed one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.slow_steps import containers, kill_supervisor
from tests.workbench import Workbench, end_of, hear

pytestmark = pytest.mark.docker

TRAIN = """
import json, os, random, time

path = "checkpoints/state.json"
state = json.load(open(path)) if os.path.exists(path) else {"epoch": 0, "weight": 1.0}
for epoch in range(state["epoch"] + 1, 11):
    random.seed(epoch)
    state = {"epoch": epoch, "weight": state["weight"] * 0.9 + random.random()}
    json.dump(state, open("checkpoints/new.json", "w"))
    os.replace("checkpoints/new.json", path)
    print(f"epoch={epoch} weight={state['weight']}", flush=True)
    while epoch == 7 and not os.path.exists("/signals/go"):
        time.sleep(0.05)
json.dump(state, open("model.json", "w"))
"""
STEP = {
    "inputs": ["train.py"],
    "outputs": {"model.json": None, "checkpoints": {"resume": True}},
    "log_metrics": ["weight"],
    "retries": 1,
}


@pytest.mark.parametrize(
    "killed", [("supervisor",), ("container",), ("supervisor", "container")], ids=" and ".join
)
def test_a_training_killed_at_epoch_7_of_10_ends_as_an_undisturbed_one(
    bench: Workbench, go: Path, killed: tuple[str, ...]
) -> None:
    bench.write({"train.py": TRAIN})
    volumes = [".:/app", f"{go.parent}:/signals"]
    command = ["python", "train.py"]
    bench.compose({"train": {"command": command, "volumes": volumes, "step": STEP}})
    bench.run("run", "-d", "train")
    following = bench.start("runs", "logs", "--follow", "train")
    hear(following, "epoch=7")

    if "supervisor" in killed:
        kill_supervisor(bench)
    if "container" in killed:
        subprocess.run(["docker", "kill", *containers(bench)], check=True, capture_output=True)
    go.touch()
    bench.run("run", "train")
    end_of(following)

    disturbed = bench.shown("train")
    bench.run("run", "--force", "train")
    undisturbed = bench.shown("train")
    assert disturbed["id"] != undisturbed["id"]
    assert disturbed["outputs"] == undisturbed["outputs"]
    assert (disturbed["status"], disturbed["exit_code"]) == ("succeeded", 0)
    assert disturbed["metrics"]["weight"]["last"] == undisturbed["metrics"]["weight"]["last"]
    tries = [run["status"] for run in bench.json("runs")]
    assert tries == ["succeeded", "succeeded", *(["failed"] if "container" in killed else [])]
