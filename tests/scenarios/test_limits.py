"""Scarce things: steps share no more of them than there is; `status` says who waits for what."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.workbench import Workbench, wait_until

NVIDIA_SMI = """#!/bin/sh
case "$*" in
  -L) printf 'GPU 0: Test (UUID: GPU-0)\\nGPU 1: Test (UUID: GPU-1)\\n' ;;
  *) echo '50, 100' ;;
esac
"""


OF_COMPOSE = ("deploy", "depends_on")


def step(script: str, **keys: Any) -> dict[str, Any]:
    """Give a service that runs a shell script as a step without inputs."""
    service: dict[str, Any] = {name: keys.pop(name) for name in OF_COMPOSE if name in keys}
    return {
        "command": ["sh", "-c", script.replace("$", "$$")],
        "step": {"inputs": [], **keys},
        **service,
    }


def reserving(count: int | str) -> dict[str, Any]:
    """Give a `deploy` that reserves GPUs."""
    device = {"driver": "nvidia", "count": count, "capabilities": ["gpu"]}
    return {"resources": {"reservations": {"devices": [device]}}}


def alone(place: Path) -> str:
    """Give a script that fails when another one of its kind runs at the same time."""
    return f"mkdir {place} && sleep 0.2 && rmdir {place}"


@contextmanager
def running(bench: Workbench, *arguments: str) -> Iterator[None]:
    """Have a command run whose steps wait for the file `go`, until the block ends."""
    process = bench.start(*arguments)
    try:
        yield
    finally:
        (bench.folder.parent / "go").touch()
        process.communicate(timeout=60)
    assert process.returncode == 0


def until_go(bench: Workbench) -> str:
    return f"until test -e {bench.folder.parent}/go; do sleep 0.02; done"


def now(bench: Workbench) -> dict[str, dict[str, Any]]:
    """Give what `status` says of each step that another command works on."""
    steps = bench.json("status")["steps"]
    return {s["step"]: {**s["now"], "state": s["state"]} for s in steps if s["now"]}


def test_steps_that_use_one_thing_never_run_at_the_same_time(bench: Workbench) -> None:
    held = bench.folder.parent / "held"
    steps = {name: step(alone(held), uses={"db": 1}) for name in ("a", "b", "c")}
    bench.compose(steps, **{"x-ml": {"limits": {"db": 1}}})
    assert set(bench.endings("--jobs", "3").values()) == {"done"}


def test_status_in_another_terminal_says_what_each_step_waits_for(bench: Workbench) -> None:
    bench.compose(
        {
            "load": step(until_go(bench), uses={"db": 1}),
            "check": step(until_go(bench), uses={"db": 1}),
            "report": {**step("true"), "depends_on": ["load", "check"]},
        },
        **{"x-ml": {"limits": {"db": 1}}},
    )
    with running(bench, "--jobs", "2", "run"):
        wait_until(lambda: len(now(bench)) == 3, "the command to tell what it does")
        steps = now(bench)
        shown = bench.run("status").stdout
    holder, waiter = sorted(("load", "check"), key=lambda name: steps[name]["state"])
    assert steps[holder]["state"] in {"preparing", "running"}
    assert steps[waiter]["state"] == steps["report"]["state"] == "waiting"
    assert steps[waiter]["waits_for"] == f"db (held by {holder})"
    assert set(steps["report"]["waits_for"].split(", ")) == {"load", "check"}
    assert f"waits for db (held by {holder})" in shown
    assert bench.states() == {"load": "fresh", "check": "fresh", "report": "fresh"}


def test_status_says_since_when_a_step_runs_with_its_newest_metrics(bench: Workbench) -> None:
    script = f"echo epoch=1 loss=0.5; echo epoch=2 loss=0.25; {until_go(bench)}"
    bench.compose({"train": step(script, log_metrics=["loss"])})
    with running(bench, "run"):
        wait_until(lambda: now(bench).get("train", {}).get("metrics"), "the metrics")
        (train,) = now(bench).values()
        shown = bench.run("status").stdout
    assert train["metrics"] == {"loss": 0.25}
    assert train["memory_bytes"] > 0
    assert train["run"] == bench.shown("train")["id"]
    assert "loss=0.25" in shown
    assert "since " in shown


def test_a_step_that_waits_for_a_job_says_so(bench: Workbench) -> None:
    bench.compose({"a": step(until_go(bench)), "b": step("true")})
    with running(bench, "--jobs", "1", "run"):
        wait_until(lambda: len(now(bench)) == 2, "the command to tell what it does")
        waiting = [s for s in now(bench).values() if s["state"] == "waiting"]
    assert [s["waits_for"] for s in waiting] == ["one of 1 jobs (--jobs)"]


def test_what_a_killed_command_left_is_not_believed(bench: Workbench) -> None:
    steps = {name: step(until_go(bench), uses={"db": 1}) for name in ("a", "b")}
    bench.compose(steps, **{"x-ml": {"limits": {"db": 1}}})
    process = bench.start("--jobs", "2", "run")
    wait_until(lambda: len(now(bench)) == 2, "the command to tell what it does")
    process.kill()
    process.communicate(timeout=60)
    assert (bench.folder / ".ml" / "progress.json").exists()
    assert "waiting" not in bench.states().values()
    (bench.folder.parent / "go").touch()
    assert set(bench.endings().values()) <= {"done", "fresh"}
    assert not (bench.folder / ".ml" / "progress.json").exists()


def test_a_step_does_not_run_when_only_the_number_of_its_command_lives(bench: Workbench) -> None:
    bench.compose({"a": step(until_go(bench))})
    process = bench.start("run")
    wait_until(lambda: "a" in now(bench), "the step to run")
    process.kill()
    wait_until(
        lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE, "the command's end"
    )
    assert bench.states() == {"a": "failed"}

    process.communicate(timeout=60)
    with closing(sqlite3.connect(bench.home / "hub.db")) as connection, connection:
        connection.execute("UPDATE runs SET supervisor_pid = ?", [os.getpid()])
    assert bench.states() == {"a": "failed"}


def test_a_claim_that_can_never_be_met_is_an_error_before_anything_runs(bench: Workbench) -> None:
    bench.compose(
        {"a": step("true"), "load": step("true", uses={"db": 2})},
        **{"x-ml": {"limits": {"db": 1}}},
    )
    done = bench.run("run", code=1)
    assert "services.load.x-ml.step.uses: it claims 2 of db, and x-ml.limits has 1" in done.stderr
    assert "compose.yaml:" in done.stderr
    assert bench.json("runs") == []
    assert bench.states()["load"] == "blocked"
    assert bench.endings("--keep-going", code=1) == {"a": "done", "load": "failed"}


def test_limits_and_uses_are_no_part_of_the_identity(bench: Workbench) -> None:
    bench.compose({"a": step("true")})
    bench.run("run")
    bench.compose({"a": step("true", uses={"db": 1})}, **{"x-ml": {"limits": {"db": 1}}})
    assert bench.states() == {"a": "fresh"}


# GPUs


@pytest.fixture
def two_gpus(bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """Give a project on a machine that shows two GPUs."""
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(NVIDIA_SMI)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return bench


def test_no_gpu_is_given_to_two_steps_at_once(two_gpus: Workbench) -> None:
    place = two_gpus.folder.parent
    script = 'test -n "$CUDA_VISIBLE_DEVICES" && ' + alone(place / "gpu-$CUDA_VISIBLE_DEVICES")
    steps = {name: step(script, deploy=reserving(1)) for name in ("a", "b", "c")}
    two_gpus.compose({**steps, "d": step(script, uses={"gpu": 1})})
    assert set(two_gpus.endings("--jobs", "4").values()) == {"done"}


def test_a_limit_on_gpus_holds_below_what_the_machine_has(two_gpus: Workbench) -> None:
    held = two_gpus.folder.parent / "held"
    steps = {name: step(alone(held), deploy=reserving(1)) for name in ("a", "b")}
    two_gpus.compose(steps, **{"x-ml": {"limits": {"gpu": 1}}})
    assert set(two_gpus.endings("--jobs", "2").values()) == {"done"}


def test_more_gpus_than_the_machine_has_are_an_error_before_anything_runs(
    two_gpus: Workbench,
) -> None:
    two_gpus.compose({"a": step("true"), "big": step("true", deploy=reserving(3))})
    done = two_gpus.run("run", code=1)
    assert "services.big: it claims 3 of gpu, and this machine has 2" in done.stderr
    assert two_gpus.json("runs") == []
