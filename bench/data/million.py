"""A folder of a million files of 1 KB: `python bench/data/million.py [--files N] [--folder PLACE]`.

Makes the files, adds them, and measures `data status`, in CPU seconds and megabytes of memory at
the most; nothing changed first, then one file. It takes some 5 GB and a million inodes, and some
minutes, most of which go into making and removing the files.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FILES, SIZE_BYTES, PER_FOLDER = 1_000_000, 1024, 1000
PROGRAM = str(Path(sys.executable).with_name("modelcompose"))


class Cost(NamedTuple):
    """What a command took."""

    cpu_s: float
    wall_s: float
    memory_mb: float


def make(root: Path, count: int) -> None:
    """Make the files, each of other bytes."""
    noise = os.urandom(SIZE_BYTES)
    for start in range(0, count, PER_FOLDER):
        folder = root / f"{start // PER_FOLDER:04}"
        folder.mkdir(parents=True)
        at = os.open(folder, os.O_RDONLY)
        for number in range(start, min(start + PER_FOLDER, count)):
            writing = os.open(f"{number:07}", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=at)
            os.write(writing, number.to_bytes(8, "big") + noise[8:])
            os.close(writing)
        os.close(at)


def cost(command: Sequence[str], folder: Path, home: Path) -> Cost:
    """Run a command to its end; give what it took, and nothing of what others did."""
    variables = {**os.environ, "MODELCOMPOSE_HOME": str(home), "MODELCOMPOSE_ENGINE": "process"}
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: {process.returncode}")
    wall = time.perf_counter() - began
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def rows(root: Path, count: int) -> dict[str, Cost]:
    """Measure every row in a folder that is empty."""
    project, home = root / "project", root / "home"
    project.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / "compose.yaml").write_text("name: million\nservices: {}\n")
    make(project / "data", count)
    time.sleep(0.2)  # no file counts as just written
    found = {"add": cost([PROGRAM, "data", "add", "data"], project, home)}
    for row in ("status", "status, again"):
        found[row] = cost([PROGRAM, "data", "status"], project, home)
    with (project / "data" / "0000" / "0000007").open("ab") as stream:
        stream.write(b"x")
    time.sleep(0.2)
    found["status, one changed"] = cost([PROGRAM, "data", "status"], project, home)
    return found


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--folder", type=Path, help="where there is room, not the system's own")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-", dir=options.folder) as name:
        found = rows(Path(name), options.files)
        print(f"| {options.files:,} files of 1 KB | CPU s | s | MB |\n| --- | --- | --- | --- |")
        for row, each in found.items():
            print(f"| {row} | {each.cpu_s:.2f} | {each.wall_s:.1f} | {each.memory_mb:.0f} |")


if __name__ == "__main__":
    main()
