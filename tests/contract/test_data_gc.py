"""What `data gc` keeps: each promise of its documentation, against git and the database of runs."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from modelcompose.compose.project import Project
from modelcompose.errors import NotFound, UsageError
from modelcompose.store.clearing import Clearing
from modelcompose.store.store import Store
from modelcompose.versioning.needed import Needed, needed
from modelcompose.versioning.old_locks import ALL
from modelcompose.versioning.remembered import forget, remembered
from modelcompose.versioning.workspace import DataWorkspace


def opened(folder: Path, tmp_path: Path) -> DataWorkspace:
    folder.mkdir(exist_ok=True)
    project = Project("p", folder, (), {}, {})
    return DataWorkspace(project, Store(tmp_path / "home" / "store"))


def add(folder: Path, tmp_path: Path, text: str) -> str:
    """Version one file in a folder; give the file's digest."""
    with opened(folder, tmp_path) as workspace:
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / "file").write_text(text)
        content = workspace.add("data").content
        (entry,) = workspace.store.tree(content.digest).entries
    return entry.digest


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    command = ["git", "-C", str(folder), *author, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "ml.lock")
    git(folder, "commit", "--quiet", "--message", "a version")


def collected(
    folder: Path, tmp_path: Path, *revisions: str, grace_s: float | None = None
) -> Needed:
    """Clear the store as `data gc --yes` does, an hour later."""
    with opened(folder, tmp_path) as workspace:
        found = needed(workspace, revisions)
        clearing = Clearing(workspace.store, young_s=-1)
        clearing.carry_out(clearing.plan(found.digests))
        if grace_s is not None:
            clearing.purge(grace_s)
    return found


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home" / "store")


def stands(store: Store, digest: str) -> bool:
    """Whether an object is there, and not in the trash."""
    return Store(store.root).blob_path(digest).exists()


def test_what_a_lock_names_stays_and_what_none_names_goes_to_the_trash_and_comes_back(
    tmp_path: Path, store: Store
) -> None:
    old = add(tmp_path / "a", tmp_path, "old")
    new = add(tmp_path / "a", tmp_path, "new")

    collected(tmp_path / "a", tmp_path, grace_s=3600)

    assert stands(store, new)
    assert not stands(store, old)
    assert Store(store.root).read(old) == b"old"


def test_what_other_projects_locks_name_stays(tmp_path: Path, store: Store) -> None:
    other = add(tmp_path / "b", tmp_path, "other")
    add(tmp_path / "a", tmp_path, "mine")

    collected(tmp_path / "a", tmp_path, grace_s=-1)

    assert stands(store, other)


def test_a_project_whose_disk_is_away_loses_nothing_until_it_is_forgotten(
    tmp_path: Path, store: Store
) -> None:
    away = add(tmp_path / "away", tmp_path, "on a disk")
    add(tmp_path / "a", tmp_path, "mine")
    (tmp_path / "away").rename(tmp_path / "elsewhere")
    (tmp_path / "away").mkdir()  # the empty folder where it is mounted

    found = collected(tmp_path / "a", tmp_path, grace_s=-1)

    assert found.away == (tmp_path / "away",)
    assert stands(store, away)
    with pytest.raises(UsageError, match="is not gone"):
        forget(store, [tmp_path / "a"])
    forget(store, [tmp_path / "away"])
    assert collected(tmp_path / "a", tmp_path, grace_s=-1).away == ()
    assert not store.has(away)
    with pytest.raises(NotFound):
        forget(store, [tmp_path / "away"])


def test_what_is_needed_again_comes_out_of_the_trash_before_that_is_emptied(
    tmp_path: Path, store: Store
) -> None:
    away = add(tmp_path / "away", tmp_path, "needed again")
    add(tmp_path / "a", tmp_path, "mine")
    (tmp_path / "away" / "ml.lock").rename(tmp_path / "aside")
    forget(store, [tmp_path / "away"])
    collected(tmp_path / "a", tmp_path)
    assert not stands(store, away)
    (tmp_path / "aside").rename(tmp_path / "away" / "ml.lock")
    with opened(tmp_path / "away", tmp_path) as workspace, workspace.held("gc", print):
        pass  # the next command that works there

    collected(tmp_path / "a", tmp_path, grace_s=-1)

    assert stands(store, away)


