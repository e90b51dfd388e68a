from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.code import LARGEST_FILE_BYTES, code_state, without_credentials
from modelcompose.tracking.run import Code

Look = Callable[..., Code]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    _write(folder, "train.py", "print()")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def look(tmp_path: Path, store: Store) -> Iterator[Look]:
    with FileStates(tmp_path / "states.db") as states:
        yield lambda folder, **options: code_state(folder, states, store, **options)


def _write(folder: Path, name: str, text: str = "") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    answer = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


def _commit(folder: Path) -> str:
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message=first")
    return _git(folder, "rev-parse", "HEAD")


def _names(store: Store, code: Code) -> list[str]:
    assert code.tree is not None
    return [entry.path for entry in store.tree(code.tree).entries]


def test_git_tells_commit_branch_and_remote(project: Path, look: Look) -> None:
    commit = _commit(project)
    _git(project, "remote", "add", "backup", "https://example.org/b.git")
    _git(project, "remote", "add", "origin", "https://token@example.org/a.git")
    code = look(project)
    assert (code.commit, code.branch, code.is_dirty) == (commit, "main", False)
    assert code.remote == "https://***@example.org/a.git"


@pytest.mark.parametrize("name", ["train.py", "new.py"])
def test_a_changed_or_new_file_makes_the_code_dirty(project: Path, look: Look, name: str) -> None:
    _commit(project)
    _write(project, name, "changed")
    assert look(project).is_dirty


def test_before_the_first_commit_there_is_a_branch_and_no_commit(project: Path, look: Look) -> None:
    _git(project, "init", "--quiet", "--initial-branch=main")
    code = look(project)
    assert (code.commit, code.branch, code.is_dirty) == (None, "main", True)


def test_a_detached_head_has_no_branch(project: Path, look: Look) -> None:
    commit = _commit(project)
    _git(project, "checkout", "--quiet", "--detach")
    code = look(project)
    assert (code.commit, code.branch) == (commit, None)


def test_the_code_is_what_git_tracks_or_does_not_ignore(
    project: Path, look: Look, store: Store
) -> None:
    _write(project, ".gitignore", "data/\n*.log\n")
    _commit(project)
    for name in ("new.py", "src/a b.py", "src/ä.py", "data/raw.csv", "x.log"):
        _write(project, name)
    found = _names(store, look(project))
    assert found == sorted([".gitignore", "new.py", "src/a b.py", "src/ä.py", "train.py"])


def test_a_project_within_a_repository_has_the_code_of_its_folder(
    project: Path, look: Look, store: Store
) -> None:
    _write(project, "other/x.py")
    _write(project, "example/y.py")
    commit = _commit(project)
    _write(project, "other/new.py")
    code = look(project / "example")
    assert (code.commit, code.is_dirty) == (commit, False)
    assert _names(store, code) == ["y.py"]


def test_a_deleted_file_is_no_code(project: Path, look: Look, store: Store) -> None:
    gone = _write(project, "gone.py")
    _commit(project)
    gone.unlink()
    assert _names(store, look(project)) == ["train.py"]


def test_without_git_folders_of_tools_are_left_out(project: Path, look: Look, store: Store) -> None:
    for folder in (".ml", ".git", ".venv", "node_modules", "__pycache__", "src"):
        _write(project, f"{folder}/x.py")
    _write(project, ".env", "API_KEY=hunter22")
    code = look(project)
    assert _names(store, code) == ["src/x.py", "train.py"]
    assert (code.commit, code.branch, code.remote) == (None, None, None)


def test_without_the_git_program_the_code_is_kept_all_the_same(
    project: Path, look: Look, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _commit(project)
    monkeypatch.setenv("PATH", str(project))
    code = look(project)
    assert code.commit is None
    assert _names(store, code) == ["train.py"]


def test_large_files_and_what_skip_names_are_left_out(
    project: Path, look: Look, store: Store
) -> None:
    with _write(project, "large.bin").open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    _write(project, "models/delay.bin")
    code = look(project, skip=lambda path: path == project / "models")
    assert _names(store, code) == ["train.py"]


def test_what_is_no_file_is_left_out_and_links_stay_links(
    project: Path, look: Look, store: Store
) -> None:
    os.mkfifo(project / "pipe")
    (project / "link.py").symlink_to("train.py")
    assert _names(store, look(project)) == ["link.py", "train.py"]


def test_the_kept_code_holds_the_files_themselves(project: Path, look: Look, store: Store) -> None:
    code = look(project)
    assert code.tree is not None
    (entry,) = store.tree(code.tree).entries
    assert store.read(entry.digest) == b"print()"


def test_the_variables_of_a_git_hook_do_not_mislead(
    project: Path, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = _commit(project)
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert look(project).commit == commit


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:token@example.org/a.git", "https://***@example.org/a.git"),
        ("https://token@example.org/a.git", "https://***@example.org/a.git"),
        ("https://example.org/a@b.git", "https://example.org/a@b.git"),
        ("ssh://git:secret@example.org/a.git", "ssh://***@example.org/a.git"),
        ("ssh://git@example.org/a.git", "ssh://git@example.org/a.git"),
        ("git@example.org:a.git", "git@example.org:a.git"),
        ("/srv/a.git", "/srv/a.git"),
    ],
)
def test_credentials_in_a_url_are_masked(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
