from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcompose.errors import StoreError
from modelcompose.store.states import FileStates
from tests.unit.store.folders import build


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    build(path, {b"a": ("file", b"123", False), b"b": {b"c": ("link", b"../a", False)}})
    return path


def test_the_bytes_of_external_data_do_not_count(data: Path, states: FileStates) -> None:
    before = states.stat_digest(data)
    stamp = (data / "a").stat().st_mtime_ns
    (data / "a").write_bytes(b"456")
    os.utime(data / "a", ns=(stamp, stamp))

    assert states.stat_digest(data) == before


def test_names_sizes_times_and_link_targets_of_external_data_count(
    data: Path, states: FileStates
) -> None:
    seen = [states.stat_digest(data).digest]

    def look() -> None:
        seen.append(states.stat_digest(data).digest)

    stamp = (data / "a").stat().st_mtime_ns
    os.utime(data / "a", ns=(stamp, stamp + 1))
    look()
    (data / "a").write_bytes(b"1234")
    os.utime(data / "a", ns=(stamp, stamp + 1))
    look()
    (data / "a").rename(data / "d")
    look()
    (data / "b" / "c").unlink()
    (data / "b" / "c").symlink_to("../d")
    look()

    assert len(set(seen)) == len(seen)


def test_external_data_tells_how_much_it_is(data: Path, states: FileStates) -> None:
    folder, file = states.stat_digest(data), states.stat_digest(data / "a")

    assert (folder.kind, folder.files, folder.size_bytes) == ("folder", 2, 7)
    assert (file.kind, file.files, file.size_bytes) == ("file", 1, 3)


def test_external_data_behind_a_link_is_looked_at(
    tmp_path: Path, data: Path, states: FileStates
) -> None:
    (tmp_path / "link").symlink_to(data)

    assert states.stat_digest(tmp_path / "link") == states.stat_digest(data)


def test_external_data_that_is_not_there_is_an_error(tmp_path: Path, states: FileStates) -> None:
    with pytest.raises(StoreError, match="missing: no such file or folder"):
        states.stat_digest(tmp_path / "missing")
