from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from modelcompose.engine.protocol import Sample
from modelcompose.pipeline.progress import Board, ProgressFile, steps_now
from modelcompose.pipeline.project_lock import holder, project_lock
from modelcompose.pipeline.report import StepResult


def states(board: Board) -> dict[str, str]:
    return {now.step: now.state for now in board.steps()}


def test_a_step_goes_from_waiting_to_its_end() -> None:
    board = Board()
    board.waits({"a": "db (held by b)"})
    assert states(board) == {"a": "waiting"}
    board.waits({})
    board.prepares("a")
    assert states(board) == {"a": "preparing"}
    board.starts("a", run="1" * 32, cause="it never ran", attempt=1)
    assert states(board) == {"a": "running"}
    board.ends(StepResult("a", "done"))
    assert board.steps() == ()


def test_those_that_wait_come_last() -> None:
    board = Board()
    board.waits({"a": "b"})
    board.prepares("b")
    assert list(states(board)) == ["b", "a"]


def test_a_step_that_waits_for_something_else_waits_since_it_began_to() -> None:
    board = Board()
    board.waits({"a": "b, c"})
    (before,) = board.steps()
    board.waits({"a": "c"})
    (after,) = board.steps()
    assert (after.since, after.waits_for) == (before.since, "c")


def test_what_is_measured_belongs_to_a_step_that_runs() -> None:
    board = Board()
    board.measures("gone", Sample(1.0, memory_bytes=1), {})
    board.starts("a", run="1" * 32, cause="it never ran", attempt=1)
    board.measures("a", Sample(1.0, memory_bytes=7), {"loss": 0.5})
    (now,) = board.steps()
    assert (now.memory_bytes, now.metrics) == (7, {"loss": 0.5})


def test_others_read_what_the_holder_of_the_project_does(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    with project_lock(tmp_path, "modelcompose run", wait=True, waiting=print):
        with ProgressFile(path) as progress:
            progress.waits({"a": "db (held by b)"})
            progress.prepares("b")
            progress.flush()
            assert {n: now.state for n, now in steps_now(path).items()} == {
                "b": "preparing",
                "a": "waiting",
            }
        assert not path.exists()
        assert steps_now(path) == {}


def test_what_no_holder_or_another_one_wrote_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    left = {"pid": os.getpid(), "steps": [{"step": "a", "state": "waiting", "since": 1.0}]}
    path.write_text(json.dumps(left))
    assert steps_now(path) == {}
    with project_lock(tmp_path, "modelcompose run", wait=True, waiting=print):
        assert list(steps_now(path)) == ["a"]
        path.write_text(json.dumps({**left, "pid": 1}))
        assert steps_now(path) == {}
        path.write_text("{")
        assert steps_now(path) == {}


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    with ProgressFile(tmp_path / "gone" / "progress.json") as progress:
        progress.prepares("a")
        progress.flush()


def test_to_look_who_holds_a_project_disturbs_nobody(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with project_lock(tmp_path, "modelcompose run a", wait=False, waiting=pytest.fail):
        found = holder(tmp_path)
        assert found is not None
        assert (found.pid, found.command) == (os.getpid(), "modelcompose run a")
    assert holder(tmp_path) is None
    with project_lock(tmp_path, "modelcompose run a", wait=False, waiting=pytest.fail):
        pass


def test_others_see_at_once_that_a_step_runs(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    with (
        project_lock(tmp_path, "modelcompose run", wait=True, waiting=print),
        ProgressFile(path) as progress,
    ):
        progress.prepares("a")
        progress.starts("a", run="1" * 32, cause="it never ran", attempt=1)
        assert steps_now(path)["a"].state == "running"
