"""The Tab key."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.cli.candidates import FILES, NO_FILES, candidates
from modelcompose.pipeline.lock import Lock, LockedStep, write_lock
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes


@pytest.fixture
def _without_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("_without_docker")
@pytest.mark.parametrize(
    ("before", "last", "expected"),
    [
        ([], "st", ["status"]),
        ([], "ru", ["run", "runs"]),
        (["-f", "x.yaml"], "w", ["why"]),
        ([], "--e", ["--engine"]),
        (["--engine"], "", ["docker", "process"]),
        ([], "--engine=pr", ["process"]),
        (["status", "--engine"], "d", ["docker"]),
        (["status"], "--fo", ["--format"]),
        (["status", "--format"], "", ["json", "table"]),
        (["status"], "--format=j", ["json"]),
        (["plugin"], "", ["install", "remove"]),
        (["completion"], "", ["bash", "fish", "zsh"]),
        (["run"], "--for", ["--force", "--format"]),
        (["--jobs", "none"], "", []),
    ],
)
def test_our_words_are_there_without_docker(
    before: list[str], last: str, expected: list[str]
) -> None:
    answer = candidates(before, last)

    assert list(answer.candidates) == expected
    assert answer.directive == NO_FILES


@pytest.mark.usefixtures("_without_docker")
def test_a_value_without_choices_is_a_file() -> None:
    assert candidates(["render", "--output"], "").directive == FILES


@pytest.mark.usefixtures("_without_docker")
@pytest.mark.parametrize(
    ("before", "last", "expected"),
    [
        (["data", "status"], "", {"data/raw": "data"}),
        (["data", "get"], "", {"data/raw": "data", "model": "output"}),
        (["fetch"], "m", {"model": "output"}),
        (["push", "--no-images"], "d", {"data/raw": "data"}),
        (["data", "diff"], "data/raw/", {}),
        (["data", "add"], "", {}),
        (["data", "import", "dvc"], "", {}),
    ],
)
def test_versioned_paths_are_named_and_else_files_are_completed(
    before: list[str],
    last: str,
    expected: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "compose.yaml").write_text("name: tab\nx-ml: {data: {data/raw: }}\nservices: {}\n")
    content = Content("file", digest_bytes(b""), 0)
    step = LockedStep(digest_bytes(b"identity"), "image", outputs={"model": content})
    write_lock(tmp_path / "ml.lock", Lock().with_step("train", step))
    monkeypatch.chdir(tmp_path)

    answer = candidates(before, last)

    assert answer.candidates == expected
    assert answer.directive == FILES
