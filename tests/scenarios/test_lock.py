"""`ml.lock`: deterministic, committed, and merged by git or by `lock merge`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import Workbench


def step(source: str, target: str) -> dict[str, Any]:
    """Give a step that copies a file."""
    return {"command": ["cp", source, target], "step": {"inputs": [source], "outputs": [target]}}


STEPS = {"one": step("1.in", "1.out"), "two": step("2.in", "2.out"), "six": step("6.in", "6.out")}


@pytest.fixture
def copying(bench: Workbench) -> Workbench:
    bench.compose(STEPS)
    bench.write({"1.in": "1", "2.in": "2", "6.in": "6", ".gitignore": "*.out\n"})
    return bench


@pytest.fixture
def committed(copying: Workbench) -> Workbench:
    copying.run("run")
    copying.commit()
    return copying


def change(bench: Workbench, branch: str, **texts: str) -> None:
    """Change the inputs of steps on a branch of their own, run, and commit."""
    bench.git("checkout", "--quiet", "-b", branch, "main")
    bench.write({STEPS[name]["step"]["inputs"][0]: text for name, text in texts.items()})
    bench.run("run")
    bench.commit(branch)


# The same everywhere


def test_the_same_work_gives_the_same_bytes(copying: Workbench) -> None:
    copying.run("run", "--jobs", "4")
    first = copying.lock
    (copying.folder / "ml.lock").unlink()
    copying.run("run", "--force", "--jobs", "1")
    assert copying.lock == first


def test_a_run_that_does_nothing_does_not_touch_the_file(committed: Workbench) -> None:
    before = (committed.folder / "ml.lock").stat()
    committed.run("run")
    after = (committed.folder / "ml.lock").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_clone_on_another_machine_gets_the_same_identities(
    committed: Workbench, tmp_path: Path
) -> None:
    other = committed.clone(tmp_path / "deep" / "other", home=tmp_path / "home2")
    assert other.identities() == committed.identities()
    assert other.endings() == {"one": "done", "two": "done", "six": "done"}
    assert other.lock == committed.lock
    assert other.git("status", "--porcelain") == ""


@pytest.mark.docker
def test_on_docker_too_another_clone_gets_the_same_identities(
    copying: Workbench, tmp_path: Path
) -> None:
    copying.write({"Dockerfile": "FROM python:3.11-slim\nCOPY 1.in /\n"})
    build = {"image": "", "build": "."}
    copying.compose({name: {**keys, **build} for name, keys in STEPS.items()})
    copying.run("run")
    copying.commit()
    other = copying.clone(tmp_path / "other", home=tmp_path / "home2")
    assert other.identities() == copying.identities()


def test_a_change_is_a_small_difference(committed: Workbench) -> None:
    committed.write({"1.in": "changed"})
    committed.run("run")
    lines = committed.git("diff", "--numstat", "--", "ml.lock").split()
    assert int(lines[0]) <= 3
    assert lines[0] == lines[1]


def test_a_step_that_left_the_project_leaves_the_lock(committed: Workbench) -> None:
    committed.compose({name: STEPS[name] for name in ("one", "two")})
    committed.run("run")
    assert re.findall(r"^  (\w+):$", committed.lock, re.MULTILINE) == ["one", "two"]


def test_a_step_of_another_profile_stays_in_the_lock(bench: Workbench) -> None:
    steps = {**STEPS, "big": {**step("1.in", "big.out"), "profiles": ["big"]}}
    bench.compose(steps)
    bench.write({"1.in": "1", "2.in": "2", "6.in": "6"})
    bench.run("--profile", "big", "run")
    assert "\n  big:\n" in bench.lock
    bench.write({"1.in": "changed"})
    bench.run("run")
    assert "\n  big:\n" in bench.lock


def test_after_a_failure_the_lock_holds_what_succeeded(bench: Workbench) -> None:
    keys = {"command": ["false"], "step": {"inputs": ["1.out"], "outputs": ["2.out"]}}
    bench.compose({"one": step("1.in", "1.out"), "two": keys})
    bench.write({"1.in": "1"})
    bench.run("run", code=1)
    assert "\n  one:\n" in bench.lock
    assert "\n  two:\n" not in bench.lock


def test_an_old_state_that_comes_back_brings_its_lock_back(committed: Workbench) -> None:
    before = committed.lock
    committed.write({"1.in": "changed"})
    committed.run("run")
    assert committed.lock != before
    committed.write({"1.in": "1"})
    committed.run("run")
    assert committed.lock == before


def test_status_and_why_never_write_the_lock(copying: Workbench) -> None:
    copying.run("status")
    copying.run("why", "one")
    copying.run("run", "--dry-run")
    assert copying.lock == ""


# Merging


def test_changes_to_different_steps_merge_in_git(committed: Workbench) -> None:
    change(committed, "ours", one="mine")
    change(committed, "theirs", two="yours")
    committed.git("merge", "--quiet", "--no-edit", "ours")
    assert set(committed.endings().values()) <= {"fresh", "restored"}
    assert committed.git("status", "--porcelain") == ""


def test_steps_added_side_by_side_are_merged_by_lock_merge(committed: Workbench) -> None:
    for branch, name in (("ours", "new"), ("theirs", "nfw")):
        committed.git("checkout", "--quiet", "-b", branch, "main")
        extra = step("1.in", f"{name}.out")
        committed.compose({**STEPS, name: extra})
        committed.run("run")
        committed.git("add", "ml.lock")
        committed.git("commit", "--quiet", "--message", branch)
        committed.git("checkout", "--quiet", ".")
    committed.git("merge", "--quiet", "--no-edit", "ours", code=None)
    committed.run("lock", "merge", code=None)
    assert {"new", "nfw", "one", "six", "two"} == set(
        re.findall(r"^  (\w+):$", committed.lock, re.MULTILINE)
    )


def test_a_conflict_is_an_error_that_names_lock_merge(committed: Workbench) -> None:
    change(committed, "ours", one="mine")
    change(committed, "theirs", one="yours", two="yours")
    committed.git("merge", "--quiet", "--no-edit", "ours", code=1)
    for verb in (["status"], ["run"], ["why", "one"]):
        done = committed.run(*verb, code=1)
        assert "ml.lock: holds git's conflict markers" in done.stderr
        assert "hint: run: modelcompose lock merge" in done.stderr


def test_lock_merge_keeps_what_one_side_changed_and_drops_what_both_did(
    committed: Workbench,
) -> None:
    change(committed, "ours", one="mine")
    change(committed, "theirs", one="yours", two="yours")
    committed.git("merge", "--quiet", "--no-edit", "ours", code=1)
    done = committed.run("lock", "merge")
    assert "one: both sides changed it" in done.stderr
    assert "git add ml.lock" in done.stdout
    committed.git("checkout", "--quiet", "--ours", "1.in")
    endings = committed.endings()
    assert endings["one"] in {"fresh", "restored"}
    assert "\n  one:\n" in committed.lock


def test_data_that_both_sides_changed_stays_as_ours_and_theirs_can_be_taken(
    committed: Workbench,
) -> None:
    for branch in ("ours", "theirs"):
        committed.git("checkout", "--quiet", "-B", branch, "main")
        committed.write({"data/x.csv": f"{branch}\n"})
        committed.run("data", "add", "data")
        committed.git("add", "ml.lock", ".gitignore")
        committed.git("commit", "--quiet", "--message", branch)
    committed.git("merge", "--quiet", "--no-edit", "ours", code=1)

    told = committed.run("lock", "merge").stderr

    assert committed.run("data", "status", "data").stdout.split()[1] == "fresh"
    assert committed.read("data/x.csv") == "theirs\n"
    command = told.split("for theirs: ")[1].split("\n")[0].split()
    committed.run(*command[1:])
    assert committed.read("data/x.csv") == "ours\n"


def test_lock_merge_without_a_conflict_says_so(committed: Workbench) -> None:
    assert "git knows of no conflict" in committed.run("lock", "merge", code=1).stderr


def test_as_a_merge_driver_lock_merge_leaves_no_conflict(committed: Workbench) -> None:
    driver = f"{sys.executable} -m modelcompose lock merge %O %A %B"
    committed.git("config", "merge.ml-lock.driver", driver)
    committed.write({".gitattributes": "ml.lock merge=ml-lock\n*.in merge=union\n"})
    committed.commit()
    change(committed, "ours", one="mine\n")
    change(committed, "theirs", one="yours\n", two="yours\n")
    committed.git("merge", "--quiet", "--no-edit", "ours")
    assert committed.states()["two"] == "fresh"


# Broken files


def test_a_corrupt_lock_is_an_error_that_says_how_to_get_the_last_good_one(
    copying: Workbench,
) -> None:
    for text in ("]", "version: [1", "nothing: here\n", "version: 1\nsteps: 3\n", "\x01", "- a\n"):
        copying.write({"ml.lock": text})
        done = copying.run("run", code=1)
        assert "error: ml.lock: is not a lock file" in done.stderr
        assert "git checkout -- ml.lock" in done.stderr
        assert copying.lock == text


def test_a_lock_of_a_newer_version_asks_for_an_upgrade(copying: Workbench) -> None:
    copying.write({"ml.lock": "version: 99\nfuture: {}\n"})
    done = copying.run("status", code=1)
    assert "ml.lock: has version 99" in done.stderr
    assert "pip install --upgrade docker-ml" in done.stderr
    assert copying.lock == "version: 99\nfuture: {}\n"


def test_a_lost_lock_is_written_again_without_running(committed: Workbench) -> None:
    before = committed.lock
    (committed.folder / "ml.lock").unlink()
    assert set(committed.endings().values()) == {"fresh"}
    assert committed.lock == before


def test_a_service_that_is_no_step_any_more_leaves_the_lock(committed: Workbench) -> None:
    committed.compose({**STEPS, "six": {"command": ["true"]}})
    committed.run("run")
    assert re.findall(r"^  (\w+):$", committed.lock, re.MULTILINE) == ["one", "two"]
