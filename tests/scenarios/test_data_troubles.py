"""A full disk, Ctrl-C, a store that is read-only, many commands at once: no data is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from modelcompose.store.store import Store
from modelcompose.versioning.checking import faults
from tests.disks import needs_root, read_only, small_disk
from tests.kills import Trial
from tests.workbench import Workbench, wait_until

KIB = 1024
DISK_BYTES = 6000 * KIB
FULL = "no space left on device"
ROOMS_KIB = (0, 300, 650)
"""From nothing to nearly enough: the disk fills at another moment each time."""


class Scene(Trial):
    """A project with data, a folder remote and a store; any of them may lie on a small disk."""

    command = ()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def complain(done: subprocess.CompletedProcess[str]) -> str:
    told = done.stdout + done.stderr
    assert done.returncode == 1, told
    assert "Traceback" not in told
    assert FULL in told.lower(), told
    assert "hint: make room" in told
    return told


def leftovers(scene: Scene) -> list[Path]:
    """Give what a command that failed left behind, in the store and in the project."""
    places = [scene.home / "store" / "ingest", scene.project / ".ml" / "work"]
    return [item for place in places if place.exists() for item in place.iterdir()]


@needs_root
def test_a_store_that_is_full_takes_nothing_in_half(scene: Scene, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        scene.home = scene.bench.home = disk.folder / "home"
        scene.add("one")
        lock = scene.bench.lock
        scene.write("two")
        for room in ROOMS_KIB:
            disk.leave(room * KIB)
            complain(scene.bench.run("data", "add", "data", code=None))
            assert scene.bench.lock == lock
            assert leftovers(scene) == []
        disk.make_room()
        scene.check_store()
        scene.bench.run("data", "add", "data")
        scene.check_store()
        scene.check_data("two")


@needs_root
def test_a_pull_into_a_store_that_is_full_goes_on_when_there_is_room(
    scene: Scene, tmp_path: Path
) -> None:
    scene.add("one")
    scene.bench.run("push", "--no-images")
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        scene.home = scene.bench.home = disk.folder / "home"
        (scene.project / "data").rename(tmp_path / "aside")
        scene.bench.run("data", "status")
        for room in ROOMS_KIB[:2]:
            disk.leave(room * KIB)
            complain(scene.bench.run("pull", "--no-images", code=None))
            assert not (scene.project / "data").exists()
        disk.make_room()
        scene.bench.run("pull", "--no-images")
        scene.check_data("one")
        scene.check_store()


@needs_root
def test_a_checkout_into_a_project_that_is_full_leaves_what_was_there(
    scene: Scene, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        shutil.copytree(scene.project, disk.folder / "project")
        scene.project = scene.bench.folder = disk.folder / "project"
        for text in ("one", "two"):
            scene.add(text)
            scene.bench.commit(text)
        for room in (32, 200, 600):
            disk.leave(room * KIB)
            complain(scene.bench.run("data", "checkout", "main~1", code=None))
            scene.check_data("two")
            assert leftovers(scene) == []
        disk.make_room()
        scene.bench.run("data", "checkout", "main~1")
        scene.check_data("one")


@pytest.mark.parametrize("verb", [("data", "add", "data"), ("data", "checkout", "main~1")])
def test_ctrl_c_leaves_nothing_half(scene: Scene, verb: tuple[str, ...]) -> None:
    for text in ("one", "two"):
        scene.add(text)
        scene.bench.commit(text)
    # Large enough that the command is in the middle of it when it has begun.
    with (scene.project / "data" / "huge").open("wb") as stream:
        for _ in range(200):
            stream.write(os.urandom(1 << 20))
    lock = scene.bench.lock
    process = scene.bench.start(*verb)
    ingest = scene.home / "store" / "ingest"
    wait_until(lambda: any(ingest.glob("*/*")) or process.poll() is not None, "the intake")
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[0]

    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert scene.bench.lock == lock
    assert leftovers(scene) == []
    scene.check_store()
    assert (scene.project / "data" / "huge").stat().st_size == 200 << 20


@needs_root
def test_a_store_that_cannot_be_written_is_named_and_read_all_the_same(scene: Scene) -> None:
    for text in ("one", "two"):
        scene.add(text)
        scene.bench.commit(text)
    scene.bench.run("data", "status")
    with read_only(scene.home):
        scene.bench.run("data", "status")
        scene.bench.run("data", "checkout", "main~1")
        scene.check_data("one")
        assert scene.bench.run("data", "verify").stdout == "data: whole\n"
        scene.write("three")
        done = scene.bench.run("data", "add", "data", code=1)
        assert "read-only file system" in done.stderr
        assert "hint: mount that file system for writing" in done.stderr
    scene.bench.run("data", "add", "data")
    scene.check_store()


@needs_root
def test_another_folder_mounted_in_the_place_of_the_data_is_another_version(scene: Scene) -> None:
    scene.add("one")
    other = scene.root / "other"
    with small_disk(other, DISK_BYTES):
        subprocess.run(["cp", "-a", f"{scene.project}/data/.", other], check=True)
        (other / "0" / "0.txt").write_bytes((other / "0" / "0.txt").read_bytes()[::-1])
        subprocess.run(
            [
                "cp",
                "-p",
                "--attributes-only",
                scene.project / "data" / "0" / "0.txt",
                other / "0" / "0.txt",
            ],
            check=True,
        )
        subprocess.run(["mount", "--bind", other, scene.project / "data"], check=True)
        try:
            assert [each["state"] for each in scene.bench.json("data", "status")] == ["modified"]
        finally:
            subprocess.run(["umount", scene.project / "data"], check=True)
    assert [each["state"] for each in scene.bench.json("data", "status")] == ["fresh"]


WORKER = """
import os, sys, time
from pathlib import Path
from modelcompose.store.clearing import Clearing
from modelcompose.store.digests import digest_bytes
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning.remembered import remembered
root, number, until = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
named = root / "named"
turn = 0
while time.time() < until:
    store = Store(root / "store")
    if number == 0:
        # What any of the others named is needed; all else, and nothing is young for long, goes.
        needed = set()
        for path in named.iterdir():
            if not path.name.startswith("."):
                tree = store.tree(path.name)
                needed |= {path.name, *(entry.digest for entry in tree.entries)}
        clearing = Clearing(store, young_s=0.5)
        clearing.carry_out(clearing.plan(needed))
        continue
    turn += 1
    data = root / f"data-{number}"
    data.mkdir(exist_ok=True)
    for n in range(80):  # most are the same for all, and for all turns
        (data / str(n)).write_text(f"{n} {turn % 3 if n % 8 else number}")
    with FileStates(root / f"states-{number}.db") as states:
        content, _ = store.add(data, states)
    (named / f".{number}").touch()
    os.replace(named / f".{number}", named / content.digest)
    for path in list(named.iterdir())[:3]:
        if path.name.startswith("sha256:") and turn % 4 == 0:
            path.unlink(missing_ok=True)
