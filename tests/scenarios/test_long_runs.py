"""Runs that outlive the terminal, and the command, that started them."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.private_engine import PrivateEngine
from tests.workbench import COMMAND, Workbench, end_of, hear, wait_until

SLOW = """
trap 'echo was told to end; exit 7' TERM
echo epoch=1 loss=0.5
touch started
until [ -e GO ]; do sleep 0.1 & wait $!; done
echo epoch=2 loss=0.25
cp in.txt out.txt
exit CODE
"""
ENGINES = ["process", pytest.param("docker", marks=pytest.mark.docker)]


@pytest.fixture
def go(bench: Workbench) -> Iterator[Path]:
    """Give the file that lets slow steps end; no supervisor of the test outlives it."""
    folder = bench.folder.parent / "signals"
    folder.mkdir()
    yield folder / "go"
    with suppress(OSError, ValueError, ProcessLookupError):
        held = json.loads((bench.folder / ".ml" / "run.lock").read_text())
        os.kill(held["pid"], signal.SIGKILL)


def slow(bench: Workbench, go: Path, *, code: int = 0, **more: Any) -> dict[str, Any]:
    """Give a step that goes on until it is let go."""
    inside = "/signals/go" if bench.engine == "docker" else str(go)
    script = SLOW.replace("GO", inside).replace("CODE", str(code)).replace("$", "$$")
    step = {"inputs": ["in.txt"], "outputs": ["out.txt"], "log_metrics": ["loss"]}
    volumes = [".:/app", *([f"{go.parent}:/signals"] if bench.engine == "docker" else [])]
    keys = {k: more.pop(k) for k in list(more) if k in {"timeout", "retries", "outputs"}}
    return {
        "command": ["sh", "-c", script],
        "volumes": volumes,
        "stop_grace_period": "5s",
        **more,
        "step": {**step, **keys},
    }


def compose_slow(bench: Workbench, go: Path, **more: Any) -> None:
    bench.compose({"train": slow(bench, go, **more)})
    bench.write({"in.txt": "made\n"})


def wait_for_start(bench: Workbench, number: int = 1) -> None:
    work = bench.folder / ".ml" / "work"
    wait_until(lambda: len(list(work.glob("*/started"))) == number, "the slow step to start")


def start_and_kill(bench: Workbench, *arguments: str) -> None:
    """Start a command, and kill it without a chance once its step runs."""
    process = bench.start("run", *arguments)
    wait_for_start(bench)
    process.kill()
    end_of(process)


def containers(bench: Workbench) -> list[str]:
    label = f"label=modelcompose.project-directory={bench.folder}"
    command = ["docker", "ps", "--all", "--quiet", "--filter", label]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def assert_made_once(bench: Workbench) -> None:
    (run,) = bench.json("runs")
    assert run["status"] == "succeeded"
    assert bench.read("out.txt") == "made\n"
    log = bench.run("runs", "logs", "train").stdout
    assert log == "epoch=1 loss=0.5\nepoch=2 loss=0.25\n"
    metric = bench.shown("train")["metrics"]["loss"]
    assert (metric["count"], metric["last"], metric["max"]) == (2, 0.25, 0.5)
    assert bench.states()["train"] == "fresh"
    assert list((bench.folder / ".ml" / "work").iterdir()) == []
    assert not list(bench.folder.glob(".ml/tickets/*"))


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
    wait_until(lambda: bench.states() == {"train": "fresh"}, "the supervisor to end")
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


def test_a_command_goes_on_when_its_terminal_is_closed(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go)
    keyboard, end = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "run"],
        cwd=bench.folder,
        env=bench.environment(),
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads
    )
    os.close(end)
    wait_for_start(bench)

    os.close(keyboard)
    go.touch()

    assert process.wait(60) == 0
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


# Commands that died


@pytest.mark.docker
def test_the_next_command_adopts_a_container_whose_command_was_killed(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)
    (run,) = [run["id"] for run in bench.json("runs")]

    process = bench.start("run")
    hear(process, "adopted it")
    go.touch()
    code, told = end_of(process)

    assert code == 0, told
    assert "train  adopted  made by run" in told
    assert bench.shown("train")["id"] == run
    assert bench.shown("train")["exit_code"] == 0
    assert_made_once(bench)
    assert containers(bench) == []
    assert bench.endings() == {"train": "fresh"}


@pytest.mark.docker
def test_a_container_that_ended_while_nobody_watched_is_adopted_with_its_outputs(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)
    go.touch()
    (container,) = containers(bench)
    subprocess.run(["docker", "wait", container], check=True, capture_output=True)

    assert bench.endings() == {"train": "adopted"}

    assert_made_once(bench)
    assert containers(bench) == []


@pytest.mark.docker
def test_a_container_that_failed_while_nobody_watched_is_adopted_as_failed(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go, code=3)
    start_and_kill(bench)
    go.touch()

    assert bench.endings(code=1) == {"train": "failed"}

    (run,) = bench.json("runs")
    assert (run["status"], bench.shown("train")["error"]) == ("failed", "exit code 3")
    assert not (bench.folder / "out.txt").exists()


@pytest.mark.docker
def test_an_adopted_failure_counts_among_the_tries(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go, code=3, retries=1)
    start_and_kill(bench)
    go.touch()

    assert bench.endings(code=1) == {"train": "failed"}

    assert [run["attempt"] for run in bench.json("runs", "--columns", "attempt")] == [2, 1]


@pytest.mark.docker
def test_ctrl_c_stops_what_a_command_has_adopted(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)
    process = bench.start("run")
    hear(process, "loss=0.5")
    process.send_signal(signal.SIGINT)
    assert end_of(process)[0] == 130
    run = bench.shown("train")
    assert (run["status"], run["error"]) == ("killed", "it was stopped")
    assert containers(bench) == []


@pytest.mark.docker
def test_the_verbs_that_look_at_a_run_have_a_supervisor_finish_it(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)

    assert bench.states() == {"train": "running"}
    following = bench.start("runs", "logs", "--follow", "train")
    hear(following, "loss=0.5")
    go.touch()

    assert end_of(following) == (0, "epoch=2 loss=0.25\n")
    bench.run("runs", "wait", "train")
    wait_until(lambda: bench.states() == {"train": "fresh"}, "the supervisor to end")
    assert_made_once(bench)


@pytest.mark.docker
def test_a_supervisor_that_is_killed_is_replaced_by_attaching(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go)
    bench.run("run", "-d")
    wait_for_start(bench)
    os.kill(bench.shown("train")["supervisor_pid"], signal.SIGKILL)
    bench.write({"compose.yaml": "services: ["})  # what was noted when it began is enough

    attached = bench.start("runs", "attach", "train")
    hear(attached, "loss=0.5")
    go.touch()

    assert end_of(attached)[0] == 0
    assert bench.shown("train")["status"] == "succeeded"
    assert bench.read("out.txt") == "made\n"


@pytest.mark.docker
def test_a_run_whose_command_died_can_be_stopped(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)
    bench.run("runs", "stop", "train")
    run = bench.shown("train")
    assert (run["status"], run["exit_code"], run["error"]) == ("killed", 7, "it was stopped")
    assert containers(bench) == []


@pytest.mark.docker
def test_a_timeout_holds_for_a_run_that_is_adopted(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go, timeout="4s")
    began = time.monotonic()
    start_and_kill(bench)
    bench.run("runs", "wait", "train", code=1)
    assert bench.shown("train")["timed_out"]
    assert time.monotonic() - began < 60


@pytest.mark.docker
def test_secrets_that_only_the_dead_command_knew_stay_masked(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go)
    bench.compose(
        {
            "train": {
                **slow(bench, go),
                "command": ["sh", "-c", "echo $$API_KEY; touch started; sleep 1000"],
                "environment": {"API_KEY": "${API_KEY:-}"},
                "init": True,
            }
        }
    )
    process = bench.start("run", env={"API_KEY": "hush-hush-hush"})
    wait_for_start(bench)
    process.kill()
    end_of(process)
    assert "hush" not in "".join(p.read_text() for p in bench.folder.glob(".ml/tickets/*"))

    bench.run("runs", "stop", "train")

    assert bench.run("runs", "logs", "train").stdout == "***\n"


@pytest.mark.docker
def test_a_run_goes_on_across_a_restart_of_an_engine_with_live_restore_and_only_then(
    bench: Workbench, go: Path, tmp_path: Path
) -> None:
    with PrivateEngine(tmp_path / "engine", has_live_restore=True) as private:
        there = {"DOCKER_HOST": private.host}
        compose_slow(bench, go, network_mode="none")
        process = bench.start("run", env=there)
        hear(process, "loss=0.5")
        private.restart()
        go.touch()
        code, told = end_of(process)
        assert code == 0, told
        assert_made_once(bench)

        go.unlink()
        bench.write({"in.txt": "changed\n"})
        private.has_live_restore = False
        private.restart()
        process = bench.start("run", env=there)
        hear(process, "loss=0.5")
        private.restart()
        code, told = end_of(process)
        assert code == 1, told
        assert bench.shown("train")["status"] == "failed"
        assert bench.read("out.txt") == "made\n"


def test_a_process_whose_command_was_killed_is_recorded_as_killed_by_who_waits(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)
    bench.run("runs", "wait", "train", code=1)
    assert bench.shown("train")["status"] == "killed"
