"""`run` on anything but steps is Compose's run: its output, its exit code."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import Workbench

pytestmark = pytest.mark.docker

ENVIRONMENT = {"COMPOSE_IGNORE_ORPHANS": "true"}
"""What one call leaves behind is no news to the next."""

SERVICES: dict[str, dict[str, Any]] = {
    "web": {"command": ["sh", "-c", "echo from web; echo problem >&2; exit 3"]},
    "train": {
        "command": ["sh", "-c", "echo trained > model; echo training"],
        "environment": {"LR": "0.1"},
        "step": {"inputs": [], "outputs": ["model"]},
    },
}


@pytest.fixture
def mixed(bench: Workbench) -> Workbench:
    bench.compose(SERVICES)
    return bench


def assert_like_compose(bench: Workbench, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run with Compose and with us; check that all that can be seen is the same."""
    theirs = subprocess.run(
        ["docker", "compose", "--progress", "quiet", *arguments],
        cwd=bench.folder,
        env=bench.environment(ENVIRONMENT),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    ours = bench.run("--progress", "quiet", *arguments, code=None, env=ENVIRONMENT)
    assert (ours.returncode, ours.stdout, ours.stderr) == (
        theirs.returncode,
        theirs.stdout,
        theirs.stderr,
    )
    assert bench.json("runs") == []
    assert not (bench.folder / "ml.lock").exists()
    return ours


def test_a_service_that_is_no_step(mixed: Workbench) -> None:
    done = assert_like_compose(mixed, "run", "--rm", "-T", "web")
    assert (done.returncode, done.stdout) == (3, "from web\n")


def test_a_service_that_is_no_step_without_any_flag(mixed: Workbench) -> None:
    assert assert_like_compose(mixed, "run", "web").returncode == 3


def test_a_step_with_a_command_of_its_own(mixed: Workbench) -> None:
    done = assert_like_compose(mixed, "run", "train", "sh", "-c", "echo $LR; exit 4")
    assert (done.returncode, done.stdout) == (4, "0.1\n")


def test_a_step_with_a_command_that_looks_like_our_flags(mixed: Workbench) -> None:
    done = assert_like_compose(mixed, "run", "train", "echo", "--force", "--jobs", "3", "--quiet")
    assert done.stdout == "--force --jobs 3 --quiet\n"


@pytest.mark.parametrize(
    "flags",
    [["--rm"], ["-T"], ["--entrypoint", "true"], ["-l", "a=b"], ["--user", "1000"], ["-w", "/tmp"]],
    ids=" ".join,
)
def test_a_step_with_a_flag_of_composes(mixed: Workbench, flags: list[str]) -> None:
    assert assert_like_compose(mixed, "run", *flags, "train").returncode in {0, 2}


def test_e_on_a_service_that_is_no_step_is_composes(mixed: Workbench) -> None:
    done = assert_like_compose(mixed, "run", "-e", "A=1", "web", "sh", "-c", "echo $A")
    assert done.stdout == "1\n"


def test_an_unknown_service_is_an_error(mixed: Workbench) -> None:
    done = mixed.run("run", "tarin", code=1)
    assert "tarin" in done.stderr
    assert "train" in done.stderr


def test_a_step_alone_is_ours(mixed: Workbench) -> None:
    mixed.run("run", "train")
    assert mixed.read("model") == "trained\n"
    assert [run["step"] for run in mixed.json("runs")] == ["train"]


def test_a_step_run_by_compose_itself_works_as_ever(mixed: Workbench, tmp_path: Path) -> None:
    done = assert_like_compose(mixed, "run", "--rm", "-T", "train")
    assert done.stdout == "training\n"
    assert mixed.read("model") == "trained\n"


def test_other_verbs_are_composes(mixed: Workbench) -> None:
    for verb in (["config"], ["ps", "--all", "-q"], ["nonsense"]):
        assert_like_compose(mixed, *verb)
