"""Files put together, by the kernel or without it."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from modelcompose.hub.artifacts.durable import append, sync_folder


def joined(folder: Path, *pieces: bytes) -> bytes:
    whole = folder / "whole"
    whole.write_bytes(b"begin ")
    with whole.open("r+b", buffering=0) as target:
        target.seek(0, os.SEEK_END)
        for piece in pieces:
            (folder / "part").write_bytes(piece)
            with (folder / "part").open("rb", buffering=0) as source:
                append(source, target)
    return whole.read_bytes()


def test_files_are_appended_one_after_the_other(tmp_path: Path) -> None:
    large = os.urandom(5_000_000)
    assert joined(tmp_path, b"one ", b"", large) == b"begin one " + large


@pytest.mark.parametrize("stops_after", [0, 1_000])
def test_what_the_kernel_does_not_copy_is_copied_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops_after: int
) -> None:
    if not hasattr(os, "copy_file_range"):
        pytest.skip("this system's kernel copies no files")
    copy = os.copy_file_range
    allowed = [stops_after] if stops_after else []

    def limited(source: int, target: int, size_bytes: int) -> int:
        if not allowed:
            raise OSError(errno.EXDEV, "another file system")
        return copy(source, target, min(size_bytes, allowed.pop()))

    monkeypatch.setattr(os, "copy_file_range", limited)
    data = os.urandom(100_000)
    assert joined(tmp_path, data) == b"begin " + data


def test_a_folder_is_synced_where_its_file_system_can(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    sync_folder(descriptor)
    os.close(descriptor)
    with pytest.raises(OSError, match="Input/output error"):
        _raising(sync_folder, errno.EIO)
    _raising(sync_folder, errno.EINVAL)


def _raising(work: Any, number: int) -> None:
    with pytest.MonkeyPatch.context() as patch:

        def refuse(_descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        patch.setattr(os, "fsync", refuse)
        work(0)
