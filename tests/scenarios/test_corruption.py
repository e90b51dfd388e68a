"""State that is damaged, gone, or of another version: a clear message, or made anew in silence."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.disks import needs_root, read_only
from tests.workbench import Workbench

STEPS: dict[str, dict[str, Any]] = {
    "make": {
        "command": ["sh", "-c", "mkdir -p out; cp in.txt out/a.txt; cp in.txt out/b.txt"],
        "step": {"inputs": ["in.txt"], "outputs": ["out"]},
    },
    "count": {
        "command": ["sh", "-c", "cat out/* > sum.txt"],
        "step": {"inputs": ["out"], "outputs": ["sum.txt"]},
    },
}
FRESH = {"make": "fresh", "count": "fresh"}


@pytest.fixture
def made(bench: Workbench) -> Workbench:
    """Give a project whose steps have run."""
    bench.compose(STEPS)
    bench.write({"in.txt": "one\n"})
    bench.run("run")
    return bench


def refusal(bench: Workbench, *arguments: str) -> str:
    """Run a command that cannot work; give what it says, which is no traceback."""
    done = bench.run(*arguments, code=1)
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: ")
    return done.stderr


# The caches


@pytest.mark.parametrize("rubbish", [b"", b"no database\n" * 1000], ids=["empty", "rubbish"])
def test_a_damaged_cache_of_file_states_is_made_anew(made: Workbench, rubbish: bytes) -> None:
    cache = made.folder / ".ml" / "cache" / "states.db"
    cache.write_bytes(rubbish)
    done = made.run("run")
    assert "Nothing to do" in done.stderr
    assert cache.read_bytes().startswith(b"SQLite")


def test_a_cache_damaged_in_the_middle_is_made_anew(made: Workbench) -> None:
    cache = made.folder / ".ml" / "cache" / "states.db"
    data = bytearray(cache.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    cache.write_bytes(bytes(data))
    assert made.endings() == FRESH


def test_without_the_state_folder_everything_still_is_fresh(made: Workbench) -> None:
    shutil.rmtree(made.folder / ".ml")
    assert made.states() == FRESH
    assert made.endings() == FRESH
    made.write({"in.txt": "two\n"})
    assert made.endings() == {"make": "done", "count": "done"}


@pytest.mark.parametrize("part", ["work", "journal", "cache"])
def test_a_part_of_the_state_folder_that_is_gone_is_made_again(made: Workbench, part: str) -> None:
    shutil.rmtree(made.folder / ".ml" / part)
    made.write({"in.txt": "two\n"})
    assert made.endings() == {"make": "done", "count": "done"}
    assert made.read("sum.txt") == "two\ntwo\n"


# The store


def blobs(bench: Workbench) -> list[Path]:
    return list((bench.home / "store" / "blobs" / "sha256").iterdir())


def blob_of(bench: Workbench, data: bytes) -> Path:
    (blob,) = (path for path in blobs(bench) if path.read_bytes() == data)
    return blob


def damage(blob: Path) -> None:
    """Change a blob's bytes and not its size, as a failing disk does."""
    blob.chmod(0o644)
    blob.write_bytes(b"#" * blob.stat().st_size)


def test_a_damaged_blob_is_told_set_aside_and_made_again_by_the_same_command(
    made: Workbench,
) -> None:
    damage(blob_of(made, b"one\n"))
    shutil.rmtree(made.folder / "out")
    done = made.run("run")
    assert "the bytes are not those of sha256:" in done.stderr
    assert re.search(r"^make +done", done.stderr, re.MULTILINE)
    assert made.read("out/a.txt") == made.read("out/b.txt") == "one\n"
    assert made.states() == FRESH
    assert len(list((made.home / "store" / "corrupt").iterdir())) == 1
    shutil.rmtree(made.folder / "out")
    assert made.endings() == {"make": "restored", "count": "fresh"}


