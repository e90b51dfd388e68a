"""A live output can be read in the project while its step runs, and is an output afterwards."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from tests.workbench import Workbench, end_of, hear

LOG = """
import os, pathlib, time

pathlib.Path("logs").mkdir(exist_ok=True)
print("found", sorted(os.listdir("logs")), flush=True)
pathlib.Path("logs/events").write_text(os.environ["TEXT"])
os.makedirs("logs/deep", exist_ok=True)
pathlib.Path("logs/deep/more").write_text("more")
print("written", flush=True)
if os.environ["HOW"] == "fail":
    raise SystemExit(3)
if os.environ["HOW"] == "wait":
    time.sleep(600)
"""


@pytest.fixture
def logging(bench: Workbench) -> Workbench:
    bench.write({"log.py": LOG})
    _with_step(bench)
    return bench


def _with_step(bench: Workbench, **step: Any) -> None:
    keys = {
        "command": ["python", "-u", "log.py"],
        "environment": {"TEXT": "${TEXT:-one}", "HOW": "${HOW:-}"},
        "stop_grace_period": "1s",
        "step": {"inputs": ["log.py"], "outputs": {"logs": {"live": True}}, **step},
    }
    bench.compose({"log": keys}, **{"x-ml": {"identity": {"ignore": ["HOW"]}}})


def is_read_while_it_runs(bench: Workbench) -> None:
    bench.run("run", env={"TEXT": "old"})
    (bench.folder / "logs" / "mine").write_text("by hand")
    inode = (bench.folder / "logs").stat().st_ino

    command = bench.start("run", env={"HOW": "wait"})
    hear(command, "written")
    assert bench.read("logs/events") == "one"
    assert not (bench.folder / "logs" / "mine").exists()
    command.terminate()
    code, told = end_of(command)

    assert code == 130, told
    assert (bench.folder / "logs").stat().st_ino == inode
    assert "found []" in bench.run("runs", "logs", "log").stdout
    shown = bench.shown("log")
    assert shown["status"] == "killed"
    assert shown["outputs"]["logs"]["files"] == 2


def test_it_is_read_in_the_project_while_the_step_runs(logging: Workbench) -> None:
    is_read_while_it_runs(logging)


@pytest.mark.docker
def test_it_is_read_in_the_project_while_the_container_runs(logging: Workbench) -> None:
    is_read_while_it_runs(logging)
    owners = {path.stat().st_uid for path in (logging.folder / "logs").rglob("*")}
    assert owners == {logging.folder.stat().st_uid}


@pytest.mark.docker
def test_a_service_that_mounts_it_sees_what_comes(logging: Workbench) -> None:
    logging.add(
        "board", command=["sleep", "600"], volumes=["./logs:/logs:ro"], stop_grace_period="0s"
    )
    logging.run("up", "--detach", "board")
    command = logging.start("run", env={"HOW": "wait"})
    hear(command, "written")

    seen = logging.run("exec", "-T", "board", "cat", "/logs/events", "/logs/deep/more")

    assert seen.stdout == "onemore"
    command.terminate()
    end_of(command)


def test_it_is_fresh_afterwards_and_comes_back_from_the_store(logging: Workbench) -> None:
    logging.run("run")
    assert logging.states() == {"log": "fresh"}

    (logging.folder / "logs" / "events").unlink()
    assert logging.endings() == {"log": "restored"}
    assert logging.read("logs/events") == "one"

    logging.run("run", env={"TEXT": "two"})
    assert logging.read("logs/events") == "two"
    assert logging.endings() == {"log": "restored"}
    assert logging.read("logs/events") == "one"


def test_it_is_recorded_also_when_the_step_failed(logging: Workbench) -> None:
    logging.run("run", env={"HOW": "fail"}, code=1)

    shown = logging.shown("log")
    assert shown["status"] == "failed"
    assert shown["outputs"]["logs"]["files"] == 2
    assert logging.read("logs/events") == "one"
    assert logging.states() == {"log": "failed"}
    assert logging.lock.count("identity:") == 0


def test_it_is_recorded_also_when_the_command_was_killed(logging: Workbench) -> None:
    command = logging.start("run", env={"HOW": "wait"})
    hear(command, "written")
    os.killpg(command.pid, signal.SIGKILL)
    end_of(command)

    logging.run("run")

    killed = logging.json("runs", "--filter", "status = killed")
    assert logging.shown(killed[0]["id"])["outputs"]["logs"]["files"] == 2


def test_what_a_failed_run_left_is_told_to_be_its(logging: Workbench) -> None:
    logging.run("run")
    logging.run("run", env={"TEXT": "two", "HOW": "fail"}, code=1)

    assert logging.states() == {"log": "stale"}
    assert "logs is from run" in logging.causes_text("log")
    assert logging.endings() == {"log": "restored"}


def test_a_file_where_the_folder_belongs_is_an_error(logging: Workbench) -> None:
    logging.write({"logs": "a file"})

    told = logging.run("run", code=1).stderr

    assert "the live output logs is no folder" in told
    assert logging.read("logs") == "a file"


def test_a_live_file_is_an_error_naming_the_way_out(bench: Workbench) -> None:
    bench.write({"log.py": LOG})
    _with_step(bench, outputs={"train.log": {"live": True}})

    told = bench.run("run", code=1).stderr

    assert 'a live output is a folder, found the file "train.log"' in told


def test_live_and_resume_exclude_each_other(bench: Workbench) -> None:
    _with_step(bench, outputs={"logs": {"live": True, "resume": True}})

    assert "expected resume or live, found both" in bench.run("status", code=1).stderr
