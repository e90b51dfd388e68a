"""Versions of data: added, compared, brought back, pushed and pulled."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registries import registry, sign_in
from tests.workbench import Workbench, shell

FILES = 100


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    """Give a project with data, a step that reads it, and git."""
    step = shell("cat data/raw/* | sort | tail -1 > last.txt", "last.txt", inputs=["data/raw"])
    bench.compose({"last": step}, **{"x-ml": {"remote": str(bench.folder.parent / "remote")}})
    bench.write({f"data/raw/{n:03}.txt": f"{n:03}\n" for n in range(FILES)})
    bench.write({"data/labels.csv": "a,b\n1,2\n"})
    bench.git("init", "--quiet", "--initial-branch", "main")
    return bench


def states(bench: Workbench) -> dict[str, str]:
    return {each["path"]: each["state"] for each in bench.json("data", "status")}


def changes(bench: Workbench, *words: str) -> dict[str, list[tuple[str, str]]]:
    return {
        each["path"]: [(change["kind"], change["path"]) for change in each["changes"]]
        for each in bench.json("data", "diff", *words)
    }


def test_what_is_added_is_named_in_the_lock_and_ignored_by_git(project: Workbench) -> None:
    done = project.run("data", "add", "data/raw", "data/labels.csv")

    assert "data/raw  100 files, 400 B" in done.stdout
    assert "data/labels.csv  8 B" in done.stdout
    assert project.read(".gitignore").splitlines() == ["/data/raw", "/data/labels.csv"]
    assert set(project.json("data", "ls")) == {"data/raw", "data/labels.csv"}
    assert states(project) == {"data/labels.csv": "fresh", "data/raw": "fresh"}
    project.commit()
    assert "data" not in project.git("ls-files")


def test_every_change_is_told_and_a_checkout_undoes_it(project: Workbench) -> None:
    project.run("data", "add", "data/raw")
    raw = project.folder / "data" / "raw"
    (raw / "000.txt").write_text("changed")
    (raw / "001.txt").unlink()
    (raw / "002.txt").rename(raw / "renamed.txt")
    (raw / "new.txt").write_text("new")

    assert states(project) == {"data/raw": "modified"}
    assert changes(project) == {
        "data/raw": [
            ("changed", "000.txt"),
            ("removed", "001.txt"),
            ("added", "new.txt"),
            ("renamed", "renamed.txt"),
        ]
    }
    told = project.run("data", "diff").stdout
    assert "> 002.txt -> renamed.txt" in told

    done = project.run("data", "checkout", "data/raw")
    assert states(project) == {"data/raw": "fresh"}
    assert changes(project) == {"data/raw": []}

    command = done.stderr.split("to bring it back: ")[1].split()
    project.run(*command[1:])
    assert (raw / "new.txt").read_text() == "new"
    assert not (raw / "001.txt").exists()


def test_every_version_that_git_knows_is_brought_back(project: Workbench) -> None:
    project.run("data", "add", "data/raw")
    project.commit("one")
    project.write({"data/raw/000.txt": "two"})
    project.run("data", "add", "data/raw/000.txt")
    project.commit("two")

    subjects = [each["commit"]["subject"] for each in project.json("data", "log", "data/raw")]
    assert subjects == ["two", "one"]
    assert changes(project, "HEAD~1", "HEAD") == {"data/raw": [("changed", "000.txt")]}
    assert changes(project, "HEAD~1") == {"data/raw": [("changed", "000.txt")]}
    project.run("data", "checkout", "HEAD~1", "data/raw")
    assert project.read("data/raw/000.txt") == "000\n"
    assert "ml.lock" in project.git("status", "--short")
    project.run("data", "checkout", "main")
    assert project.read("data/raw/000.txt") == "two"
    assert "ml.lock" not in project.git("status", "--short")


def test_a_checkout_after_another_branch_tells_of_edits_alone(project: Workbench) -> None:
    project.run("data", "add", "data/raw")
    project.commit("one")
    project.git("switch", "--quiet", "--create", "other")
    project.write({"data/raw/000.txt": "two"})
    project.run("data", "add", "data/raw")
    project.commit("two")
    project.git("switch", "--quiet", "main")

    assert "is kept" not in project.run("data", "checkout").stderr

    assert project.read("data/raw/000.txt") == "000\n"
    project.write({"data/raw/000.txt": "edited"})
    assert "is kept" in project.run("data", "checkout").stderr


def test_permissions_links_empty_folders_and_odd_names_survive(
    project: Workbench, tmp_path: Path
) -> None:
    raw = project.folder / "data" / "raw"
    (raw / "run.sh").write_text("#!/bin/sh\n")
    (raw / "run.sh").chmod(0o755)
    (raw / "read-only").write_text("x")
    (raw / "read-only").chmod(0o444)
    (raw / "key").write_text("x")
    (raw / "key").chmod(0o600)
    (raw / "empty").mkdir()
    (raw / "last").symlink_to("099.txt")
    for name in ("é", "e\u0301", 'quo"te\n', " blank "):
        (raw / name).write_text(name)
    project.run("data", "add", "data/raw")
    before = {path.name: path.lstat().st_mode for path in raw.rglob("*")}
    assert before["key"] & 0o777 == 0o600
    shutil.rmtree(raw)

    project.run("data", "checkout")

    assert {path.name: path.lstat().st_mode for path in raw.rglob("*")} == before
    assert os.readlink(raw / "last") == "099.txt"  # noqa: PTH115 - its text


def test_a_narrow_umask_of_those_who_check_out_is_no_change(project: Workbench) -> None:
    raw = project.folder / "data" / "raw"
    (raw / "000.txt").chmod(0o600)
    project.run("data", "add", "data/raw")
    lock = project.read("ml.lock")
    shutil.rmtree(raw)
    mask = os.umask(0o077)
    try:
        project.run("data", "checkout")
        assert {path.stat().st_mode & 0o777 for path in raw.iterdir()} == {0o600}
        assert states(project) == {"data/raw": "fresh"}
        (project.folder / ".ml/cache/states.db").unlink()

        assert states(project) == {"data/raw": "fresh"}
        assert "(unchanged)" in project.run("data", "checkout").stdout
        project.run("data", "add", "data/raw")
        assert project.read("ml.lock") == lock
    finally:
        os.umask(mask)


def test_data_is_ignored_by_a_git_that_comes_later(bench: Workbench) -> None:
    bench.compose({})
    bench.write({"data/raw/a.txt": "a"})
    bench.run("data", "add", "data/raw")
    bench.run("data", "add", "data/raw")

    bench.git("init", "--quiet")

    assert bench.read(".gitignore") == "/data/raw\n"
    untracked = bench.git("status", "--short", "--untracked-files=all").split()
    assert "compose.yaml" in untracked
    assert "data/raw/a.txt" not in untracked


@pytest.mark.parametrize("target", ["../labels.csv", "/etc/hostname", "sub/../../labels.csv"])
def test_a_link_out_of_the_data_is_an_error(project: Workbench, target: str) -> None:
    (project.folder / "data" / "raw" / "link").symlink_to(target)

    done = project.run("data", "add", "data/raw", code=1)

    assert f"data/raw/link: is a symbolic link to {target}, outside of the data" in done.stderr
    assert project.lock == ""


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (".", "cannot be versioned"),
        ("..", "outside of the project"),
        ("last.txt", "step 'last' writes last.txt"),
        ("nothing", "no such file or folder"),
        (".ml", "cannot be versioned"),
    ],
)
def test_what_cannot_be_versioned_is_refused_by_name(
    project: Workbench, path: str, told: str
) -> None:
    done = project.run("data", "add", path, code=None)

    assert done.returncode in {1, 2}
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_what_git_tracks_is_not_versioned_twice(project: Workbench) -> None:
    project.commit()

    done = project.run("data", "add", "data/raw", code=2)

    assert "git tracks data/raw/000.txt" in done.stderr
    assert "git rm -r --cached data/raw" in done.stderr


def test_what_is_removed_is_no_longer_versioned_and_stays(project: Workbench) -> None:
    project.run("data", "add", "data/raw", "data/labels.csv")

    project.run("data", "rm", "data/raw")

    assert project.json("data", "ls").keys() == {"data/labels.csv"}
    assert project.read(".gitignore") == "/data/labels.csv\n"
    assert project.read("data/raw/000.txt") == "000\n"


def test_another_clone_pulls_all_and_runs_nothing(project: Workbench, tmp_path: Path) -> None:
    project.run("data", "add", "data/raw")
    assert project.endings() == {"last": "done"}
    project.commit()
    project.run("push")
    other = project.clone(tmp_path / "clone", home=tmp_path / "home2")
    assert states(other) == {"data/raw": "missing"}

    other.run("pull")

    assert states(other) == {"data/raw": "fresh"}
    assert other.read("last.txt") == "099\n"
    assert other.endings() == {"last": "fresh"}
    assert "there already" in other.run("pull").stdout
    assert "there already" in project.run("push").stdout


def test_a_part_of_a_folder_is_pulled_alone_and_then_the_rest(
    project: Workbench, tmp_path: Path
) -> None:
    project.run("data", "add", "data/raw")
    project.commit()
    project.run("push", "--no-images")
    other = project.clone(tmp_path / "clone", home=tmp_path / "home2")

    other.run("pull", "data/raw/042.txt")
    assert [path.name for path in (other.folder / "data" / "raw").iterdir()] == ["042.txt"]
    assert states(other) == {"data/raw": "partial"}
    assert "(99 not pulled)" in other.run("data", "status").stdout
    other.run("pull")

    assert states(other) == {"data/raw": "fresh"}
    (other.folder / "data/raw/000.txt").unlink()
    assert states(other) == {"data/raw": "modified"}
    other.run("data", "add")  # which drops what was deleted on purpose
    assert other.json("data", "ls")["data/raw"]["files"] == FILES - 1


def test_what_was_never_pulled_is_not_dropped_from_the_version(
    project: Workbench, tmp_path: Path
) -> None:
    project.run("data", "add", "data/raw")
    project.commit()
    project.run("push", "--no-images")
    other = project.clone(tmp_path / "clone", home=tmp_path / "home2")
    other.run("pull", "data/raw/042.txt")
    other.write({"data/raw/042.txt": "edited"})

    refused = other.run("data", "add", "data/raw", code=2)

    assert "would lack 99 of its files" in refused.stderr
    assert "modelcompose pull data/raw" in refused.stderr
    other.run("pull", "data/raw")
    assert other.read("data/raw/042.txt") == "edited"
    assert changes(other) == {"data/raw": [("changed", "042.txt")]}
    other.run("data", "add", "data/raw")
    assert other.json("data", "ls")["data/raw"]["files"] == FILES


def test_a_part_of_an_older_version_is_replaced_by_the_whole_of_the_newer(
    project: Workbench, tmp_path: Path
) -> None:
    project.run("data", "add", "data/raw")
    project.commit()
    project.run("push", "--no-images")
    other = project.clone(tmp_path / "clone", home=tmp_path / "home2")
    other.run("pull", "data/raw/042.txt")
    project.write({"data/raw/042.txt": "newer"})
    project.run("data", "add", "data/raw")
    project.run("push", "--no-images")
    other.write({"ml.lock": project.read("ml.lock")})

    other.run("pull", "data/raw")

    assert states(other) == {"data/raw": "fresh"}
    assert other.read("data/raw/042.txt") == "newer"


def test_a_part_is_a_version_of_its_own_where_that_is_forced(
    project: Workbench, tmp_path: Path
) -> None:
    project.run("data", "add", "data/raw")
    project.commit()
    project.run("push", "--no-images")
    other = project.clone(tmp_path / "clone", home=tmp_path / "home2")
    other.run("pull", "data/raw/042.txt")

    other.run("data", "add", "--force", "data/raw")

    assert other.json("data", "ls")["data/raw"]["files"] == 1


def test_pull_leaves_what_was_changed_here(project: Workbench, tmp_path: Path) -> None:
    project.run("data", "add", "data/raw")
    project.commit()
    project.run("push")
    project.write({"data/raw/000.txt": "mine"})

    done = project.run("pull", code=1)

    assert project.read("data/raw/000.txt") == "mine"
    assert "data/raw: was changed here" in done.stderr


def test_fetch_fills_the_store_and_touches_no_file(project: Workbench, tmp_path: Path) -> None:
    project.run("data", "add", "data/raw")
    project.commit()
    project.run("push")
    other = project.clone(tmp_path / "clone", home=tmp_path / "home2")

    other.run("fetch")

    assert states(other) == {"data/raw": "missing"}
    other.run("data", "checkout")
    assert states(other) == {"data/raw": "fresh"}


def test_a_project_without_a_remote_is_told_how_to_name_one(bench: Workbench) -> None:
    bench.compose({"a": shell("echo > o", "o")})

    done = bench.run("fetch", code=1)

    assert "names no remote" in done.stderr
    assert "x-ml: {remote:" in done.stderr


def test_damage_in_the_store_is_named_and_mended_from_the_remote(project: Workbench) -> None:
    project.run("data", "add", "data/raw")
    project.run("push")
    store = project.home / "store"
    (index,) = (store / "packs").iterdir()
    pack = store / "blobs" / "sha256" / index.name
    pack.chmod(0o644)
    data = bytearray(pack.read_bytes())
    data[0] ^= 1
    pack.write_bytes(data)

    done = project.run("data", "verify", code=1)
    assert "data/raw/000.txt: damaged: sha256:" in done.stdout
    project.run("fetch")

    assert project.run("data", "verify").stdout == "data/raw: whole\n"


def test_gc_says_what_it_would_take_and_takes_nothing_that_is_young(project: Workbench) -> None:
    project.run("data", "add", "data/raw")
    project.write({"data/raw/000.txt": "changed"})
    project.run("data", "add")
    blobs = sorted((project.home / "store" / "blobs" / "sha256").iterdir())

    assert "not needed: 0 blobs" in project.run("data", "gc").stdout
    assert "0 blobs moved to the trash" in project.run("data", "gc", "--yes").stderr
    assert sorted((project.home / "store" / "blobs" / "sha256").iterdir()) == blobs


@pytest.fixture
def closed_registry(tmp_path: Path) -> Iterator[str]:
    with registry(tmp_path / "registry", has_password=True) as host:
        yield host


def test_a_registry_holds_data_and_outputs_for_another_clone(
    project: Workbench, tmp_path: Path, closed_registry: str
) -> None:
    config = sign_in(tmp_path / "docker", closed_registry)
    project.variables["DOCKER_CONFIG"] = str(config)
    document = json.loads(project.read("compose.yaml"))
    document["x-ml"]["remote"] = f"oci://{closed_registry}/team/flights"
    project.write({"compose.yaml": json.dumps(document)})
    project.run("data", "add", "data/raw")
    project.run("run")
    project.commit()
    project.run("push")
    other = project.clone(tmp_path / "clone", home=tmp_path / "home2")
    other.variables["DOCKER_CONFIG"] = str(config)

    other.run("pull")

    assert other.endings() == {"last": "fresh"}
    assert "s3cret" not in other.lock + project.lock


def test_a_dry_run_pushes_nothing(project: Workbench, tmp_path: Path) -> None:
    project.run("data", "add", "data/raw")

    assert "data/raw: would be pushed" in project.run("push", "--dry-run").stdout
    assert not (tmp_path / "remote").exists()
