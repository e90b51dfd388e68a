"""Which files are read while something runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from modelcompose.adoption.watching import Watch


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no inotify")
def test_what_another_process_reads_and_writes_is_seen(tmp_path: Path) -> None:
    for name in ("read.txt", "other.txt"):
        (tmp_path / name).write_text("1")
    watch = Watch([str(tmp_path)])
    subprocess.run(["cp", "read.txt", "new ü.txt"], cwd=tmp_path, check=True)
    opened = watch.stop()
    assert set(opened.read) == {f"{tmp_path}/read.txt"}
    assert set(opened.written) == {f"{tmp_path}/new ü.txt"}
    assert opened.completeness == "seen"


def test_a_folder_that_is_gone_is_no_obstacle(tmp_path: Path) -> None:
    assert Watch([str(tmp_path / "gone")]).stop().read == {}
