"""When a step, its image, a service or the engine fails, the error says which and why."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.private_engine import PrivateEngine
from tests.workbench import IMAGE, Workbench, end_of, hear, wait_until

ENGINES = ["process", pytest.param("docker", marks=pytest.mark.docker)]


def step(*command: str, **keys: Any) -> dict[str, Any]:
    return {"command": list(command), "step": {"inputs": [], "outputs": ["out.txt"]}, **keys}


def error_of(bench: Workbench, name: str = "train") -> str:
    """Run a step that fails; give what is told, and make sure that it was told as an error."""
    done = bench.run("run", name, code=1)
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_the_exit_code_stands_in_the_error_and_in_the_record(bench: Workbench, engine: str) -> None:
    bench.compose({"train": step("sh", "-c", "echo the reason; exit 42")})
    told = error_of(bench)
    assert "train  failed: exit code 42 (modelcompose runs logs" in told
    assert "the reason" in told
    run = bench.shown("train")
    assert (run["status"], run["exit_code"], run["error"]) == ("failed", 42, "exit code 42")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_step_that_a_signal_ended_says_which(bench: Workbench, engine: str) -> None:
    bench.compose({"train": step("sh", "-c", "kill -KILL $$$$", init=True)})
    assert "train  failed: exit code 137 (signal 9)" in error_of(bench)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_command_that_a_shell_does_not_find_says_so(bench: Workbench, engine: str) -> None:
    bench.compose({"train": step("sh", "-c", "trian --fast")})
    told = error_of(bench)
    assert "exit code 127 (the command was not found)" in told
    assert "trian" in told
    assert bench.shown("train")["exit_code"] == 127


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_that_is_not_there_is_named(bench: Workbench, engine: str) -> None:
    bench.compose({"train": step("trian", "--fast")})
    told = error_of(bench)
    assert "services.train" in told
    assert "trian" in told
    assert "hint:" in told
    assert bench.shown("train")["status"] == "failed"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_that_is_not_executable_is_named(bench: Workbench, engine: str) -> None:
    bench.write({"train.sh": "echo 1 > out.txt\n"})
    train = step("./train.sh")
    bench.compose({"train": {**train, "step": {**train["step"], "inputs": ["train.sh"]}}})
    told = error_of(bench)
    assert "train.sh" in told
    assert bench.shown("train")["status"] == "failed"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_step_that_runs_longer_than_its_timeout_fails_with_it(
    bench: Workbench, engine: str
) -> None:
    train = step("sh", "-c", "exec sleep 1000", init=True)
    bench.compose({"train": {**train, "step": {**train["step"], "timeout": "300ms"}}})
    assert "it ran longer than its timeout of 0.3 s" in error_of(bench)
    run = bench.shown("train")
    assert (run["status"], run["timed_out"]) == ("failed", True)


@pytest.mark.docker
def test_a_step_that_was_killed_for_want_of_memory_says_so(bench: Workbench) -> None:
    fill = "block = bytearray(512 * 2**20); block[::4096] = block[::4096]; print(len(block))"
    bench.compose({"train": step("python", "-c", fill, mem_limit="64m", memswap_limit="64m")})
    assert "it was killed for want of memory (out of memory)" in error_of(bench)
    run = bench.shown("train")
    assert (run["status"], run["oom_killed"]) == ("failed", True)


@pytest.mark.docker
def test_an_image_that_does_not_build_shows_the_step_and_the_builders_last_lines(
    bench: Workbench,
) -> None:
    dockerfile = f"FROM {IMAGE}\nRUN echo the reason is here >&2 && false\n"
    build_step(bench, {"context": ".", "dockerfile_inline": dockerfile})
    told = error_of(bench)
    failure = told[told.index("train  failed:") :]
    assert "services.train.build: the image does not build" in failure
    assert "the reason is here" in failure


@pytest.mark.docker
def test_a_dockerfile_that_is_not_there_is_named(bench: Workbench) -> None:
    build_step(bench, {"context": "."})
    assert "Dockerfile" in error_of(bench)


@pytest.mark.docker
def test_an_image_that_cannot_be_pulled_is_named(bench: Workbench) -> None:
    bench.compose({"train": step("true", image="localhost:1/nobody/nothing:9")})
    told = error_of(bench)
    assert "image localhost:1/nobody/nothing:9: cannot be pulled" in told
    assert "hint:" in told


@pytest.mark.docker
def test_a_service_that_never_is_healthy_shows_its_log_and_is_stopped(bench: Workbench) -> None:
    unhealthy = {"test": ["CMD", "false"], "interval": "100ms", "retries": 2}
    command = ["sh", "-c", "echo cannot find my data; exec sleep 1000"]
    needs = {"depends_on": {"db": {"condition": "service_healthy"}}}
    bench.compose(
        {
            "db": {"command": command, "healthcheck": unhealthy, "init": True},
            "train": step("true", **needs),
        }
    )
    told = error_of(bench)
    assert "services.db" in told
    assert "cannot find my data" in told
    assert services(bench) == []


@pytest.mark.docker
def test_a_service_that_ends_at_once_shows_its_log(bench: Workbench) -> None:
    needs = {"depends_on": {"db": {"condition": "service_started"}}}
    command = ["sh", "-c", "echo cannot open my data; exit 3"]
    bench.compose({"db": {"command": command}, "train": step("true", **needs)})
    told = error_of(bench)
    assert "services.db" in told
    assert "cannot open my data" in told
    assert services(bench) == []


@pytest.mark.docker
def test_services_that_a_killed_command_started_go_on_with_its_step_and_are_stopped_by_the_next(
    bench: Workbench,
) -> None:
    needs = {"depends_on": {"db": {"condition": "service_started"}}}
    sleeps = ["sleep", "1000"]
    until_told = "touch started; until test -e go; do sleep 0.05; done; echo 1 > out.txt"
    bench.compose(
        {
            "db": {"command": sleeps, "init": True},
            "mine": {"command": sleeps, "init": True},
            "train": step("sh", "-c", until_told, **needs),
            "other": {"command": ["true"], "step": {"inputs": []}},
        }
    )
    compose(bench, "up", "--detach", "mine")
    with bench.start("run", "train") as process:
        wait_until(lambda: list(bench.folder.glob(".ml/work/*/started")), "the step to start")
        process.kill()
    assert services(bench, "--status", "running") == ["db", "mine"]
    (workspace,) = bench.folder.glob(".ml/work/*")
    (workspace / "go").touch()

    done = bench.run("run", "other")

    assert bench.shown("train")["status"] == "succeeded"
    assert "stopped db, which a killed command had started" in done.stderr
    assert services(bench, "--status", "running") == ["mine"]


@pytest.fixture
def private(tmp_path: Path) -> Iterator[PrivateEngine]:
    """Give a Docker engine of this test's own, which may be killed."""
    with PrivateEngine(tmp_path / "engine") as engine:
        yield engine


