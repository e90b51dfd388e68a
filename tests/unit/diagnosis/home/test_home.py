"""The home folder: store, database, and what was left behind."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from modelcompose.database.connection import HEAD, open_database
from modelcompose.diagnosis.home import content
from modelcompose.diagnosis.home.content import look_at_content, sample
from modelcompose.diagnosis.home.database import look_at_database
from modelcompose.diagnosis.home.folder import judge, look_at_home
from modelcompose.diagnosis.home.leftovers import (
    is_held,
    look_at_leftovers,
    look_at_unfinished_runs,
)
from modelcompose.diagnosis.home.stale_files import look_at_stale_files
from modelcompose.diagnosis.repair import ClearIngest, Recover, RemoveFile, SetAside
from modelcompose.errors import DatabaseError
from modelcompose.store.store import Store
from modelcompose.tracking.host import this_host
from modelcompose.tracking.run import Host
from modelcompose.tracking.runs import Runs
from tests.unit.diagnosis.conftest import Examined
from tests.unit.tracking.making import a_run, new_database

SERVICES = {"train": {"image": "x"}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def damage(path: Path) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def make_old(path: Path, age_s: float = 48 * 3600) -> None:
    then = time.time() - age_s
    os.utime(path, (then, then))


# The folder


def test_a_home_folder_is_tried_and_nothing_is_left_in_it(
    examined: Examined, tmp_path: Path, home: Path
) -> None:
    (found,) = look_at_home(examined())

    assert found.severity == "ok"
    assert not home.exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_file_in_the_place_of_the_home_folder_is_a_problem(
    examined: Examined, home: Path
) -> None:
    home.write_text("")
    (found,) = look_at_home(examined())

    assert (found.severity, found.where) == ("problem", str(home))


@pytest.mark.parametrize(
    ("kind", "shares", "severity", "told"),
    [
        ("xfs", True, "ok", "xfs, content is shared, not copied"),
        ("ext4", False, "ok", "ext4, content is copied"),
        ("", None, "ok", "can be written"),
        ("nfs4", False, "warning", "network file system (nfs4)"),
        ("tmpfs", False, "warning", "gone at the next restart"),
    ],
)
def test_a_file_system_is_judged_as_a_home(
    kind: str, *, shares: bool | None, severity: str, told: str
) -> None:
    found = judge(Path("/home/you/data"), kind, shares=shares)

    assert found.severity == severity
    assert told in found.what


# The store


def test_a_damaged_blob_is_found_and_the_rest_is_whole(examined: Examined, home: Path) -> None:
    store = Store(home / "store")
    digests = [store.put_bytes(str(number).encode() * 100) for number in range(20)]
    damage(store.blob_path(digests[7]))
    (found,) = look_at_content(examined())

    assert found.severity == "problem"
    assert found.where == str(store.blob_path(digests[7]))
    assert found.repair == SetAside(digests[7])


def test_a_whole_store_is_told_with_its_size(examined: Examined, home: Path) -> None:
    Store(home / "store").put_bytes(b"x" * 5000)
    (found,) = look_at_content(examined())

    assert found.what == "1 blob in the store, 5 kB; all read and whole"


def test_a_sample_is_no_more_than_can_be_read_in_a_moment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "SAMPLE_FILES", 5)
    monkeypatch.setattr(content, "SAMPLE_BYTES", 100)
    found = [content.Blob(f"sha256:{n}", home, size_bytes=n * 10) for n in range(20)]

    chosen = sample(found)

    assert len(chosen) <= 5
    assert sum(blob.size_bytes for blob in chosen) <= 100
    assert len(sample(found[:3])) == 3


def test_deep_reads_what_no_sample_would(
    examined: Examined, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "SAMPLE_FILES", 0)
    store = Store(home / "store")
    damage(store.blob_path(store.put_bytes(b"some content")))

    assert [one.severity for one in look_at_content(examined())] == ["ok"]
    assert [one.severity for one in look_at_content(examined(is_deep=True))] == ["problem"]


def test_a_store_without_its_layout_is_told(examined: Examined, home: Path) -> None:
    store = Store(home / "store")
    store.put_bytes(b"x")
    (store.root / "oci-layout").unlink()
    (store.root / "index.json").write_text("{")
    found = [one for one in look_at_content(examined()) if one.severity == "problem"]

    assert [Path(one.where or "").name for one in found] == ["oci-layout", "index.json"]


# The database


def test_a_database_is_looked_at_and_never_made(examined: Examined, home: Path) -> None:
    (found,) = look_at_database(examined())

    assert found.what == "no run is recorded yet"
    assert not home.exists()


def test_a_whole_database_is_told_with_its_runs(examined: Examined, home: Path) -> None:
    with closing(new_database(home / "hub.db")) as connection:
        Runs(connection).create(a_run())
    (found,) = look_at_database(examined())

    assert found.severity == "ok"
    assert found.what.startswith("1 run recorded")


@pytest.mark.parametrize(
    ("version", "severity"), [("9999", "problem"), ("0000", "note"), (HEAD, "ok")]
)
def test_a_database_of_another_revision_is_told_and_left_as_it_is(
    examined: Examined, home: Path, version: str, severity: str
) -> None:
    with closing(new_database(home / "hub.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    (found,) = look_at_database(examined())

    assert found.severity == severity
    with closing(sqlite3.connect(home / "hub.db")) as connection:
        assert connection.execute("SELECT * FROM alembic_version").fetchone() == (version,)


def test_a_database_that_is_none_is_the_databases_own_error(examined: Examined, home: Path) -> None:
    home.mkdir()
    (home / "hub.db").write_bytes(b"this is no database" * 1000)

    with pytest.raises(DatabaseError, match="damaged"):
        list(look_at_database(examined()))


def test_a_database_with_a_broken_page_is_a_problem(examined: Examined, home: Path) -> None:
    with closing(new_database(home / "hub.db")) as connection:
        runs = Runs(connection)
        for _ in range(200):
            runs.create(a_run())
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'runs'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with (home / "hub.db").open("r+b") as stream:
        stream.seek((page - 1) * size + 8)
        stream.write(b"\xff" * 64)

    (found,) = look_at_database(examined())

    assert found.severity == "problem"
    assert "the database of runs is damaged" in found.what


# What was left behind


def run_in(home: Path, folder: Path, **fields: Any) -> None:
    with closing(open_database(home / "hub.db")) as connection:
        Runs(connection).create(a_run(folder=str(folder), **fields))


@pytest.fixture
def dead_pid() -> int:
    """Give the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_workspace_and_a_journal_of_a_dead_command_are_left_over(
    examined: Examined, folder: Path
) -> None:
    (folder / ".ml" / "work" / "abc").mkdir(parents=True)
    (folder / ".ml" / "journal").mkdir()
    journal = folder / ".ml" / "journal" / "abc.json"
    journal.write_text('{"version": 1, "staged": ".ml/work/abc", "operations": []}')
    found = list(look_at_leftovers(examined(SERVICES)))

    assert [one.severity for one in found] == ["problem", "warning"]
    assert [one.repair for one in found] == [Recover(), Recover()]