def test_what_comes_after_a_step_that_had_to_run_again_is_decided_anew(bench: Workbench) -> None:
    marker = bench.folder.parent / "marker"
    marker.write_text("old\n")
    first = {"command": ["cp", str(marker), "a.txt"], "step": {"inputs": [], "outputs": ["a.txt"]}}
    second = {
        "command": ["cp", "a.txt", "b.txt"],
        "step": {"inputs": ["a.txt"], "outputs": ["b.txt"]},
    }
    third = {
        "command": ["cp", "b.txt", "c.txt"],
        "step": {"inputs": ["b.txt"], "outputs": ["c.txt"]},
    }
    bench.compose({"first": first, "second": second, "third": third})
    bench.run("run")
    damage(blob_of(bench, b"old\n"))
    (bench.folder / "a.txt").unlink()
    marker.write_text("new\n")  # an input that the step did not declare
    assert bench.endings() == {"first": "done", "second": "done", "third": "done"}
    assert bench.read("c.txt") == "new\n"


def test_a_damaged_listing_of_a_folder_makes_the_step_run_again(made: Workbench) -> None:
    (listing,) = (
        blob
        for blob in blobs(made)
        if b"a.txt" in blob.read_bytes()
        and b"b.txt" in blob.read_bytes()
        and b"entries" in blob.read_bytes()
        and b"compose" not in blob.read_bytes()
    )
    damage(listing)
    shutil.rmtree(made.folder / "out")
    assert made.endings() == {"make": "done", "count": "fresh"}


def test_why_works_without_the_listing_that_it_would_compare_with(made: Workbench) -> None:
    for blob in blobs(made):
        damage(blob)
    made.write({"out/a.txt": "by hand\n"})
    assert made.run("why", "count").stderr == ""


def test_without_the_store_everything_still_is_fresh_and_what_is_missing_is_made(
    made: Workbench,
) -> None:
    shutil.rmtree(made.home / "store")
    assert made.endings() == FRESH
    (made.folder / "sum.txt").unlink()
    done = made.run("run")
    assert "what it made is no longer in the store" in done.stderr
    assert made.read("sum.txt") == "one\none\n"


# The journal of an exchange


def test_a_journal_that_was_not_complete_is_dropped(made: Workbench) -> None:
    (made.folder / ".ml" / "journal" / "4711.json.new").write_text('{"version": 1, "op')
    assert made.endings() == FRESH
    assert list((made.folder / ".ml" / "journal").iterdir()) == []


def test_a_damaged_journal_is_an_error_that_names_it(made: Workbench) -> None:
    journal = made.folder / ".ml" / "journal" / "4711.json"
    journal.write_text('{"version": 1, "op')
    told = refusal(made, "run")
    assert str(journal) in told
    assert f"rm {journal}" in told


def test_a_journal_whose_workspace_is_gone_changes_back_to_what_was_made(made: Workbench) -> None:
    moves = [["unlink", "out/b.txt"], ["move", "out/a.txt"]]
    document = {"version": 1, "staged": ".ml/work/gone", "operations": moves}
    (made.folder / ".ml" / "journal" / "gone.json").write_text(json.dumps(document))
    assert made.endings() == {"make": "restored", "count": "fresh"}
    assert made.read("out/b.txt") == "one\n"


# The database