print(turn)
"""


def test_eight_commands_that_add_and_collect_at_once_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "named").mkdir()
    until = str(time.time() + 6)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, tmp_path, str(number), until],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    for worker in workers:
        told, complaint = worker.communicate(timeout=120)
        assert worker.returncode == 0, complaint
        assert int(told) >= 0

    store = Store(tmp_path / "store")
    for path in (tmp_path / "named").iterdir():
        if path.name.startswith("sha256:"):
            for entry in store.tree(path.name).entries:
                store.verify(entry.digest)


@pytest.fixture
def neighbours(tmp_path: Path) -> list[Scene]:
    """Three projects of one store."""
    scenes = [Scene(tmp_path / name) for name in ("a", "b", "c")]
    for scene in scenes:
        scene.home = scene.bench.home = tmp_path / "home"
    return scenes


def test_projects_of_one_store_add_push_and_collect_at_once(neighbours: list[Scene]) -> None:
    for number, scene in enumerate(neighbours):
        scene.write(f"first{number}")
        scene.bench.run("data", "add", "data")
    benches: list[tuple[Workbench, tuple[str, ...]]] = []
    for number, scene in enumerate(neighbours):
        scene.write(f"second{number}")
        benches += [
            (scene.bench, ("data", "add", "data")),
            (scene.bench, ("data", "gc", "--yes", "--grace", "0s")),
        ]
    processes = [bench.start(*arguments) for bench, arguments in benches]
    for process in processes:
        told = process.communicate(timeout=120)[0]
        assert process.returncode == 0, told
    for number, scene in enumerate(neighbours):
        scene.check_store()
        scene.check_data(f"second{number}")
        content = scene.workspace().lock.data["data"]
        assert faults(Store(scene.home / "store"), "data", content) == []
