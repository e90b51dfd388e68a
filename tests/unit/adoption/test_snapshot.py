"""What a command touched, seen from outside."""

from __future__ import annotations

import os
from pathlib import Path

from modelcompose.adoption.snapshot import compare, take_snapshot


def test_what_is_new_changed_and_gone(tmp_path: Path) -> None:
    for name in ("same", "changed", "gone"):
        (tmp_path / name).write_text("1")
    before = take_snapshot(tmp_path)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "file").write_text("2")
    (tmp_path / "changed").write_text("22")
    (tmp_path / "gone").unlink()
    changes = compare(before, take_snapshot(tmp_path))
    assert changes.created == ("new/file",)
    assert changes.changed == ("changed",)
    assert changes.deleted == ("gone",)
    assert changes.written == ("changed", "new/file")


def test_the_same_bytes_written_anew_count_as_written(tmp_path: Path) -> None:
    file = tmp_path / "model"
    file.write_text("1")
    os.utime(file, (1, 1))
    before = take_snapshot(tmp_path)
    file.write_text("1")
    assert compare(before, take_snapshot(tmp_path)).written == ("model",)


def test_an_owner_that_changes_is_no_change(tmp_path: Path) -> None:
    file = tmp_path / "model"
    file.write_text("1")
    before = take_snapshot(tmp_path)
    file.chmod(0o600)
    assert compare(before, take_snapshot(tmp_path)).written == ()


def test_environments_version_control_and_byte_code_do_not_count(tmp_path: Path) -> None:
    before = take_snapshot(tmp_path)
    for name in (".git/x", ".venv/x", "node_modules/x", ".ml/x", "pkg/__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("x")
    assert compare(before, take_snapshot(tmp_path)).written == ()
