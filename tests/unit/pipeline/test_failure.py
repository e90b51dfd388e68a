from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from modelcompose.compose.project import Mount
from modelcompose.engine.protocol import Outcome
from modelcompose.pipeline.failure import explain
from tests.unit.pipeline.making import project, service, step

WORKSPACE = Path("/project/.ml/work/run")
FAILED = Outcome(exit_code=1, started_at=0.0, ended_at=1.0)


@pytest.mark.parametrize(
    "tail",
    [
        b"FileNotFoundError: [Errno 2] No such file or directory: 'lookup.csv'",
        b"FileNotFoundError: [Errno 2] No such file or directory: '/app/lookup.csv'",
        b"python: can't open file '/app/lookup.csv': [Errno 2] No such file or directory",
        b"cat: lookup.csv: No such file or directory",
        b"Error: ENOENT: no such file or directory, open './lookup.csv'",
    ],
)
def test_a_missing_file_of_the_project_is_named_with_the_line_to_add(
    tmp_path: Path, tail: bytes
) -> None:
    (tmp_path / "lookup.csv").touch()
    train = service("train", step(inputs=[]), mounts=(Mount("bind", "/app", str(tmp_path)),))
    failure = explain(
        project(train, directory=tmp_path), train, FAILED, tail, tmp_path / ".ml/work/run"
    )
    assert failure.hint is not None
    assert "  - lookup.csv" in failure.hint


def test_a_missing_module_of_the_project_is_named(tmp_path: Path) -> None:
    (tmp_path / "features.py").touch()
    train = service("train", step(inputs=[]), mounts=(Mount("bind", "/app", str(tmp_path)),))
    tail = b"ModuleNotFoundError: No module named 'features'"
    failure = explain(
        project(train, directory=tmp_path), train, FAILED, tail, tmp_path / ".ml/work/run"
    )
    assert failure.hint is not None
    assert "  - features.py" in failure.hint


def test_a_file_that_is_nowhere_gives_no_hint(tmp_path: Path) -> None:
    train = service("train", step(inputs=[]))
    failure = explain(
        project(train, directory=tmp_path),
        train,
        FAILED,
        b"No such file or directory: 'x'",
        tmp_path / ".ml/work/run",
    )
    assert failure.hint is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exit_code": 3}, "exit code 3"),
        ({"exit_code": 137}, "signal 9"),
        ({"exit_code": 255}, "exit code 255"),
        ({"exit_code": 143, "engine_restarted": True}, "(signal 15), while the engine restarted"),
        ({"exit_code": 127}, "command was not found"),
        ({"oom_killed": True, "exit_code": 137}, "out of memory"),
        ({"timed_out": True}, "timeout of 60 s"),
        ({"stopped": True}, "stopped"),
        ({"lost": "no answer"}, "went away: no answer"),
    ],
)
def test_the_cause_is_said_in_words(changes: dict[str, object], words: str) -> None:
    train = service("train", replace(step(), timeout_s=60.0))
    outcome = replace(FAILED, **changes)
    assert words in explain(project(train), train, outcome, b"", WORKSPACE).error
