"""A command that is told to end stops its steps, records them, and keeps what had succeeded."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.slow_steps import wait_for_start
from tests.terminals import Terminal
from tests.workbench import COMMAND, Workbench, end_of, hear, wait_until

QUICK = {"command": ["sh", "-c", "echo 1 > quick.txt"]}
UNTIL_TOLD = """
trap 'echo was told to end; exit 0' TERM USR1
touch started
sleep 1000 & wait
"""
IGNORING = """
trap 'echo ignores it' TERM
touch started
while :; do sleep 1000 & wait; done
"""


def steps(script: str, **keys: Any) -> dict[str, Any]:
    """Give a step that is quick, and one after it that runs a script."""
    return {
        "quick": {**QUICK, "step": {"inputs": [], "outputs": ["quick.txt"]}},
        "slow": {
            "command": ["sh", "-c", script.replace("$", "$$")],
            "step": {"inputs": ["quick.txt"], "outputs": ["slow.txt"]},
            **keys,
        },
    }


def assert_was_stopped(bench: Workbench) -> None:
    """Make sure that what succeeded is kept, the rest recorded, and nothing is left over."""
    assert bench.shown("quick")["status"] == "succeeded"
    assert "  quick:" in bench.lock
    assert "  slow:" not in bench.lock
    run = bench.shown("slow")
    assert (run["status"], run["error"]) == ("killed", "it was stopped")
    assert run["ended_at"] is not None
    assert list((bench.folder / ".ml" / "work").iterdir()) == []


def test_ctrl_c_in_a_terminal_stops_the_step_and_records_it_as_killed(bench: Workbench) -> None:
    bench.compose(steps(UNTIL_TOLD))
    with Terminal(bench, [*COMMAND, "run"]) as terminal:
        wait_for_start(bench)
        terminal.type("\x03")
        code, shown = terminal.end()
    assert code == 130
    assert "stopped; what had succeeded before is kept" in shown
    assert "Traceback" not in shown
    assert_was_stopped(bench)
    assert bench.run("runs", "logs", "slow").stdout == "was told to end\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_each_signal_that_asks_to_end_stops_and_records(
    bench: Workbench, number: signal.Signals
) -> None:
    bench.compose(steps(UNTIL_TOLD))
    process = bench.start("run")
    wait_for_start(bench)
    process.send_signal(number)
    assert end_of(process)[0] == 130
    assert_was_stopped(bench)


def test_the_same_command_goes_on_from_where_it_was_stopped(bench: Workbench) -> None:
    bench.compose(steps(UNTIL_TOLD))
    stop(bench, bench.start("run"))
    bench.compose(steps("cp quick.txt slow.txt"))
    assert bench.endings() == {"quick": "fresh", "slow": "done"}


@pytest.mark.parametrize("engine", ["process", pytest.param("docker", marks=pytest.mark.docker)])
def test_a_step_is_given_the_signal_that_its_service_names(bench: Workbench, engine: str) -> None:
    script = "trap 'exit 1' TERM; trap 'echo USR1' USR1; touch started; sleep 1000 & wait"
    bench.compose(steps(script, stop_signal="SIGUSR1"))
    stop(bench, bench.start("run"))
    assert bench.run("runs", "logs", "slow").stdout == "USR1\n"
    assert_was_stopped(bench)


@pytest.mark.parametrize("engine", ["process", pytest.param("docker", marks=pytest.mark.docker)])
def test_a_step_that_ignores_its_signal_is_killed_after_the_grace_period(
    bench: Workbench, engine: str
) -> None:
    bench.compose(steps(IGNORING, stop_grace_period="300ms"))
    stop(bench, bench.start("run"))
    run = bench.shown("slow")
    assert run["exit_code"] == 137
    assert_was_stopped(bench)


@pytest.mark.parametrize("engine", ["process", pytest.param("docker", marks=pytest.mark.docker)])
def test_a_second_ctrl_c_kills_at_once_and_still_records(bench: Workbench, engine: str) -> None:
    bench.compose(steps(IGNORING, stop_grace_period="1h"))
    process = bench.start("run")
    wait_for_start(bench)
    process.send_signal(signal.SIGINT)
    hear(process, "stopping slow (Ctrl-C again: kill at once)")
    hear(process, "ignores it")
    process.send_signal(signal.SIGINT)
    code, told = end_of(process)
    assert code == 130, told
    assert "Traceback" not in told
    assert_was_stopped(bench)


def test_many_ctrl_cs_break_nothing(bench: Workbench) -> None:
    bench.compose(steps(IGNORING, stop_grace_period="1h"))
    process = bench.start("run")
    wait_for_start(bench)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
    assert "Traceback" not in end_of(process)[1]
    assert_was_stopped(bench)


def test_all_steps_that_run_are_stopped(bench: Workbench) -> None:
    step = {"command": ["sh", "-c", UNTIL_TOLD], "step": {"inputs": []}}
    bench.compose({f"slow{number}": step for number in range(3)})
    process = bench.start("--jobs", "3", "run")
    wait_for_start(bench, 3)
    process.send_signal(signal.SIGTERM)
    assert end_of(process)[0] == 130
    assert {bench.shown(f"slow{number}")["status"] for number in range(3)} == {"killed"}


def test_a_step_that_is_to_be_tried_again_is_not_once_the_command_is_told_to_end(
    bench: Workbench,
) -> None:
    step = {"inputs": [], "retries": 100}
    bench.compose({"bad": {"command": ["false"], "step": step}})
    process = bench.start("run")
    hear(process, "attempt 3 of 101 in 2 s")
    process.send_signal(signal.SIGINT)
    assert end_of(process)[0] == 130


def test_what_nohup_protects_goes_on_when_the_terminal_goes(
    bench: Workbench, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    script = f"touch started; until [ -e {go} ]; do sleep 0.05; done; echo 1 > slow.txt"
    bench.compose(steps(script))
    process = subprocess.Popen(
        ["nohup", *COMMAND, "run"],
        cwd=bench.folder,
        env=bench.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for_start(bench)
    process.send_signal(signal.SIGHUP)
    go.touch()
    assert process.wait(60) == 0
    assert bench.shown("slow")["status"] == "succeeded"


def test_steps_go_on_when_nobody_reads_the_output_any_more(
    bench: Workbench, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    script = (
        f"touch started; until [ -e {go} ]; do sleep 0.05; done; seq 1000; cp quick.txt slow.txt"
    )
    bench.compose(steps(script))
    process = bench.start("run", "--format", "json")
    wait_for_start(bench)
    assert process.stdout is not None
    process.stdout.close()
    go.touch()
    process.wait(60)
    assert bench.shown("slow")["status"] == "succeeded"
    assert bench.endings() == {"quick": "fresh", "slow": "fresh"}


def test_ctrl_c_while_waiting_for_another_command_leaves_that_one_alone(
    bench: Workbench, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    script = f"touch started; until [ -e {go} ]; do sleep 0.05; done; echo 1 > slow.txt"
    bench.compose(steps(script))
    first = bench.start("run")
    wait_for_start(bench)
    second = bench.start("run")
    hear(second, "waiting for")
    second.send_signal(signal.SIGINT)
    code, told = end_of(second)
    assert (code, told.strip()) == (130, "")
    go.touch()
    assert end_of(first)[0] == 0


@pytest.mark.docker
def test_ctrl_c_ends_a_build(bench: Workbench) -> None:
    dockerfile = "FROM python:3.11-slim\nRUN echo the build has begun && sleep 1000\n"
    build = {"context": ".", "dockerfile_inline": dockerfile}
    slow = {"build": build, "command": ["true"], "step": {"inputs": []}}
    bench.compose({"slow": slow})
    document = (bench.folder / "compose.yaml").read_text()
    bench.write({"compose.yaml": document.replace('"image": "python:3.11-slim",', "")})
    process = bench.start("run")
    hear(process, "the build has begun")
    process.send_signal(signal.SIGINT)
    code, told = end_of(process)
    assert code == 130, told
    assert bench.json("runs") == []


@pytest.mark.docker
def test_ctrl_c_while_a_service_comes_up_stops_it(bench: Workbench) -> None:
    never = {"test": ["CMD", "false"], "interval": "1s", "retries": 1000}
    bench.compose(
        {
            "db": {"command": ["sleep", "1000"], "init": True, "healthcheck": never},
            "slow": {
                "command": ["true"],
                "depends_on": {"db": {"condition": "service_healthy"}},
                "step": {"inputs": []},
            },
        }
    )
    process = bench.start("run")
    wait_until(lambda: running(bench) == ["db"], "the service to run")
    process.send_signal(signal.SIGINT)
    code, told = end_of(process)
    assert code == 130, told
    assert running(bench) == []


def stop(bench: Workbench, process: subprocess.Popen[str]) -> None:
    """Stop a command once its slow step runs."""
    wait_for_start(bench)
    process.send_signal(signal.SIGINT)
    code, told = end_of(process)
    assert code == 130, told


def running(bench: Workbench) -> list[str]:
    """Give the services of the project that run."""
    command = ["docker", "compose", "--profile", "*", "ps", "--services", "--status", "running"]
    listed = subprocess.run(command, cwd=bench.folder, capture_output=True, text=True, check=True)
    return listed.stdout.split()
