"""A kill at any point of add, push, pull, checkout and gc loses nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from modelcompose.store.states import FileStates
from tests.workbench import Workbench, shell

FILES = 500
POINTS = int(os.environ.get("KILL_POINTS", "2"))
"""How many random points each command is killed at."""


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    bench.compose(
        {"a": shell("echo > out", "out")}, **{"x-ml": {"remote": str(bench.folder.parent / "r")}}
    )
    bench.git("init", "--quiet", "--initial-branch", "main")
    write(bench, "one")
    return bench


def write(bench: Workbench, text: str) -> None:
    raw = bench.folder / "data"
    for number in range(FILES):
        path = raw / f"{number % 7}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} {text}")
    (raw / "large").write_bytes(text.encode() * 1_000_000)


def texts(bench: Workbench) -> set[str]:
    """Give the second word of every small file that is there."""
    return {path.read_text().split()[1] for path in (bench.folder / "data").rglob("*.txt")}


def killed(bench: Workbench, *arguments: str, at_s: float) -> bool:
    """Run a command and kill it after so long; whether it was killed before its end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "modelcompose", *arguments],
        cwd=bench.folder,
        env=bench.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(at_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def at_random_points(
    bench: Workbench, *arguments: str, before: Callable[[], None], after: Callable[[], None]
) -> None:
    """Kill a command at random points of its life; each time from a fresh beginning."""
    before()
    start = time.monotonic()
    bench.run(*arguments)
    whole_s = time.monotonic() - start
    chosen = random.Random(0)
    for _ in range(POINTS):
        before()
        killed(bench, *arguments, at_s=chosen.uniform(0.2, 1.0) * whole_s)
        after()


def nothing() -> None:
    pass


def test_a_killed_add_is_done_again(project: Workbench) -> None:
    numbers = iter(range(1000))

    def after() -> None:
        project.run("data", "add", "data")
        assert project.run("data", "verify").stdout == "data: whole\n"

    at_random_points(
        project,
        *("data", "add", "data"),
        before=lambda: write(project, f"n{next(numbers)}"),
        after=after,
    )


def test_a_killed_push_is_gone_on_with_and_never_seen_in_half(
    project: Workbench, tmp_path: Path
) -> None:
    numbers = iter(range(1000))

    def before() -> None:
        write(project, f"n{next(numbers)}")
        project.run("data", "add", "data")

    def after() -> None:
        project.run("push", "--no-images")
        blobs = (tmp_path / "r" / "blobs" / "sha256").iterdir()
        with FileStates(tmp_path / "states.db") as states:
            assert all(states.digest(blob) == f"sha256:{blob.name}" for blob in blobs)

    at_random_points(project, "push", "--no-images", before=before, after=after)


def test_a_killed_pull_is_gone_on_with(project: Workbench, tmp_path: Path) -> None:
    project.run("data", "add", "data")
    project.commit()
    project.run("push", "--no-images")
    clones = iter(range(1000))
    current: list[Workbench] = []

    def before() -> None:
        number = next(clones)
        current[:] = [project.clone(tmp_path / f"c{number}", home=tmp_path / f"h{number}")]
        project.folder, project.home = current[0].folder, current[0].home

    def after() -> None:
        project.run("pull", "--no-images")
        assert texts(project) == {"one"}
        assert [each["state"] for each in project.json("data", "status")] == ["fresh"]

    origin = project.folder

    def again() -> None:
        project.folder = origin
        before()

    at_random_points(project, "pull", "--no-images", before=again, after=after)


def test_a_killed_checkout_leaves_all_old_or_is_finished(project: Workbench) -> None:
    project.run("data", "add", "data")
    project.commit("one")
    write(project, "two")
    project.run("data", "add", "data")
    project.commit("two")

    def before() -> None:
        project.run("data", "checkout", "main")
        assert texts(project) == {"two"}

    def after() -> None:
        project.run("data", "checkout", "main~1")
        assert texts(project) == {"one"}

    at_random_points(project, "data", "checkout", "main~1", before=before, after=after)


def test_a_killed_gc_loses_nothing_that_is_named(project: Workbench) -> None:
    project.run("data", "add", "data")
    at_random_points(
        project,
        *("data", "gc", "--yes"),
        before=nothing,
        after=lambda: None,
    )
    assert project.run("data", "verify").stdout == "data: whole\n"
