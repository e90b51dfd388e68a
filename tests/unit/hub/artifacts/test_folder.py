"""Artifacts in a folder: whole or not at all, and never outside of it."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.errors import NotFound, StorageFull, UsageError
from modelcompose.hub.artifacts.folder import Folder
from modelcompose.hub.artifacts.paths import Parts
from tests.disks import needs_root, small_disk
from tests.unit.hub.artifacts.moving import part, read, write


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "artifacts")


def test_who_reads_goes_on_reading_what_is_replaced(folder: Folder) -> None:
    write(folder, ("a",), b"old")
    with closing(folder.open(("a",))) as reading:
        write(folder, ("a",), b"new")
        assert b"".join(reading.chunks(0, 3)) == b"old"


@pytest.mark.parametrize("path", [(), ("1",), ("1", "nothing"), ("1", "a", "below")])
def test_what_is_no_file_cannot_be_read(folder: Folder, path: Parts) -> None:
    write(folder, ("1", "a"), b"x")
    with pytest.raises(NotFound):
        folder.open(path)


def test_a_file_cannot_take_the_place_of_a_folder_nor_lie_in_a_file(folder: Folder) -> None:
    write(folder, ("1", "a"), b"x")
    with pytest.raises(UsageError):
        write(folder, ("1",), b"x")
    with pytest.raises(UsageError):
        write(folder, ("1", "a", "b"), b"x")


def test_no_link_leads_out(folder: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    write(folder, ("1", "kept"), b"x")
    root = tmp_path / "artifacts" / "1"
    (root / "folder").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret")

    assert [entry.name for entry in folder.entries(("1",))] == ["kept"]
    assert folder.entries(("1", "folder")) == []
    for path in (("1", "folder", "secret"), ("1", "file")):
        with pytest.raises((NotFound, UsageError)):
            folder.open(path)
    with pytest.raises(UsageError):
        write(folder, ("1", "folder", "new"), b"x")
    write(folder, ("1", "file"), b"mine")
    assert folder.delete(("1", "folder"))
    assert (outside / "secret").read_text() == "secret"
    assert [path.name for path in outside.iterdir()] == ["secret"]


def test_a_device_or_a_pipe_is_not_read(folder: Folder, tmp_path: Path) -> None:
    write(folder, ("a",), b"x")
    os.mkfifo(tmp_path / "artifacts" / "pipe")
    with pytest.raises(NotFound):
        folder.open(("pipe",))


@needs_root
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4_000_000) as disk:
        folder = Folder(disk.folder / "artifacts")
        write(folder, ("a",), b"x")
        writing = folder.create(("a",))
        with pytest.raises(StorageFull, match="a: the disk of the hub is full"):
            writing.write(bytes(10_000_000))
        writing.abort()
        assert read(folder, ("a",)) == b"x"
        assert list((disk.folder / "artifacts.uploads").iterdir()) == []


def test_parts_survive_a_restart_and_what_is_stale_goes(folder: Folder, tmp_path: Path) -> None:
    upload = folder.begin_parts(("a",))
    sent = part(folder, upload, 1, b"abc")
    again = Folder(tmp_path / "artifacts")
    again.join_parts(upload, ("a",), [sent])
    assert read(again, ("a",)) == b"abc"
    again.begin_parts(("b",))
    assert again.drop_stale(before=0.0) == 0
    assert again.drop_stale(before=4e9) == 2, "the upload, and what tells that the first is done"