@pytest.fixture
def branches(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A history: main, a branch that a merge left aside, one that was never merged."""
    folder = tmp_path / "a"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    found = {"first": add(folder, tmp_path, "first")}
    commit(folder)
    for name in ("aside", "other"):
        git(folder, "checkout", "--quiet", "-b", name, "main")
        found[name] = add(folder, tmp_path, name)
        commit(folder)
    git(folder, "checkout", "--quiet", "main")
    found["main"] = add(folder, tmp_path, "main")
    commit(folder)
    git(folder, "merge", "--quiet", "--strategy", "ours", "--message", "merge", "aside")
    found["now"] = add(folder, tmp_path, "now")
    return folder, found


@pytest.mark.parametrize(
    ("revisions", "kept"),
    [
        ((), {"now"}),
        (("main",), {"now", "main", "aside", "first"}),
        (("other", "main"), {"now", "main", "aside", "first", "other"}),
        (("other",), {"now", "first", "other"}),
        ((ALL,), {"now", "main", "aside", "first", "other"}),
    ],
)
def test_what_the_history_of_revisions_names_stays(
    tmp_path: Path,
    store: Store,
    branches: tuple[Path, dict[str, str]],
    revisions: tuple[str, ...],
    kept: set[str],
) -> None:
    folder, digests = branches

    collected(folder, tmp_path, *revisions)

    assert {name for name, digest in digests.items() if stands(store, digest)} == kept


@pytest.mark.parametrize("revision", ["mian", "--no-walk", "-n1", "HEAD~99"])
def test_a_revision_that_git_does_not_know_keeps_the_store_as_it_is(
    tmp_path: Path, store: Store, branches: tuple[Path, dict[str, str]], revision: str
) -> None:
    folder, digests = branches

    with pytest.raises(Exception, match="revision"):
        collected(folder, tmp_path, revision)

    assert all(stands(store, digest) for digest in digests.values())


def test_what_a_lock_names_that_git_could_not_merge_stays(tmp_path: Path, store: Store) -> None:
    mine = add(tmp_path / "a", tmp_path, "mine")
    mine_text = (tmp_path / "a" / "ml.lock").read_text()
    theirs = add(tmp_path / "b", tmp_path, "theirs")
    theirs_text = (tmp_path / "b" / "ml.lock").read_text()
    shutil.rmtree(tmp_path / "b")
    forget(store, [tmp_path / "b"])
    add(tmp_path / "c", tmp_path, "another project")
    both = f"<<<<<<< HEAD\n{mine_text}=======\n{theirs_text}>>>>>>> theirs\n"
    (tmp_path / "a" / "ml.lock").write_text(both)

    collected(tmp_path / "c", tmp_path, grace_s=-1)

    assert stands(store, mine)
    assert stands(store, theirs)


def test_what_a_recorded_run_and_a_registered_model_need_stays(
    tmp_path: Path, store: Store
) -> None:
    add(tmp_path / "a", tmp_path, "mine")
    digests = {name: add(tmp_path / "b", tmp_path, name) for name in ("output", "model", "code")}
    shutil.rmtree(tmp_path / "b")
    forget(store, [tmp_path / "b"])
    needed_rows(tmp_path, digests)

    collected(tmp_path / "a", tmp_path, grace_s=-1)

    assert all(stands(store, digest) for digest in digests.values())


def needed_rows(tmp_path: Path, digests: dict[str, str]) -> None:
    """Name objects in the database as runs and models do."""
    with opened(tmp_path / "a", tmp_path) as workspace:
        needed(workspace, ())  # makes the database
    database = sqlite3.connect(tmp_path / "home" / "hub.db")
    database.execute("PRAGMA foreign_keys = OFF")
    for table, values in (
        ("contents", {"digest": digests["output"]}),
        ("model_versions", {"digest": digests["model"]}),
        ("runs", {"parts": json.dumps({"code": digests["code"]})}),
    ):
        insert(database, table, values)
    database.commit()
    database.close()


def insert(database: sqlite3.Connection, table: str, values: dict[str, str]) -> None:
    """Insert a row; columns that must have a value get one."""
    row: dict[str, object] = dict(values)
    for _, name, kind, not_null, default, _ in database.execute(f"PRAGMA table_info({table})"):
        if not_null and default is None:
            row.setdefault(name, 1 if "INT" in kind.upper() else "x")
    marks = ", ".join("?" * len(row))
    columns = ", ".join(f'"{name}"' for name in row)
    database.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))


def test_a_project_that_only_pulled_is_remembered(tmp_path: Path, store: Store) -> None:
    add(tmp_path / "a", tmp_path, "shared")
    (tmp_path / "clone").mkdir()
    shutil.copy(tmp_path / "a" / "ml.lock", tmp_path / "clone" / "ml.lock")

    with opened(tmp_path / "clone", tmp_path) as workspace, workspace.held("pull", print):
        pass

    assert [each.folder for each in remembered(store)] == [tmp_path / "a", tmp_path / "clone"]


def test_what_was_killed_between_the_two_moves_of_a_pack_comes_back(
    tmp_path: Path, store: Store
) -> None:
    folder = tmp_path / "a"
    with opened(folder, tmp_path) as workspace:
        (folder / "data").mkdir()
        for number in range(100):
            (folder / "data" / f"{number}").write_text(f"{number}")
        content = workspace.add("data").content
    (index,) = (store.root / "packs").iterdir()
    (store.root / "trash").mkdir()
    os.rename(index, store.root / "trash" / f"{index.name}.index")  # noqa: PTH104

    assert Store(store.root).holds(content)


@pytest.mark.parametrize("count", [1, 100])
def test_a_checkout_finds_what_it_needs_in_the_trash(
    tmp_path: Path, store: Store, count: int
) -> None:
    folder = tmp_path / "a"
    (folder / "data").mkdir(parents=True)
    with opened(folder, tmp_path) as workspace:
        for number in range(count):
            (folder / "data" / f"{number}").write_text(f"old {number}")
        old = workspace.add("data").content
        for number in range(count):
            (folder / "data" / f"{number}").write_text(f"new {number}")
        workspace.add("data")
    collected(folder, tmp_path)
    assert not stands(store, old.digest)

    with opened(folder, tmp_path) as workspace, workspace.held("checkout", print):
        workspace.checkout("data", old)

    assert (folder / "data" / "0").read_text() == "old 0"
