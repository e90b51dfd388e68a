"""The Tab key."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modelcompose.cli.candidates import FILES, NO_FILES, candidates
from modelcompose.cli.completion import SCRIPTS
from modelcompose.pipeline.lock import Lock, LockedStep, write_lock
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes

COMPOSE_FILE = """\
name: tab
services:
  web: {image: nginx}
  prepare: {image: python, profiles: [train], x-ml: {step: {outputs: {data: }}}}
  train: {image: "python:${NEEDED:?}", profiles: [train], x-ml: {step: {outputs: {model: }}}}
"""


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


@pytest.mark.docker
@pytest.mark.parametrize("verb", ["status", "why"])
def test_steps_are_named_also_when_a_variable_is_unset(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE_FILE)
    monkeypatch.chdir(tmp_path)

    assert list(candidates([verb], "").candidates) == ["prepare", "train"]


@pytest.mark.docker
def test_verbs_flags_and_services_of_compose_are_asked_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE_FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEEDED", "1")

    assert {"plugin", "ps", "pull", "push"} <= candidates([], "p").candidates.keys()
    assert "--follow" in candidates(["logs"], "--fo").candidates
    assert "web" in candidates(["logs"], "").candidates
    assert {"web", "train"} <= candidates(["run"], "").candidates.keys()
    assert {"--force", "--detach"} <= candidates(["run"], "--").candidates.keys()


SHELLS = {
    "bash": """
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _modelcompose
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "fish": "complete -C (string join ' ' -- $argv)",
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["modelcompose", "rende"], {"render"}),
        (["modelcompose", "completion", "f"], {"fish"}),
        (["modelcompose", "--engine", "pro"], {"process"}),
    ],
)
@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_work_in_their_shells(
    shell: str, words: list[str], expected: set[str], tmp_path: Path
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "modelcompose").write_text(
        f'#!/bin/sh\nexec {sys.executable} -m modelcompose "$@"\n'
    )
    (tmp_path / "modelcompose").chmod(0o755)
    script = f"PATH={tmp_path}:/bin\n" if shell == "bash" else f"set PATH {tmp_path} /bin\n"

    done = subprocess.run(
        [
            program,
            "-c",
            script + SCRIPTS[shell] + SHELLS[shell],
            *(["-"] * (shell == "bash")),
            *words,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(tmp_path), "PATH": "/bin:/usr/bin", "TERM": "dumb"},
    )

    assert {line.partition("\t")[0] for line in done.stdout.split("\n") if line} == expected
    assert done.stderr == ""
