"""What git holds, and what it would take in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelcompose.diagnosis.finding import Finding
from modelcompose.diagnosis.mend import Tools, mend
from modelcompose.diagnosis.project import outputs
from modelcompose.diagnosis.project.git import look_at_git
from modelcompose.diagnosis.project.lock_file import look_at_lock
from modelcompose.diagnosis.project.outputs import look_at_outputs
from modelcompose.diagnosis.project.secrets import look_at_secrets
from modelcompose.errors import LockFileError
from tests.unit.diagnosis.conftest import Examined

Git = Callable[..., str]
LARGE = outputs.LARGE_BYTES
STEP: dict[str, Any] = {
    "image": "x",
    "volumes": [".:/app"],
    "x-ml": {"step": {"outputs": ["models"], "metrics": ["metrics.json"]}},
}


def write_large(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.truncate(LARGE)


def mended(found: list[Finding], folder: Path) -> None:
    mend(found, Tools(home=folder, recover=lambda _: None))


# The repository


def test_a_folder_without_a_repository_is_a_note(examined: Examined, folder: Path) -> None:
    (found,) = look_at_git(examined())

    assert found.severity == "note"
    assert (found.fix or "").endswith("git init")


def test_a_repository_that_git_refuses_to_read_is_told_with_the_command(
    examined: Examined, folder: Path, program: Any, programs: Path
) -> None:
    (programs / "git").unlink()
    program("git", "echo \"fatal: detected dubious ownership in repository at '/x'\" >&2; exit 128")
    (found,) = look_at_git(examined())

    assert found.severity == "warning"
    assert "dubious ownership" in found.what
    assert f"safe.directory {folder}" in (found.fix or "")


def test_a_machine_without_git_is_told(examined: Examined, programs: Path) -> None:
    (programs / "git").unlink()
    (found,) = look_at_git(examined())

    assert "git is not installed" in found.what


# Outputs


def test_a_large_output_that_git_does_not_ignore_is_mended_by_a_line(
    examined: Examined, folder: Path, git: Git
) -> None:
    write_large(folder / "models" / "m.bin")
    (folder / "metrics.json").write_text("{}")
    found = list(look_at_outputs(examined({"train": STEP})))

    assert ["git does not ignore 10 MB of models" in one.what for one in found] == [True]
    mended(found, folder)
    assert (folder / ".gitignore").read_text() == "/models\n"
    assert list(look_at_outputs(examined({"train": STEP}))) == []


def test_a_large_output_that_git_holds_is_told_with_the_command(
    examined: Examined, folder: Path, git: Git
) -> None:
    write_large(folder / "models" / "m.bin")
    git("add", "models")
    (found,) = look_at_outputs(examined({"train": STEP}))

    assert found.what.startswith("git holds 10 MB of models, which train writes")
    assert "git rm -r --cached models" in (found.fix or "")
    assert found.repair is None


def test_a_pattern_for_folders_ignores_an_output_folder(
    examined: Examined, folder: Path, git: Git
) -> None:
    write_large(folder / "models" / "m.bin")
    (folder / ".gitignore").write_text("models/\n")

    assert list(look_at_outputs(examined({"train": STEP}))) == []


# The lock


def test_a_lock_that_git_ignores_is_told_with_the_line(
    examined: Examined, folder: Path, git: Git
) -> None:
    (folder / "ml.lock").write_text("version: 1\n")
    (folder / ".gitignore").write_text("*.pyc\n*.lock\n")
    (found,) = look_at_lock(examined({"train": STEP}))

    assert found.severity == "warning"
    assert found.where == ".gitignore:2"


def test_a_lock_that_is_not_in_git_yet_is_a_note_and_one_that_is_is_fine(
    examined: Examined, folder: Path, git: Git
) -> None:
    (folder / "ml.lock").write_text("version: 1\n")
    (found,) = look_at_lock(examined({"train": STEP}))

    assert (found.severity, "git add ml.lock" in (found.fix or "")) == ("note", True)
    git("add", "ml.lock")
    assert list(look_at_lock(examined({"train": STEP}))) == []


def test_a_lock_with_conflict_markers_is_the_locks_own_error(
    examined: Examined, folder: Path, git: Git
) -> None:
    (folder / "ml.lock").write_text("<<<<<<< ours\n")
    git("add", "ml.lock")

    with pytest.raises(LockFileError, match="conflict markers"):
        list(look_at_lock(examined({"train": STEP})))


# Secrets


def test_a_secret_in_git_is_a_problem_and_is_never_shown(
    examined: Examined, folder: Path, git: Git
) -> None:
    (folder / ".env").write_text("PORT=80\nAPI_TOKEN=t0psecret\n")
    git("add", ".env")
    (found,) = look_at_secrets(examined({"train": STEP}))

    assert found.severity == "problem"
    assert found.where == ".env:2:1"
    assert "API_TOKEN" in found.what
    assert "t0psecret" not in repr(found)
    assert found.repair is None


def test_a_secret_that_git_would_take_in_is_mended_by_a_line(
    examined: Examined, folder: Path, git: Git
) -> None:
    (folder / "service.env").write_text("DB_PASSWORD=hunter2\n")
    services = {"db": {"image": "x", "env_file": "service.env"}}
    (found,) = look_at_secrets(examined(services))

    assert found.severity == "warning"
    mended([found], folder)
    assert list(look_at_secrets(examined(services))) == []


def test_a_file_that_compose_hands_out_as_a_secret_is_one(
    examined: Examined, folder: Path, git: Git
) -> None:
    (folder / "key.pem").write_text("-----BEGIN\n")
    git("add", "key.pem")
    secrets = {"tls": {"file": "./key.pem"}}
    (found,) = look_at_secrets(
        examined({"web": {"image": "x", "secrets": ["tls"]}}, secrets=secrets)
    )

    assert (found.severity, found.where) == ("problem", "key.pem")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "PORT=80\n"),
        (".env", "API_KEY=\n"),
        (".env", "API_KEY=<your key>\n"),
        (".env", "API_KEY=changeme\n"),
        (".env.example", "API_KEY=abcdef\n"),
        ("sample.env.template", "API_KEY=abcdef\n"),
        ("notes.txt", "API_KEY=abcdef\n"),
    ],
)
def test_what_holds_no_secret_is_left_alone(
    examined: Examined, folder: Path, git: Git, name: str, text: str
) -> None:
    (folder / name).write_text(text)
    git("add", name)

    assert list(look_at_secrets(examined({"train": STEP}))) == []


def test_an_environment_file_below_is_looked_into_also_when_the_compose_file_is_broken(
    examined: Examined, folder: Path, git: Git
) -> None:
    (folder / "deploy").mkdir()
    (folder / "deploy" / ".env.production").write_text("SECRET_WORD=swordfish\n")
    (folder / "compose.yaml").write_text("services: [\n")
    git("add", "deploy")
    (found,) = look_at_secrets(examined())

    assert found.where == "deploy/.env.production:1:1"
