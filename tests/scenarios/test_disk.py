"""A full disk: the error says so, the old outputs are whole, and with room the work goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.disks import SmallDisk, needs_root, small_disk
from tests.workbench import Workbench

pytestmark = needs_root

KIB = 1024
DISK_BYTES = 8192 * KIB
FULL = ("no space left on device", "the disk is full")
ROOMS_KIB = (0, 4, 32, 128, 512, 1024, 1536, 2560)
"""From nothing to nearly enough: the disk fills at another moment each time."""

WRITE = """
cat version.txt > out/a-version.txt
cat in.bin in.bin > out/big.bin
seq 60000
"""
MAKE = {
    "make": {
        "command": ["sh", "-ec", f"mkdir -p out; {WRITE}"],
        "step": {"inputs": ["in.bin", "version.txt"], "outputs": ["out"]},
    }
}


@pytest.fixture(params=["home", "project", "both"])
def place(request: pytest.FixtureRequest) -> str:
    """Say what lies on the small disk."""
    chosen: str = request.param
    return chosen


@contextmanager
def on_a_small_disk(bench: Workbench, place: str, tmp_path: Path) -> Iterator[SmallDisk]:
    """Put the home folder, the project or both on a small disk."""
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        if place in ("project", "both"):
            bench.folder = disk.folder / "project"
            bench.folder.mkdir()
        if place in ("home", "both"):
            bench.home = disk.folder / "home"
        yield disk


def write_version(bench: Workbench, version: int) -> None:
    bench.write({"version.txt": f"{version}\n"})
    # New bytes each time: nothing of them is in the store yet.
    (bench.folder / "in.bin").write_bytes(f"{version:15}\n".encode() * (400 * KIB // 16))


def held(bench: Workbench) -> tuple[str, int]:
    """Give the version that the outputs say they are, and the size of the larger one."""
    out = bench.folder / "out"
    return (out / "a-version.txt").read_text(), (out / "big.bin").stat().st_size


def complain(done: subprocess.CompletedProcess[str]) -> str:
    """Make sure that a command failed for want of room and says so."""
    told = done.stdout + done.stderr
    assert done.returncode == 1, told
    assert "Traceback" not in told
    assert any(words in told.lower() for words in FULL), told
    return told


def test_at_whatever_moment_the_disk_is_full_nothing_is_lost(
    bench: Workbench, place: str, tmp_path: Path
) -> None:
    with on_a_small_disk(bench, place, tmp_path) as disk:
        bench.compose(MAKE)
        write_version(bench, 0)
        bench.run("run")
        for version, room_kib in enumerate(ROOMS_KIB, start=1):
            before = held(bench)
            write_version(bench, version)
            disk.leave(room_kib * KIB)
            done = bench.run("run", code=None)
            if done.returncode != 0:
                complain(done)
                assert held(bench) == before

            disk.make_room()
            assert bench.endings()["make"] in {"fresh", "done", "restored"}
            assert held(bench) == (f"{version}\n", 800 * KIB)
            assert list((bench.folder / ".ml" / "work").iterdir()) == []
            forget_all_but_the_latest(bench)
        assert bench.states() == {"make": "fresh"}
        ended = {"succeeded", "failed", "killed"}
        assert {run["status"] for run in bench.json("runs")} <= ended


def forget_all_but_the_latest(bench: Workbench) -> None:
    """Make room in the store and among the logs, as no verb does yet."""
    for blob in (bench.home / "store" / "blobs" / "sha256").iterdir():
        if blob.stat().st_size > 100 * KIB:
            blob.unlink()
    for log in (bench.home / "runs").rglob("output.log"):
        log.unlink()


def step(script: str, **keys: Any) -> dict[str, Any]:
    return {"make": {"command": ["sh", "-ec", script], "step": {"inputs": [], **keys}}}


def test_inputs_that_find_no_room_in_the_workspace_say_so(bench: Workbench, tmp_path: Path) -> None:
    with on_a_small_disk(bench, "project", tmp_path) as disk:
        bench.compose(MAKE)
        write_version(bench, 1)
        disk.leave(64 * KIB)
        told = complain(bench.run("run", code=1))
        assert "the inputs cannot be laid out: no space left on device" in told
        assert "hint: make room on that disk" in told


def test_a_step_that_finds_no_room_says_that_the_disk_is_full(
    bench: Workbench, tmp_path: Path
) -> None:
    with on_a_small_disk(bench, "project", tmp_path) as disk:
        bench.compose(step("head -c 2M /dev/zero > out.bin", outputs=["out.bin"]))
        disk.leave(256 * KIB)
        told = complain(bench.run("run", code=1))
        assert "make  failed: exit code 1: the disk is full (no space left on device)" in told
        assert "hint: make room" in told


def test_outputs_that_find_no_room_in_the_store_say_so(bench: Workbench, tmp_path: Path) -> None:
    with on_a_small_disk(bench, "home", tmp_path) as disk:
        bench.compose(step("head -c 2M /dev/zero > out.bin", outputs=["out.bin"]))
        bench.run("run", "--dry-run")  # makes the database
        disk.leave(1024 * KIB)
        told = complain(bench.run("run", code=1))
        assert "out.bin cannot be kept: no space left on device" in told
        assert bench.shown("make")["status"] == "failed"


def test_what_a_step_made_and_the_store_has_no_room_for_is_set_aside_until_it_runs_again(
    bench: Workbench, tmp_path: Path
) -> None:
    with on_a_small_disk(bench, "home", tmp_path) as disk:
        bench.compose(step("mkdir out; head -c 2M /dev/zero > out/model", outputs=["out"]))
        bench.run("run", "--dry-run")
        disk.leave(1024 * KIB)
        told = complain(bench.run("run", code=1))
        aside = bench.folder / ".ml" / "rescued" / "make"
        assert f"what the step made is in '{aside}' until it has run again" in told
        assert (aside / "out" / "model").stat().st_size == 2 << 20
        disk.make_room()
        assert bench.endings() == {"make": "done"}
        assert not aside.parent.exists()


def test_a_log_that_finds_no_room_says_so(bench: Workbench, tmp_path: Path) -> None:
    with on_a_small_disk(bench, "home", tmp_path) as disk:
        bench.compose(step("head -c 2M /dev/zero; echo 1 > out.bin", outputs=["out.bin"]))
        bench.run("run", "--dry-run")
        disk.leave(1024 * KIB)
        told = complain(bench.run("--quiet", "run", code=1))
        assert "output.log: the log cannot be written: no space left on device" in told


def test_a_database_that_finds_no_room_says_so(bench: Workbench, tmp_path: Path) -> None:
    with on_a_small_disk(bench, "home", tmp_path) as disk:
        bench.compose(step("true"))
        disk.leave(0)
        told = complain(bench.run("run", code=1))
        assert "hub.db: the disk is full, so the database cannot grow" in told
        disk.make_room()
        assert bench.endings() == {"make": "done"}


def test_a_lock_that_finds_no_room_says_so_and_stays_whole(
    bench: Workbench, tmp_path: Path
) -> None:
    with on_a_small_disk(bench, "project", tmp_path) as disk:
        bench.compose(step("true"))
        bench.run("run")
        before = bench.lock
        bench.compose(step("true; true"))
        disk.leave(0)
        told = complain(bench.run("run", code=1))
        assert "ml.lock: cannot be written, the old one is whole: no space left on device" in told
        assert bench.lock == before
        assert not (bench.folder / ".ml.lock.new").exists()
        disk.make_room()
        assert bench.endings() == {"make": "fresh"}
        assert bench.lock != before


def test_what_a_step_made_is_not_lost_when_it_finds_no_room_in_the_project(
    bench: Workbench, tmp_path: Path
) -> None:
    with on_a_small_disk(bench, "project", tmp_path):
        fill = "echo 1 > out.txt; cat /dev/zero > ballast || true"
        bench.compose(step(fill, outputs=["out.txt"]))
        complain(bench.run("run", code=1))
        assert not (bench.folder / "out.txt").exists()
        assert bench.endings() == {"make": "restored"}
        assert bench.read("out.txt") == "1\n"


def test_outputs_on_a_disk_of_their_own_change_together_or_not_at_all(
    bench: Workbench, tmp_path: Path
) -> None:
    with small_disk(bench.folder / "out", DISK_BYTES) as disk:
        bench.compose(MAKE)
        write_version(bench, 0)
        bench.run("run")
        write_version(bench, 1)
        disk.leave(400 * KIB)
        told = complain(bench.run("run", code=1))
        assert "the outputs" in told
        assert held(bench) == ("0\n", 800 * KIB)
        disk.make_room()
        assert bench.endings() == {"make": "restored"}
        assert held(bench) == ("1\n", 800 * KIB)