def test_a_database_of_a_newer_version_says_to_upgrade(made: Workbench) -> None:
    with closing(sqlite3.connect(made.home / "hub.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    for verb in (["run"], ["status"], ["runs"], ["why", "make"]):
        told = refusal(made, *verb)
        assert "hub.db" in told
        assert "9999" in told
        assert "hint: upgrade modelcompose" in told


def test_a_damaged_database_is_named_with_a_way_to_go_on(made: Workbench) -> None:
    database = made.home / "hub.db"
    database.write_bytes(b"no database\n" * 1000)
    for verb in (["run"], ["status"], ["runs"]):
        told = refusal(made, *verb)
        assert "hub.db: the database is damaged" in told
    assert f"mv {database} {database}.damaged" in told
    database.rename(f"{database}.damaged")
    assert made.endings() == FRESH  # ml.lock knows what was made


def test_a_new_database_takes_nothing_from_the_log_of_one_that_is_gone(made: Workbench) -> None:
    reader = sqlite3.connect(made.home / "hub.db")
    with closing(reader):
        reader.execute("SELECT * FROM runs").fetchall()  # keeps the log when others close
        made.write({"in.txt": "two\n"})
        made.run("run")
        (made.home / "hub.db").unlink()
        assert (made.home / "hub.db-wal").stat().st_size > 0
        assert made.endings() == FRESH
        assert made.json("runs") == []
    made.write({"in.txt": "three\n"})
    assert made.endings() == {"make": "done", "count": "done"}
    with closing(sqlite3.connect(made.home / "hub.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# ml.lock


def test_conflict_markers_in_the_lock_name_the_command_that_resolves_them(made: Workbench) -> None:
    lock = f"<<<<<<< ours\n{made.lock}=======\n{made.lock}>>>>>>> theirs\n"
    made.write({"ml.lock": lock})
    for verb in (["run"], ["status"], ["why", "make"]):
        told = refusal(made, *verb)
        assert "ml.lock: holds git's conflict markers" in told
        assert "hint: run: modelcompose lock merge" in told


@pytest.mark.parametrize(
    "text",
    ["{", "- 1\n", "steps: {}\n", "version: 1\nsteps: [1]\n", "version: 1\nsteps: {a: 1}\n", "\0"],
)
def test_a_lock_that_is_none_is_an_error(made: Workbench, text: str) -> None:
    made.write({"ml.lock": text})
    told = refusal(made, "run")
    assert "ml.lock: is not a lock file" in told
    assert "git checkout -- ml.lock" in told


def test_a_lock_that_is_no_text_is_an_error(made: Workbench) -> None:
    (made.folder / "ml.lock").write_bytes(b"\xff\xfe\x00")
    assert "ml.lock: cannot be read" in refusal(made, "run")


# What cannot be written


@needs_root
def test_a_read_only_project_can_be_looked_at_and_says_why_it_cannot_run(made: Workbench) -> None:
    made.write({"in.txt": "two\n"})
    with read_only(made.folder):
        assert made.states() == {"make": "stale", "count": "stale"}
        made.run("why", "make")
        made.run("runs")
        told = refusal(made, "run")
        assert "read-only file system" in told
    assert made.endings() == {"make": "done", "count": "done"}


@needs_root
def test_a_read_only_project_that_never_ran_says_why_it_cannot(bench: Workbench) -> None:
    bench.compose(STEPS)
    bench.write({"in.txt": "one\n"})
    with read_only(bench.folder):
        assert "read-only file system" in refusal(bench, "run")


@needs_root
def test_a_read_only_home_says_why_nothing_can_run(made: Workbench) -> None:
    made.write({"in.txt": "two\n"})
    with read_only(made.home):
        told = refusal(made, "run")
        assert str(made.home) in told
        assert "hint:" in told
    assert made.endings() == {"make": "done", "count": "done"}


@needs_root
def test_an_output_folder_that_cannot_be_written_is_named_before_the_step_begins(
    made: Workbench,
) -> None:
    begun = made.folder.parent / "begun"
    command = STEPS["make"]["command"][-1]
    make = {**STEPS["make"], "command": ["sh", "-c", f"touch {begun}; {command}"]}
    made.compose({**STEPS, "make": make})
    made.write({"in.txt": "two\n"})
    with read_only(made.folder / "out"):
        done = made.run("run", "make", code=1)
        told = f"{made.folder}/out: the outputs were left as they are: read-only file system"
        assert told in done.stderr
        assert not begun.exists()
        assert made.read("out/a.txt") == "one\n"
    assert made.endings() == {"make": "done", "count": "done"}
    assert made.read("sum.txt") == "two\ntwo\n"


def test_a_file_in_the_place_of_the_state_folder_is_named(made: Workbench) -> None:
    shutil.rmtree(made.folder / ".ml")
    made.write({".ml": ""})
    assert str(made.folder / ".ml") in refusal(made, "run")


def test_a_file_in_the_place_of_the_home_folder_is_named(bench: Workbench) -> None:
    bench.compose(STEPS)
    bench.write({"in.txt": "one\n"})
    bench.home.parent.mkdir(exist_ok=True)
    bench.home.write_text("")
    assert str(bench.home) in refusal(bench, "run")
