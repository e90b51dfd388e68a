"""Steps that go on until a test lets them end, and commands that are killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from modelcompose.pipeline.project_lock import holder
from tests.workbench import Workbench, end_of, wait_until

_SLOW = """
trap 'echo was told to end; exit 7' TERM
echo epoch=1 loss=0.5
touch started
until [ -e GO ]; do sleep 0.1 & wait $!; done
echo epoch=2 loss=0.25
cp in.txt out.txt
exit CODE
"""
_STEP_KEYS = {"timeout", "retries", "outputs"}


def slow(bench: Workbench, go: Path, *, code: int = 0, **more: Any) -> dict[str, Any]:
    """Give a step that goes on until the file `go` is there; `more` are keys of it."""
    is_inside = bench.engine == "docker"
    script = _SLOW.replace("GO", "/signals/go" if is_inside else str(go))
    step = {"inputs": ["in.txt"], "outputs": ["out.txt"], "log_metrics": ["loss"]}
    return {
        "command": ["sh", "-c", script.replace("CODE", str(code)).replace("$", "$$")],
        "volumes": [".:/app", *([f"{go.parent}:/signals"] if is_inside else [])],
        "stop_grace_period": "5s",
        **{key: value for key, value in more.items() if key not in _STEP_KEYS},
        "step": {**step, **{key: more[key] for key in _STEP_KEYS & more.keys()}},
    }


def compose_slow(bench: Workbench, go: Path, **more: Any) -> None:
    """Write a project with one slow step, `train`."""
    bench.compose({"train": slow(bench, go, **more)})
    bench.write({"in.txt": "made\n"})


def wait_for_start(bench: Workbench, number: int = 1) -> None:
    """Wait until slow steps run."""
    work = bench.folder / ".ml" / "work"
    wait_until(lambda: len(list(work.glob("*/started"))) == number, "the slow step to start")


def start_and_kill(bench: Workbench, *arguments: str) -> None:
    """Start a command, and kill it without a chance once its step runs."""
    process = bench.start("run", *arguments)
    wait_for_start(bench)
    process.kill()
    end_of(process)


def kill_supervisor(bench: Workbench) -> None:
    """Kill what watches the newest run of `train`, wherever it was started."""
    os.kill(bench.shown("train")["supervisor_pid"], signal.SIGKILL)


def kill_holder(bench: Workbench) -> None:
    """Kill the command that holds the project, if there is one."""
    held = holder(bench.folder / ".ml")
    if held is not None:
        with suppress(ProcessLookupError):
            os.kill(held.pid, signal.SIGKILL)


def containers(bench: Workbench) -> list[str]:
    """Give the ids of the containers of the project's steps, those that ended too."""
    label = f"label=modelcompose.project-directory={bench.folder}"
    command = ["docker", "ps", "--all", "--quiet", "--filter", label]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def assert_made_once(bench: Workbench) -> None:
    """Make sure that `train` is recorded as if nothing had happened, and nothing is left over."""
    (run,) = bench.json("runs")
    assert run["status"] == "succeeded"
    assert bench.read("out.txt") == "made\n"
    log = bench.run("runs", "logs", "train").stdout
    assert log == "epoch=1 loss=0.5\nepoch=2 loss=0.25\n"
    metric = bench.shown("train")["metrics"]["loss"]
    assert (metric["count"], metric["last"], metric["max"]) == (2, 0.25, 0.5)
    wait_until(lambda: bench.states() == {"train": "fresh"}, "the supervisor to end")
    assert list((bench.folder / ".ml" / "work").iterdir()) == []
    assert not list(bench.folder.glob(".ml/tickets/*"))
