"""A file as it is and as it would be."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from modelcompose.adoption.changes import Change, with_lines, write
from modelcompose.errors import ProjectError


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nx\nb\n"),
        ("a\r\nb\r\n", "a\r\nx\r\nb\r\n"),
        ("a", "a\nb\n"),
        ("a\nb", "x\na\nb"),
        ("a\x0cb\u2028c\n", "a\x0cb\u2028c\nd\n"),
        (None, "a\n"),
    ],
)
def test_git_applies_the_diff(tmp_path: Path, before: str | None, after: str) -> None:
    file = tmp_path / "a file.txt"
    if before is not None:
        file.write_bytes(before.encode())
    diff = Change(file, before, after).diff(tmp_path)
    subprocess.run(
        ["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True, capture_output=True
    )
    assert file.read_bytes() == after.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, "x\ny\n"), ("", "x\ny\n"), ("a\n", "a\nx\ny\n"), ("a", "a\nx\ny\n")],
)
def test_lines_are_appended(tmp_path: Path, before: str | None, after: str) -> None:
    file = tmp_path / ".gitignore"
    if before is not None:
        file.write_text(before)
    assert with_lines(file, ["x", "y"]).after == after


def test_of_several_files_none_is_written_when_one_changed_meanwhile(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    two.write_text("another hand")
    with pytest.raises(ProjectError, match="was changed meanwhile"):
        write([Change(one, None, "1"), Change(two, "2", "3")])
    assert not one.exists()
