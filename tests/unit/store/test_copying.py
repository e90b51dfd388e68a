from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcompose.store.copying import copy_file
from tests.unit.store.folders import read


@pytest.mark.parametrize("size", [0, 1, 3_000_001])
@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_a_copy_has_the_bytes_and_the_executable_bit(tmp_path: Path, size: int, mode: int) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(size))
    source.chmod(mode)

    copy_file(source, target)

    assert read(target) == read(source)
    assert target.stat().st_ino != source.stat().st_ino
    assert target.stat().st_mode & 0o222 == source.stat().st_mode & 0o222


def test_writing_a_copy_leaves_its_source(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"old")
    copy_file(tmp_path / "source", tmp_path / "target")

    (tmp_path / "target").write_bytes(b"new")

    assert (tmp_path / "source").read_bytes() == b"old"


def test_a_copy_never_writes_over_or_through_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"new")
    (tmp_path / "there").write_bytes(b"old")
    (tmp_path / "link").symlink_to("there")
    (tmp_path / "dangling").symlink_to("made")

    for name in ("there", "link", "dangling"):
        with pytest.raises(FileExistsError):
            copy_file(tmp_path / "source", tmp_path / name)

    assert (tmp_path / "there").read_bytes() == b"old"
    assert not (tmp_path / "made").exists()
