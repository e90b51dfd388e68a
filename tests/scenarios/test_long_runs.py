"""Runs that outlive the terminal, and the command, that started them."""

from __future__ import annotations

import shlex
import signal
from pathlib import Path

import pytest

from tests.slow_steps import assert_made_once, compose_slow, slow, wait_for_start
from tests.terminals import Terminal
from tests.workbench import COMMAND, Workbench, end_of, hear, wait_until

ENGINES = ["process", pytest.param("docker", marks=pytest.mark.docker)]


# Without a terminal


@pytest.mark.parametrize("engine", ENGINES)
def test_a_detached_run_returns_at_once_prints_its_id_and_goes_on(
    bench: Workbench, go: Path, engine: str
) -> None:
    compose_slow(bench, go)
    (run,) = bench.run("run", "-d", "train").stdout.split()
    assert bench.shown(run)["status"] == "running"
    wait_for_start(bench)

    attached = bench.start("runs", "attach", "train")
    hear(attached, "loss=0.5")
    go.touch()

    assert end_of(attached)[0] == 0
    assert bench.run("runs", "wait", run).stdout == f"{run[:8]} train succeeded\n"
    assert_made_once(bench)


def test_a_detached_run_of_fresh_steps_says_so(bench: Workbench) -> None:
    bench.compose({"a": {"command": ["true"], "step": {"inputs": []}}})
    bench.run("run")
    done = bench.run("run", "--detach")
    assert "Nothing to do" in done.stderr
    assert done.stdout == ""


def test_errors_of_planning_are_shown_before_a_detached_run_returns(bench: Workbench) -> None:
    bench.compose({"a": {"command": ["true"], "step": {"inputs": ["gone.txt"]}}})
    done = bench.run("run", "-d", code=1)
    assert "gone.txt is missing" in done.stderr
    assert bench.json("runs") == []


def test_detaching_a_service_that_is_no_step_is_composes_own(bench: Workbench) -> None:
    bench.compose({"web": {"command": ["true"]}})
    done = bench.run("run", "-d", "web", code=None, env={"PATH": "/nowhere"})
    assert done.returncode != 0
    assert bench.json("runs") == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("has_shell", [False, True])
def test_a_command_goes_on_when_its_terminal_is_closed(
    bench: Workbench, go: Path, *, engine: str, has_shell: bool
) -> None:
    compose_slow(bench, go)
    with Terminal(bench, ["sh", "-i"] if has_shell else [*COMMAND, "run"]) as terminal:
        if has_shell:
            terminal.type(f"{shlex.join(COMMAND)} run\n")
        terminal.hear("loss=0.5")
        terminal.close()

        assert bench.shown("train")["status"] == "running"
        go.touch()
        bench.run("runs", "wait", "train")
        assert_made_once(bench)


@pytest.mark.docker
def test_a_detached_run_is_attached_to_from_another_terminal_when_its_own_is_gone(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go)
    with Terminal(bench, ["sh", "-i"]) as first:
        first.type(f"{shlex.join(COMMAND)} run -d train\n")
        wait_for_start(bench)
        first.close()
        first.process.wait(60)

    with Terminal(bench, [*COMMAND, "runs", "attach", "train"]) as second:
        second.hear("epoch=1 loss=0.5")
        go.touch()
        code, shown = second.end()

    assert code == 0
    assert "epoch=2 loss=0.25" in shown
    assert "of train succeeded" in shown
    assert_made_once(bench)


def test_ctrl_c_leaves_a_run_that_is_attached_to(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go)
    (run,) = bench.run("run", "-d").stdout.split()
    attached = bench.start("runs", "attach", run)
    hear(attached, "loss=0.5")
    attached.send_signal(signal.SIGINT)
    code, told = end_of(attached)
    assert code == 130
    assert f"modelcompose runs stop {run[:8]}" in told
    go.touch()
    bench.run("runs", "wait", run)


def test_attaching_ends_with_the_exit_code_of_the_run(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go, code=3)
    go.touch()
    bench.run("run", code=1)
    attached = bench.run("runs", "attach", "train", code=3)
    assert "loss=0.25" in attached.stdout
    assert bench.run("runs", "wait", "train", code=1).stdout.endswith("train failed\n")


# Stopping


@pytest.mark.parametrize("engine", ENGINES)
def test_a_stopped_run_ends_gracefully_and_other_steps_go_on(
    bench: Workbench, go: Path, engine: str
) -> None:
    other = slow(bench, go, outputs=["other.txt"])
    other["command"][2] = other["command"][2].replace("out.txt", "other.txt")
    after = {"command": ["true"], "step": {"inputs": ["out.txt"]}}
    bench.compose({"train": slow(bench, go), "other": other, "after": after})
    bench.write({"in.txt": "made\n"})
    process = bench.start("--jobs", "2", "run", "--format", "json")
    wait_for_start(bench, 2)

    bench.run("runs", "stop", "train")

    assert bench.shown("train")["status"] == "killed"
    assert bench.run("runs", "logs", "train").stdout.endswith("was told to end\n")
    go.touch()
    assert end_of(process)[0] == 1
    assert bench.shown("other")["status"] == "succeeded"
    assert {run["step"] for run in bench.json("runs")} == {"train", "other"}


def test_stopping_a_run_that_has_ended_changes_nothing(bench: Workbench) -> None:
    bench.compose({"a": {"command": ["true"], "step": {"inputs": []}}})
    bench.run("run")
    bench.run("runs", "stop", "a")
    assert bench.shown("a")["status"] == "succeeded"
    assert bench.states() == {"a": "fresh"}


# While it runs


@pytest.mark.docker
def test_a_running_step_shows_its_newest_metrics_and_resources(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go)
    bench.run("run", "-d")

    def shows() -> bool:
        run = bench.shown("train")
        has_metric = run["metrics"].get("loss", {}).get("last") == 0.5
        return has_metric and run["resources"]["memory_peak_bytes"] is not None

    wait_until(shows, "the running step's metrics and resources")
    assert bench.shown("train")["status"] == "running"
    go.touch()
    bench.run("runs", "wait", "train")
    assert bench.shown("train")["metrics"]["loss"]["count"] == 2
