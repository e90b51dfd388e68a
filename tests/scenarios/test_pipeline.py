"""A pipeline runs what changed, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench import Workbench

COPY = {
    "first": {
        "command": ["sh", "-c", "cat in.txt > a.txt"],
        "step": {"inputs": ["in.txt"], "outputs": ["a.txt"]},
    },
    "second": {
        "command": ["sh", "-c", "mkdir -p out && head -c 1 a.txt > out/b.txt"],
        "step": {"inputs": ["a.txt"], "outputs": ["out"]},
    },
}


@pytest.fixture
def copying(bench: Workbench) -> Workbench:
    bench.compose(COPY)
    bench.write({"in.txt": "one\n"})
    return bench


def test_a_second_run_does_nothing(copying: Workbench) -> None:
    assert copying.endings() == {"first": "done", "second": "done"}
    assert copying.endings() == {"first": "fresh", "second": "fresh"}
    assert copying.states() == {"first": "fresh", "second": "fresh"}


def test_a_changed_input_runs_its_reader_and_is_named(copying: Workbench) -> None:
    copying.run("run")
    copying.write({"in.txt": "two\n"})
    assert copying.causes("first") == ["in.txt changed"]
    assert copying.endings() == {"first": "done", "second": "done"}
    assert copying.read("out/b.txt") == "t"


def test_equal_new_outputs_make_nothing_after_them_stale(copying: Workbench) -> None:
    copying.run("run")
    copying.compose({**COPY, "first": {**COPY["first"], "command": ["cp", "in.txt", "a.txt"]}})
    assert copying.endings() == {"first": "done", "second": "fresh"}


def test_a_deleted_output_comes_back_without_a_run(copying: Workbench) -> None:
    copying.run("run")
    (copying.folder / "out" / "b.txt").unlink()
    assert copying.endings() == {"first": "fresh", "second": "restored"}
    assert copying.read("out/b.txt") == "o"


def test_an_edited_output_is_kept_and_the_command_that_brings_it_back_works(
    copying: Workbench,
) -> None:
    copying.run("run")
    copying.write({"out/b.txt": "by hand"})
    assert copying.states()["second"] == "modified"
    done = copying.run("run")
    command = done.stderr.partition("to bring it back: ")[2].splitlines()[0]
    assert copying.read("out/b.txt") == "o"
    _, source, target = command.split()
    copying.write({target: Path(source).read_text(encoding="utf-8")})
    assert copying.read("out/b.txt") == "by hand"


def test_a_failed_step_stops_its_dependants_only(bench: Workbench) -> None:
    bench.compose(
        {
            "bad": {"command": ["sh", "-c", "exit 3"], "step": {"inputs": [], "outputs": ["x"]}},
            "after": {"command": ["cp", "x", "y"], "step": {"inputs": ["x"], "outputs": ["y"]}},
            "other": {
                "command": ["sh", "-c", "echo 1 > z"],
                "step": {"inputs": [], "outputs": ["z"]},
            },
        }
    )
    endings = bench.endings("--jobs", "1", code=1)
    assert endings == {"bad": "failed", "after": "blocked", "other": "done"}
    assert bench.states()["bad"] == "failed"
