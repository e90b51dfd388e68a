"""Versions of data against DVC: `python bench/run.py data`.

Both sides work on the same 50,000 files of 4 KB, and on one file of 2 GB, in one call; `cp -r` and
`tar` stand beside as the floor. After them, without a peer: a push and a pull through a registry,
a million files of 1 KB, and, as root, a file system that shares blocks.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import machine
from data import million, reflink
from data.registry import measure_registry
from data.sides import Files, Side, measure_dvc, measure_ours, run
from msgspec import Struct
from results import with_part

PAGE = Path(__file__).parents[1] / "RESULTS.md"
TITLE = "Versions of data"
FILES, SIZE_BYTES, PER_FOLDER = 50_000, 4096, 1000
LARGE_BYTES = 2_000_000_000
CALLS = 5
_TOLD = (
    "`python bench/run.py data` writes this part. CPU seconds; ours is the median of its calls "
    "(5 of what takes less than a second), DVC's one call. A folder of 50,000 files of 4 KB and "
    "one file of 2 GB, the remote a folder; each clone stands for a machine of its own."
)
_ROWS = (
    ("add", "add 50,000 files of 4 KB", 3.0),
    ("status", "status, nothing changed", 0.4),
    ("status, one changed", "status, one file changed", 0.5),
    ("push", "push them to a folder remote", 3.0),
    ("push, nothing", "push, nothing to push", 0.5),
    ("pull", "pull into a fresh clone", 4.0),
    ("pull, nothing", "pull, nothing to pull", 0.5),
    ("pull one file", "pull one file of the folder", 0.4),
    ("add the large file", "add one 2 GB file", 2.5),
)
_REGISTRY_RATIO = 2.0
_MILLION_CPU_S, _MILLION_MB = 8.0, 1000.0
_REFLINK_CPU_S = 1.8


class Row(Struct, frozen=True):
    """One line of the table, in words."""

    work: str
    ours: str
    peer: str
    ratio: str
    target: str
    is_reached: bool

    @property
    def line(self) -> str:
        """Give it as Markdown."""
        reached = "yes" if self.is_reached else "**no**"
        cells = (self.work, self.ours, self.peer, self.ratio, self.target, reached)
        return f"| {' | '.join(cells)} |"


def main(argv: Sequence[str]) -> int:
    """Measure, and write the part of the page."""
    asked = _asked(argv)
    before = machine.load()
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-", dir=asked.folder) as name:
        root = Path(name)
        files = make(root, asked.files, asked.large_bytes)
        floor = {
            "`cp -r`": run(["cp", "-r", str(files.many), str(root / "copy")], root),
            "`tar`": run(["tar", "cf", str(root / "tar"), str(files.many)], root),
            "`sha256sum` of the large file": run(["sha256sum", str(files.large)], root),
            "`cp` of it": run(["cp", str(files.large), str(root / "copied")], root),
        }
        ours, dvc = Side("ours", root, files), Side("dvc", root, files)
        measure_ours(ours, str(root / "remote-ours"), CALLS)
        measure_registry(root, ours, 3)
        measure_dvc(dvc, str(root / "remote-dvc"))
    rows = [*_against_dvc(ours, dvc), *_through_registry(ours)]
    if not asked.short:
        rows += [*_million(asked.folder), *_sharing(asked.folder)]
    part = _part(rows, floor, machine.about(before))
    print(part)
    old = asked.output.read_text(encoding="utf-8") if asked.output.exists() else ""
    asked.output.write_text(with_part(old, part), encoding="utf-8")
    print(f"wrote {asked.output}", file=sys.stderr)
    return 0


def _asked(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, prog="run.py data")
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--large-bytes", type=int, default=LARGE_BYTES)
    parser.add_argument("--short", action="store_true", help="no million files, no file system")
    parser.add_argument("--folder", type=Path, help="where there is room, not the system's own")
    parser.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    return parser.parse_args(argv)


def make(root: Path, count: int, large_bytes: int) -> Files:
    """Make the files, each of other bytes."""
    noise = os.urandom(SIZE_BYTES)
    files = Files(root / "files", root / "large")
    for number in range(count):
        path = files.many / f"{number // PER_FOLDER:03}" / f"{number:06}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(number.to_bytes(8, "big") + noise[8:])
    with files.large.open("wb") as stream:
        for _ in range(large_bytes // 1_000_000):
            stream.write(os.urandom(1_000_000))
    return files


def _against_dvc(ours: Side, dvc: Side) -> list[Row]:
    here, there = ours.medians(), dvc.medians()
    return [
        Row(
            work,
            f"{here[name]:.2f}",
            f"{there[name]:.2f}",
            f"{here[name] / there[name]:.3f}",
            f"{limit:g}",
            here[name] <= limit,
        )
        for name, work, limit in _ROWS
    ]


def _through_registry(ours: Side) -> list[Row]:
    found = ours.medians()
    rows = []
    for verb in ("push", "pull"):
        cost, folder = found[f"{verb}, registry"], found[verb]
        peer, ratio = f"folder remote: {folder:.2f}", cost / folder
        work, target = f"{verb} through the OCI registry", f"{_REGISTRY_RATIO:g} times"
        rows.append(
            Row(work, f"{cost:.2f}", peer, f"{ratio:.2f}", target, ratio <= _REGISTRY_RATIO)
        )
    return rows


def _million(folder: Path | None) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-", dir=folder) as name:
        found = million.rows(Path(name), million.FILES)
    return [
        Row(
            f"1 million files of 1 KB: {what}",
            f"{each.cpu_s:.2f}, {each.memory_mb:.0f} MB",
            "-",
            "-",
            target,
            is_held or (each.cpu_s <= _MILLION_CPU_S and each.memory_mb < _MILLION_MB),
        )
        for name, what, target, is_held in (
            ("status, again", "status, nothing changed", "8, under 1 GB", False),
            ("status, one changed", "status, one changed", "-", True),
            ("add", "add", "-", True),
        )
        for each in [found[name]]
    ]


def _sharing(folder: Path | None) -> list[Row]:
    if os.geteuid() or shutil.which("mkfs.xfs") is None:
        print("no XFS can be made here: as root, with xfsprogs", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-", dir=folder) as name:
        cost, room_mb = reflink.measured(Path(name), LARGE_BYTES)["add one 2 GB file"]
    work = f"add one 2 GB file by reflink (XFS; it takes {room_mb:.0f} MB of room)"
    is_reached = cost.cpu_s <= _REFLINK_CPU_S
    return [Row(work, f"{cost.cpu_s:.2f}", "-", "-", f"{_REFLINK_CPU_S:g}", is_reached)]


def _part(rows: Sequence[Row], floor: dict[str, float], about: dict[str, str]) -> str:
    lines = [
        f"# {TITLE}",
        "",
        _TOLD,
        "",
        "| work | ours | DVC | ratio | target | reached |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row.line for row in rows),
        "",
        f"The floor: {', '.join(f'{name} {cost:.2f}' for name, cost in floor.items())}.",
        "",
        "## The machine, for versions of data",
        "",
        "| | |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in about.items()),
    ]
    return "\n".join(lines) + "\n"
