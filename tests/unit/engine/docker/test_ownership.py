"""Which files belong to somebody else."""

from __future__ import annotations

import os
from pathlib import Path

from modelcompose.engine.docker.ownership import batches, foreign


def test_the_caller_s_own_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()

    assert list(foreign([tmp_path, tmp_path / "missing"], os.geteuid())) == []


def test_links_count_themselves_and_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")

    assert list(foreign([tmp_path], -1)) == [str(tmp_path), str(tmp_path / "link")]


def test_long_lists_are_cut() -> None:
    names = ["aaaa", "bbbb", "cccc", "d" * 50, "e"]

    assert list(batches(names, 10)) == [["aaaa", "bbbb"], ["cccc"], ["d" * 50], ["e"]]
    assert list(batches([], 10)) == []