@pytest.mark.docker
def test_an_engine_that_dies_in_the_middle_is_named_and_recovered_from(
    bench: Workbench, private: PrivateEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", private.host)
    isolated = {"network_mode": "none"}
    write = step("sh", "-c", "echo old > out.txt", **isolated)
    bench.compose({"train": write})
    bench.run("run")
    halfway = "echo half > out.txt; echo half way; exec sleep 1000"
    slow = step("sh", "-c", halfway, init=True, **isolated)
    bench.compose({"train": slow})
    process = bench.start("run")
    hear(process, "half way\n")

    private.kill()

    code, told = end_of(process)
    assert code == 1, told
    assert "Traceback" not in told
    assert "train  failed: the engine went away" in told
    assert "hint: start the engine" in told
    assert bench.read("out.txt") == "old\n"

    refused = bench.run("run", code=1)
    assert "no Docker engine answers there" in refused.stderr

    private.start()
    lost = bench.json("runs")[0]["id"]
    bench.compose({"train": step("sh", "-c", "echo new > out.txt", **isolated)})
    bench.run("run")
    assert bench.shown(lost)["status"] in {"failed", "killed"}
    assert bench.read("out.txt") == "new\n"
    assert private.docker("ps", "--all", "--quiet") == ""
    assert list((bench.folder / ".ml" / "work").iterdir()) == []


def build_step(bench: Workbench, build: dict[str, str]) -> None:
    bench.compose({"train": step("true", build=build)})
    document = json.loads(bench.read("compose.yaml"))
    del document["services"]["train"]["image"]
    bench.write({"compose.yaml": json.dumps(document)})


def compose(bench: Workbench, *arguments: str) -> str:
    done = subprocess.run(
        ["docker", "compose", "--profile", "*", *arguments],
        cwd=bench.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def services(bench: Workbench, *options: str) -> list[str]:
    """Give the services that have a container, running or not."""
    found = compose(bench, "ps", "--all", "--services", *options).split()
    return sorted(name for name in found if name != "train")
