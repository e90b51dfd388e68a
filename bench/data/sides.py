"""The two sides of the rows on versions of data, each in a project and clones of its own."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

CHANGED = "007/007007"
"""The one file that is changed, and, in clones, the one that is pulled."""
_SETTLING_S = 0.2
BIN = Path(sys.executable).parent


class Files(Struct, frozen=True):
    """What both sides version."""

    many: Path
    """The folder of many files."""
    large: Path


class Side:
    """One of the tools; `costs` has the CPU seconds of each row's calls."""

    def __init__(self, name: str, root: Path, files: Files) -> None:
        self.name = name
        self.root = root / name
        self.project = self.root / "project"
        self.files = files
        self.costs: dict[str, list[float]] = {}
        self._clones = 0
        self.project.mkdir(parents=True)
        run(["git", "init", "-q", "-b", "main"], self.project)
        shutil.copytree(files.many, self.project / "data")

    def cost(self, row: str, command: Sequence[str], folder: Path, home: str = "home") -> None:
        """Run a command, and keep what it cost; what was written before is on the disk by then."""
        os.sync()
        cpu_s = run(command, folder, self.variables(home))
        self.costs.setdefault(row, []).append(cpu_s)
        print(f"{self.name:5} {row:24} {cpu_s:7.2f}", file=sys.stderr)

    def medians(self) -> dict[str, float]:
        """Give each row's median."""
        return {row: statistics.median(costs) for row, costs in self.costs.items()}

    def variables(self, home: str = "home") -> Mapping[str, str]:
        """Give the environment; a home of its own stands for another machine."""
        return {
            **os.environ,
            "MODELCOMPOSE_HOME": str(self.root / home),
            "MODELCOMPOSE_ENGINE": "process",
            "DVC_NO_ANALYTICS": "1",
        }

    def commit(self) -> None:
        """Commit what the tool wrote."""
        run(["git", "add", "-A"], self.project)
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        run(["git", *who, "commit", "-q", "-m", "data"], self.project)

    def clone(self) -> tuple[Path, str]:
        """Give a fresh clone, and a home that goes with it.

        Each has a folder of its own: after many files were removed, ext4 makes new ones much
        slower.
        """
        self._clones += 1
        folder = self.root / f"clone-{self._clones}"
        run(["git", "clone", "-q", str(self.project), str(folder)], self.root)
        return folder, f"home-{self._clones}"


def measure_ours(side: Side, remote: str, calls: int) -> None:
    """Measure every row with Model Compose; quick ones `calls` times."""
    program = str(BIN / "modelcompose")
    compose = f"name: bench\nservices: {{}}\nx-ml: {{remote: {remote}}}\n"
    (side.project / "compose.yaml").write_text(compose)
    settle()
    side.cost("add", [program, "data", "add", "data"], side.project)
    for _ in range(calls):
        side.cost("status", [program, "data", "status"], side.project)
    for _ in range(calls):
        _change(side)
        side.cost("status, one changed", [program, "data", "status"], side.project)
    run([program, "data", "checkout"], side.project, side.variables())
    side.commit()
    side.cost("push", [program, "push"], side.project)
    for _ in range(calls):
        side.cost("push, nothing", [program, "push"], side.project)
    for _ in range(calls):
        clone, home = side.clone()
        side.cost("pull one file", [program, "pull", f"data/{CHANGED}"], clone, home)
    clone, home = side.clone()
    side.cost("pull", [program, "pull"], clone, home)
    for _ in range(calls):
        side.cost("pull, nothing", [program, "pull"], clone, home)
    (side.project / "large").hardlink_to(side.files.large)
    side.cost("add the large file", [program, "data", "add", "large"], side.project)


def measure_dvc(side: Side, remote: str) -> None:
    """Measure every row with DVC, once: its calls take long, and differ by far from ours."""
    program = str(BIN / "dvc")
    run([program, "init", "-q"], side.project, side.variables())
    run([program, "remote", "add", "-d", "r", remote], side.project, side.variables())
    settle()
    side.cost("add", [program, "add", "-q", "data"], side.project)
    side.cost("status", [program, "status", "-q"], side.project)
    _change(side)
    side.cost("status, one changed", [program, "status"], side.project)
    run([program, "checkout", "-q", "-f"], side.project, side.variables())
    side.commit()
    side.cost("push", [program, "push", "-q"], side.project)
    side.cost("push, nothing", [program, "push", "-q"], side.project)
    clone, _ = side.clone()
    side.cost("pull one file", [program, "pull", "-q", f"data/{CHANGED}"], clone)
    clone, _ = side.clone()
    side.cost("pull", [program, "pull", "-q"], clone)
    side.cost("pull, nothing", [program, "pull", "-q"], clone)
    shutil.copy(side.files.large, side.project / "large")
    side.cost("add the large file", [program, "add", "-q", "large"], side.project)


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> float:
    """Run a command to its end; give its CPU seconds.

    1 is what both tools exit with where something differs.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def settle() -> None:
    """Let the clock move on, so that no file counts as just written."""
    time.sleep(_SETTLING_S)


def _change(side: Side) -> None:
    with (side.project / "data" / CHANGED).open("ab") as stream:
        stream.write(b"x")
    settle()
