"""The services that steps depend on: started once, stopped after, unless they already ran."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import Workbench, wait_until

pytestmark = pytest.mark.docker

HEALTHY = {"condition": "service_healthy"}
SERVER: dict[str, Any] = {
    "command": ["sh", "-c", "hostname > /srv/name; cd /srv; exec python -m http.server 8000"],
    "volumes": [],
    "working_dir": "/srv",
    "init": True,
    "stop_grace_period": "1s",
    "healthcheck": {
        "test": [
            "CMD",
            "python",
            "-c",
            "import urllib.request as r; r.urlopen('http://localhost:8000')",
        ],
        "interval": "200ms",
        "timeout": "5s",
        "retries": 50,
    },
}
ASK = "import urllib.request as r; print(r.urlopen('http://db:8000/name').read().decode())"


def asking(output: str, *depends: str, **more: Any) -> dict[str, Any]:
    """Give a step that writes down which container of `db` answered it."""
    return {
        "command": ["sh", "-c", f'python -c "{ASK}" > {output}'],
        "depends_on": dict.fromkeys(depends or ("db",), HEALTHY),
        "step": {"inputs": [], "outputs": [output], **more},
    }


def test_a_healthy_service_is_started_once_for_two_steps_and_gone_after(bench: Workbench) -> None:
    bench.compose({"db": SERVER, "one": asking("1.txt"), "two": asking("2.txt")})
    assert bench.endings("--jobs", "2") == {"one": "done", "two": "done"}
    assert bench.read("1.txt") == bench.read("2.txt")
    assert bench.containers() == {}


def test_a_service_that_already_ran_is_left_alone(bench: Workbench) -> None:
    bench.compose({"db": SERVER, "one": asking("1.txt")})
    bench.run("up", "--detach", "--wait", "db")
    before = bench.containers()
    bench.run("run")
    assert bench.read("1.txt").strip() == before["db"][:12]
    assert bench.containers(running=True) == before


def test_a_service_that_was_stopped_is_stopped_again_and_not_removed(bench: Workbench) -> None:
    bench.compose({"db": SERVER, "one": asking("1.txt")})
    bench.run("up", "--detach", "--wait", "db")
    before = bench.containers()
    bench.run("stop")
    bench.run("run")
    assert bench.containers() == before
    assert bench.containers(running=True) == {}


def test_the_services_behind_a_service_are_started_too(bench: Workbench) -> None:
    proxy = {**SERVER, "depends_on": {"db": HEALTHY}}
    bench.compose({"db": SERVER, "proxy": proxy, "one": asking("1.txt", "proxy")})
    bench.run("run")
    assert bench.read("1.txt").strip()
    assert bench.containers() == {}


def test_a_fresh_step_starts_no_service(bench: Workbench) -> None:
    bench.compose({"db": SERVER, "one": asking("1.txt")})
    bench.run("run")
    done = bench.run("run")
    assert "db" not in done.stderr
    assert bench.containers() == {}


def test_services_are_stopped_also_after_a_failure(bench: Workbench) -> None:
    bench.compose({"db": SERVER, "one": {**asking("1.txt"), "command": ["false"]}})
    bench.run("run", code=1)
    assert bench.containers() == {}


def test_services_are_stopped_also_after_an_interruption(bench: Workbench) -> None:
    slow = {**asking("1.txt"), "command": ["sleep", "600"], "init": True}
    bench.compose({"db": SERVER, "one": slow})
    running = bench.start("run")
    wait_until(lambda: bench.states().get("one") == "running", "the step")
    running.send_signal(signal.SIGINT)
    told, _ = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert bench.containers() == {}
    assert [run["status"] for run in bench.json("runs")] == ["killed"]


def test_a_service_that_does_not_come_up_is_an_error_with_its_last_words(
    bench: Workbench,
) -> None:
    broken = {**SERVER, "command": ["sh", "-c", "echo no such database; exit 1"]}
    bench.compose({"db": broken, "one": asking("1.txt"), "two": asking("2.txt")})
    done = bench.run("run", code=1)
    assert "services.db: did not come up" in done.stderr
    assert "no such database" in done.stderr
    assert "Traceback" not in done.stderr
    assert bench.containers() == {}


def test_no_deps_starts_no_service(bench: Workbench) -> None:
    step = {"command": ["true"], "depends_on": {"db": HEALTHY}, "step": {"inputs": []}}
    bench.compose({"db": {**SERVER, "command": ["false"]}, "one": step})
    assert bench.endings("--no-deps", "one") == {"one": "done"}


def test_clones_of_the_same_name_are_told_apart_by_folder(bench: Workbench, tmp_path: Path) -> None:
    bench.compose({"db": SERVER, "one": asking("1.txt"), "alone": asking("2.txt", "db")})
    bench.add("free", command=["sh", "-c", "echo > free"], step={"inputs": [], "outputs": ["free"]})
    bench.commit()
    bench.run("up", "--detach", "--wait", "db")
    before = bench.containers(running=True)
    other = bench.clone(tmp_path / "other", home=tmp_path / "home2")
    done = other.run("run", "one", code=1)
    assert f"its service db runs from {bench.folder}" in done.stderr
    assert other.endings("free") == {"free": "done"}
    assert bench.containers(running=True) == before


def test_the_containers_of_steps_leave_nothing_behind(bench: Workbench) -> None:
    bench.compose(
        {"one": {"command": ["sh", "-c", "exit 3"], "step": {"inputs": [], "retries": 1}}}
    )
    bench.run("run", code=1)
    named = ["docker", "ps", "--all", "--quiet", "--filter", f"name={bench.name}"]
    assert subprocess.run(named, capture_output=True, text=True, check=True).stdout == ""


def test_only_what_does_not_run_yet_is_said_to_be_started(bench: Workbench) -> None:
    bench.compose({"db": SERVER, "one": asking("1.txt")})
    assert "starting db" in bench.run("run").stderr
    bench.run("up", "--detach", "--wait", "db")
    told = bench.run("run", "--force").stderr
    assert "starting" not in told
    assert "stopping" not in told