def test_a_journal_that_cannot_be_read_is_a_persons_to_decide(
    examined: Examined, folder: Path
) -> None:
    (folder / ".ml" / "journal").mkdir(parents=True)
    (folder / ".ml" / "journal" / "abc.json").write_text("{")
    (found,) = look_at_leftovers(examined(SERVICES))

    assert (found.severity, found.repair) == ("problem", None)
    assert "abc.json" in found.what


def test_what_a_living_command_works_with_is_not_left_over(
    examined: Examined, folder: Path
) -> None:
    (folder / ".ml" / "work" / "abc").mkdir(parents=True)
    with (folder / ".ml" / "run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        assert is_held(folder / ".ml")
        assert list(look_at_leftovers(examined(SERVICES))) == []

    assert not is_held(folder / ".ml")


def test_a_run_that_nobody_watches_is_told_where_it_belongs(
    examined: Examined, folder: Path, home: Path, dead_pid: int
) -> None:
    run_in(home, folder, step="train", supervisor_pid=dead_pid)
    run_in(home, Path("/elsewhere"), step="fit", supervisor_pid=dead_pid)
    here, there = look_at_unfinished_runs(examined(SERVICES))

    assert (here.severity, here.repair) == ("warning", Recover())
    assert "of train still counts as running" in here.what
    assert (there.severity, there.where, there.repair) == ("note", "/elsewhere", None)


def test_a_run_that_is_watched_here_or_on_another_machine_is_left_alone(
    examined: Examined, folder: Path, home: Path, dead_pid: int
) -> None:
    elsewhere = Host("another-machine", "Linux", 8)
    now = time.time()
    run_in(home, folder, supervisor_pid=os.getpid(), host=this_host(), created_at=now)
    run_in(home, folder, supervisor_pid=dead_pid, host=elsewhere, created_at=now)

    assert list(look_at_unfinished_runs(examined(SERVICES))) == []


def test_a_process_with_the_number_of_a_dead_one_watches_nothing(
    examined: Examined, folder: Path, home: Path
) -> None:
    run_in(home, folder, supervisor_pid=os.getpid(), created_at=time.time() - 24 * 3600 * 365)

    assert len(list(look_at_unfinished_runs(examined(SERVICES)))) == 1


def test_a_zombie_watches_nothing(examined: Examined, folder: Path, home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        run_in(home, folder, supervisor_pid=process.pid, created_at=time.time())
        assert list(look_at_unfinished_runs(examined(SERVICES))) == []

        process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert len(list(look_at_unfinished_runs(examined(SERVICES)))) == 1


def test_temporary_files_that_are_old_are_told_and_fresh_ones_are_not(
    examined: Examined, home: Path
) -> None:
    old, fresh = home / "hub.db.new", home / "hub.db.new-wal"
    waiting = home / "store" / "ingest" / "4242-dead"
    waiting.mkdir(parents=True)
    for path in (old, fresh):
        path.touch()
    make_old(old)
    make_old(waiting)
    found = {one.where: one.repair for one in look_at_stale_files(examined())}

    assert found == {str(waiting.parent): ClearIngest(), str(old): RemoveFile(old)}
