"""Whatever changes a file or a folder is seen, however its size and times come out."""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes
from modelcompose.store.states import FileStates
from tests.unit.store.folders import settle

OLD, NEW = b"old content", b"new content"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two files of equal size and time."""
    path = tmp_path / "data"
    path.mkdir()
    for name, data in (("a", OLD), ("b", NEW)):
        (path / name).write_bytes(data)
        os.utime(path / name, ns=(10**18 + 1, 10**18 + 1))
    settle(path / "b")
    return path


def write_and_set_the_time_back(path: Path) -> None:
    before = path.stat()
    path.write_bytes(NEW)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def swap(path: Path) -> None:
    path.rename(path.with_name("c"))
    path.with_name("b").rename(path)
    path.with_name("c").rename(path.with_name("b"))


def copy_with_its_time(path: Path) -> None:
    path.unlink()
    shutil.copy2(path.with_name("b"), path)


def restore_in_place(path: Path) -> None:
    subprocess.run(["cp", "-p", path.with_name("b"), path], check=True)


def replace(path: Path) -> None:
    path.with_name("new").write_bytes(NEW)
    os.utime(path.with_name("new"), ns=(10**18 + 1, 10**18 + 1))
    path.with_name("new").replace(path)


def set_the_clock_forward(path: Path) -> None:
    ahead = time.time_ns() + 10**15
    path.write_bytes(b"from tomorrow")
    os.utime(path, ns=(ahead, ahead))
    with FileStates(path.parents[1] / "cache" / "states.db") as states:
        states.look(path.parent)
    path.write_bytes(NEW)
    os.utime(path, ns=(ahead, ahead))


CHANGES = (
    write_and_set_the_time_back,
    swap,
    copy_with_its_time,
    restore_in_place,
    replace,
    set_the_clock_forward,
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_leaves_size_and_time_is_seen(
    folder: Path, states: FileStates, change: Callable[[Path], None]
) -> None:
    before = states.look(folder)
    assert states.look(folder) == before
    assert states.digest(folder / "a") == digest_bytes(OLD)

    change(folder / "a")

    assert states.digest(folder / "a") == digest_bytes(NEW)
    assert states.look(folder) == uncached(folder)


def uncached(folder: Path) -> Content | None:
    """Look at a folder of which nothing is remembered."""
    with FileStates(folder.parent / f"{time.monotonic_ns()}.db") as states:
        return states.look(folder)


def is_on_tmpfs(path: Path) -> bool:
    kind = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, check=True)
    return kind.stdout.strip() == b"tmpfs"


def test_a_second_write_through_a_memory_map_is_seen(
    folder: Path, states: FileStates, tmp_path: Path
) -> None:
    if is_on_tmpfs(tmp_path):
        pytest.skip("tmpfs does not tell of it")
    path = folder / "a"
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
        mapped[0:1] = b"1"
        settle(path)
        assert states.digest(path) == digest_bytes(b"1" + OLD[1:])
        first = states.look(folder)
        mapped[0:1] = b"2"

        assert states.digest(path) == digest_bytes(b"2" + OLD[1:])
        assert states.look(folder) != first


def test_both_normal_forms_of_a_name_are_two_files_and_stay_what_they_are(
    tmp_path: Path, states: FileStates
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    names = [unicodedata.normalize(form, "größe") for form in ("NFC", "NFD")]
    for name in names:
        (folder / name).write_text(name)
    if len(os.listdir(folder)) == 1:  # noqa: PTH208 - macOS takes the two for one
        pytest.skip("this file system takes the two for one")
    settle(folder / names[1])

    for _ in range(2):
        tree = states.tree(folder)
        assert {entry.path: entry.digest for entry in tree.entries} == {
            name: digest_bytes(name.encode()) for name in names
        }
