"""What completes a command line in real shells."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modelcompose.cli.candidates import candidates
from modelcompose.cli.completion import SCRIPTS

COMPOSE_FILE = """\
name: tab
services:
  web: {image: nginx}
  prepare: {image: python, profiles: [train], x-ml: {step: {outputs: {data: }}}}
  train: {image: "python:${NEEDED:?}", profiles: [train], x-ml: {step: {outputs: {model: }}}}
"""


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
