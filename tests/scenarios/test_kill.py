"""Whenever the command dies, the next one makes everything whole."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests.slow_steps import containers
from tests.workbench import COMMAND, Workbench, wait_until

KILLS = 50
KILLS_IN_DOCKER = 5

WRITE = """
number=$$(cat in.txt)
mkdir -p out/deep out/gone-after-$$number
for name in one two deep/three deep/four gone-after-$$number/five; do
  echo $$number > out/$$name; echo writes $$name
done
"""
STEPS = {
    "make": {
        "command": ["sh", "-c", WRITE],
        "step": {"inputs": ["in.txt"], "outputs": ["out"]},
    },
    "count": {
        "command": ["sh", "-c", "mkdir sum; cat out/one > sum/a; cat out/deep/* > sum/b"],
        "step": {"inputs": ["out"], "outputs": ["sum"]},
    },
    "other": {
        "command": ["sh", "-c", "echo 1 > other.txt"],
        "step": {"inputs": [], "outputs": ["other.txt"]},
    },
}


@pytest.fixture
def making(bench: Workbench) -> Workbench:
    bench.compose(STEPS)
    write_number(bench, 0)
    return bench


def write_number(bench: Workbench, number: int) -> None:
    bench.write({"in.txt": f"{number}\n"})


def made(bench: Workbench) -> set[str]:
    """Give the numbers that the files of `out` hold; one of them when all are of one run."""
    out = bench.folder / "out"
    numbers = {path.read_text().strip() for path in out.rglob("*") if path.is_file()}
    folders = {path.name.rpartition("-")[2] for path in out.glob("gone-after-*")}
    return numbers | folders


def summed(bench: Workbench) -> set[str]:
    return set("".join(path.read_text() for path in (bench.folder / "sum").iterdir()).split())


def statuses(bench: Workbench) -> set[str]:
    with closing(sqlite3.connect(bench.home / "hub.db")) as database:
        return {status for (status,) in database.execute("SELECT status FROM runs")}


def processes_in(folder: Path) -> list[str]:
    """Give the processes that work in a folder."""
    found = []
    for process in psutil.process_iter(["cwd", "cmdline", "status"]):
        where = process.info["cwd"] or ""
        if where.startswith(str(folder)) and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(" ".join(process.info["cmdline"] or ()))
    return found


def assert_nothing_is_left_over(bench: Workbench) -> None:
    state = bench.folder / ".ml"
    assert list((state / "work").iterdir()) == []
    assert list((state / "journal").iterdir()) == []
    assert "running" not in statuses(bench)
    assert processes_in(bench.folder) == []
    known = {"compose.yaml", "in.txt", "ml.lock", ".ml", "out", "sum", "other.txt"}
    assert {path.name for path in bench.folder.iterdir()} <= known


def kill_after(bench: Workbench, delay_s: float, *arguments: str) -> None:
    """Start a command and kill it at a moment, or let it end if it is quicker."""
    with quiet_start(bench, *arguments) as process:
        try:
            process.wait(delay_s)
        except subprocess.TimeoutExpired:
            process.kill()


def quiet_start(bench: Workbench, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=bench.folder,
        env=bench.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def moments(times: int, longest_s: float) -> Iterator[tuple[int, float]]:
    """Give numbered random moments; the seed that brings them back shows when a test fails."""
    seed = int(os.environ.get("KILL_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"again with the same moments: KILL_SEED={seed}")  # noqa: T201 - shown on failure
    chosen = random.Random(seed)
    for number in range(1, times + 1):
        delay_s = chosen.uniform(0, longest_s)
        print(f"kill {number} after {delay_s:.3f} s")  # noqa: T201 - as above
        yield number, delay_s


def test_kill_9_at_any_moment_loses_nothing(making: Workbench) -> None:
    start = time.monotonic()
    making.run("run")
    took_s = time.monotonic() - start

    for number, delay_s in moments(KILLS, took_s):
        write_number(making, number)
        kill_after(making, delay_s, "run")

        making.run("run", "other")  # recovers, and leaves the steps that were killed alone
        assert made(making) in ({str(number - 1)}, {str(number)})
        assert len(summed(making)) == 1
        assert_nothing_is_left_over(making)

        assert set(making.endings().values()) <= {"fresh", "restored", "done"}
        assert made(making) == summed(making) == {str(number)}
        assert set(making.states().values()) == {"fresh"}
        assert_nothing_is_left_over(making)


@pytest.mark.docker
def test_kill_9_at_any_moment_leaves_no_container(making: Workbench) -> None:
    start = time.monotonic()
    making.run("run", "make")
    took_s = time.monotonic() - start

    for number, delay_s in moments(KILLS_IN_DOCKER, took_s):
        write_number(making, number)
        kill_after(making, delay_s, "run", "make")

        assert making.endings("make")["make"] in {"adopted", "fresh", "restored", "done"}
        assert made(making) == {str(number)}
        assert containers(making) == []
        assert_nothing_is_left_over(making)


@pytest.mark.docker
def test_a_container_that_nobody_can_finish_is_removed_by_the_next_command(
    making: Workbench,
) -> None:
    making.run("run", "make")
    slow = {**STEPS["make"], "command": ["sh", "-c", "echo half > out; sleep 1000"]}
    making.compose({**STEPS, "make": slow})
    with quiet_start(making, "run", "make") as process:
        wait_until(lambda: containers(making), "the step's container")
        process.kill()
    assert containers(making) != []
    (ticket,) = making.folder.glob(".ml/tickets/*.json")
    ticket.unlink()

    done = making.run("run", "other")

    assert containers(making) == []
    assert "was left behind by a killed command" in done.stderr
    assert statuses(making) == {"succeeded", "killed"}
    assert made(making) == {"0"}


def test_a_step_that_outlived_its_command_is_ended_by_the_next(making: Workbench) -> None:
    making.run("run")
    ignores = "trap '' TERM HUP PIPE; echo half > out; sleep 1000"
    making.compose({**STEPS, "make": {**STEPS["make"], "command": ["sh", "-c", ignores]}})
    with quiet_start(making, "run", "make") as process:
        wait_until(lambda: any("sleep" in each for each in processes_in(making.folder)), "the step")
        process.kill()

    making.run("run", "other")

    assert processes_in(making.folder) == []
    assert statuses(making) == {"succeeded", "killed"}
    assert made(making) == {"0"}


def test_a_command_with_another_engine_ends_what_a_killed_one_left(making: Workbench) -> None:
    making.run("run", "other")
    slow = {**STEPS["make"], "command": ["sh", "-c", "sleep 1000"]}
    making.compose({**STEPS, "make": slow})
    with quiet_start(making, "run", "make") as process:
        wait_until(lambda: processes_in(making.folder / ".ml"), "the step")
        process.kill()
    (making.home / "hub.db").unlink()  # not even the database knows of the run any more

    making.run("run", "other")

    assert processes_in(making.folder) == []
    assert list((making.folder / ".ml" / "work").iterdir()) == []


def test_what_a_killed_write_of_the_lock_left_is_no_input(making: Workbench) -> None:
    implied = {"command": ["sh", "-c", "ls -A > seen.txt"], "step": {"outputs": ["seen.txt"]}}
    making.compose({"look": implied})
    making.run("run")
    (making.folder / ".ml.lock.new").write_text("half a lo")
    assert making.states() == {"look": "fresh"}
