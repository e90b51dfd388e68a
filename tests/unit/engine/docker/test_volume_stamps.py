from __future__ import annotations

import time
from pathlib import Path

from modelcompose.engine.docker.volume_stamps import stamp_of_folder, stamp_of_output

LATER_S = 60.0


def test_a_folder_has_another_stamp_once_anything_in_it_changed(tmp_path: Path) -> None:
    def stamp() -> str | None:
        return stamp_of_folder(str(tmp_path), time.time() + LATER_S)

    file = tmp_path / "deep" / "a"
    file.parent.mkdir()
    file.write_bytes(b"one")
    before = stamp()
    assert before == stamp()
    file.chmod(0o600)
    changed = stamp()
    file.write_bytes(b"two")
    renamed = stamp()
    file.rename(tmp_path / "b")
    assert len({before, changed, renamed, stamp()}) == 4


def test_what_was_written_just_now_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    assert stamp_of_folder(str(tmp_path), time.time()) is None


def test_the_output_of_the_script_is_a_stamp_unless_it_tells_of_a_change_just_now() -> None:
    assert stamp_of_output(b"abc  -\n1000 1 2 3 f 0 0 .\n1060\n") == "listed abc"
    assert stamp_of_output(b"abc  -\n1059 1 2 3 f 0 0 .\n1060\n") is None
    assert stamp_of_output(b"") is None
