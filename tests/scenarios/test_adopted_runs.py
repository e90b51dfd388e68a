"""Runs whose command died: the next command adopts them, as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.slow_steps import (
    assert_made_once,
    compose_slow,
    containers,
    kill_supervisor,
    slow,
    start_and_kill,
    wait_for_start,
)
from tests.workbench import Workbench, end_of, hear


@pytest.mark.docker
def test_the_next_command_adopts_a_container_whose_command_was_killed(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)

    process = bench.start("run")
    hear(process, "adopted it")
    go.touch()
    code, told = end_of(process)

    assert code == 0, told
    assert "train  adopted  made by run" in told
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
    assert_made_once(bench)


@pytest.mark.docker
def test_a_supervisor_that_is_killed_is_replaced_by_attaching(bench: Workbench, go: Path) -> None:
    compose_slow(bench, go)
    bench.run("run", "-d")
    wait_for_start(bench)
    kill_supervisor(bench)
    bench.write({"compose.yaml": "services: ["})  # what was noted when it began is enough

    attached = bench.start("runs", "attach", "train")
    hear(attached, "loss=0.5")
    go.touch()

    assert end_of(attached)[0] == 0
    assert bench.shown("train")["status"] == "succeeded"
    assert bench.read("out.txt") == "made\n"


@pytest.mark.docker
def test_a_run_whose_command_died_is_stopped_before_it_is_deleted(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)
    assert "still runs" in bench.run("runs", "rm", "--yes", "train", code=2).stderr
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


def test_a_process_whose_command_was_killed_is_recorded_as_killed_by_who_waits(
    bench: Workbench, go: Path
) -> None:
    compose_slow(bench, go)
    start_and_kill(bench)
    bench.run("runs", "wait", "train", code=1)
    assert bench.shown("train")["status"] == "killed"
