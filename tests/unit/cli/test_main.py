"""The command `modelcompose`, from the outside, without Docker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelcompose import __version__

HEAVY = ("click", "msgspec", "rich", "sqlalchemy", "yaml", "ruamel", "psutil", "json", "asyncio")


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modelcompose", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture
def docker(tmp_path: Path) -> dict[str, str]:
    """Give variables that put a program in Docker's place, which prints what it is called with."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"; exit 7\n")
    program.chmod(0o755)
    plugin = tmp_path / "config" / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir(parents=True)
    plugin.touch(mode=0o755)
    return {"PATH": f"{program.parent}:/bin", "DOCKER_CONFIG": str(tmp_path / "config")}


@pytest.mark.parametrize("flag", ["--version", "-v"])
def test_version_prints_one_line(flag: str) -> None:
    done = call(flag)

    assert (done.stdout, done.returncode) == (f"modelcompose {__version__}\n", 0)


def test_a_verb_of_compose_becomes_compose(docker: dict[str, str]) -> None:
    done = call("-f", "a b.yaml", "--jobs", "2", "logs", "-f", "web", **docker)

    assert done.stdout.splitlines() == ["compose", "--file=a b.yaml", "logs", "-f", "web"]
    assert done.returncode == 7


def test_help_about_a_verb_of_compose_is_its_own(docker: dict[str, str]) -> None:
    assert call("help", "ps", **docker).stdout.splitlines() == ["compose", "ps", "--help"]


@pytest.mark.parametrize("words", [[], ["help"], ["help", "help"], ["--help", "--help"], ["-h"]])
def test_help_is_printed_when_it_is_asked_for(words: list[str], tmp_path: Path) -> None:
    done = call(*words, PATH=str(tmp_path))

    assert done.stdout.startswith("Usage:  modelcompose")
    assert done.returncode == 0


def test_without_docker_a_verb_of_compose_says_what_it_needs(tmp_path: Path) -> None:
    done = call("ps", PATH=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr == (
        "error: modelcompose ps: needs Docker Compose, and `docker` is not on the PATH\n\n"
        "hint: install Docker with its Compose plugin: https://docs.docker.com/compose/install\n"
    )


def test_a_mistake_is_a_message_with_its_exit_code() -> None:
    done = call("--engine", "podman", "status")

    assert done.returncode == 2
    assert done.stderr.startswith("error: --engine podman: no such engine\n\nhint: ")


@pytest.mark.parametrize("words", [["--version"], ["ps"]])
def test_what_needs_no_project_imports_nothing_heavy(
    words: list[str], docker: dict[str, str]
) -> None:
    code = (
        "import sys, os, modelcompose.__main__ as program\n"
        "os.execvp = lambda *_: print(*sorted(sys.modules))\n"
        "code = program._dispatch(sys.argv[1:])\n"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **docker},
    )

    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "modelcompose" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m modelcompose schema | head -c 1; echo ${{PIPESTATUS[0]}}"

    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert done.stdout.splitlines()[-1].strip("{") in ("0", "141")
    assert done.stderr == ""
