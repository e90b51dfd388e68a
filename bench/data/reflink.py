"""One large file on a file system that shares blocks: `python bench/data/reflink.py`, as root.

Makes an XFS in a file, mounts it, and measures `data add` and `data checkout` of 2 GB there: CPU
seconds, and the room they take. `cp --reflink` and `sha256sum` stand beside as the floor.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from data.million import PROGRAM, Cost, cost

from tests.disks import sharing_disk

LARGE_BYTES = 2_000_000_000


def free_mb(folder: Path) -> float:
    """Give the room on a disk, once all is written."""
    os.sync()
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize / 1e6


def rows(root: Path, large_bytes: int) -> dict[str, tuple[Cost, float]]:
    """Measure; give each row's cost, and the megabytes of room that it took."""
    project, home = root / "project", root / "home"
    project.mkdir()
    (project / "compose.yaml").write_text("name: large\nservices: {}\n")
    with (project / "large").open("wb") as stream:
        for _ in range(large_bytes // 1_000_000):
            stream.write(os.urandom(1_000_000))
    os.sync()
    commands = {
        "add one 2 GB file": [PROGRAM, "data", "add", "large"],
        "status": [PROGRAM, "data", "status"],
        "check it out": [PROGRAM, "data", "checkout", "large"],
        "floor: cp --reflink": ["cp", "--reflink=always", "large", "copy"],
        "floor: sha256sum": ["sha256sum", "large"],
    }
    found = {}
    for row, command in commands.items():
        if row == "check it out":
            (project / "large").unlink()
        before = free_mb(root)
        found[row] = cost(command, project, home), before - free_mb(root)
    return found


def measured(folder: Path, large_bytes: int) -> dict[str, tuple[Cost, float]]:
    """Measure on an XFS that is made in a folder, and gone after."""
    root = folder / "disk"
    with sharing_disk(root, 2 * large_bytes + (1 << 29)):
        return rows(root, large_bytes)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large-bytes", type=int, default=LARGE_BYTES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-") as name:
        print("| work | CPU s | s | room, MB |\n| --- | --- | --- | --- |")
        for row, (each, room) in measured(Path(name), options.large_bytes).items():
            print(f"| {row} | {each.cpu_s:.2f} | {each.wall_s:.1f} | {room:.0f} |")


if __name__ == "__main__":
    main()
