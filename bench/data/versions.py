"""Versions of data against DVC, in CPU seconds: `python bench/data/versions.py [--without-dvc]`.

Both sides work on the same 50,000 files of 4 KB, in turn, and on one file of 2 GB. `cp -r` and
`tar` stand beside as the floor. With `--registry`, Debian's docker-registry is measured, too.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

FILES, SIZE_BYTES, PER_FOLDER = 50_000, 4096, 1000
LARGE_BYTES = 2_000_000_000
GOALS = {
    "add": 3.0,
    "status": 0.4,
    "status, one changed": 0.5,
    "push": 3.0,
    "push, nothing": 0.5,
    "pull": 4.0,
    "pull, nothing": 0.5,
    "pull one file": 0.4,
    "add the large file": 2.5,
}
COMPOSE = "name: bench\nservices: {}\nx-ml: {remote: %s}\n"
BIN = Path(sys.executable).parent


class Side:
    """One of the tools, in a project and a clone of its own."""

    def __init__(self, name: str, root: Path, files: Path, large: Path) -> None:
        self.name = name
        self.root = root / name
        self.project, self.clone = self.root / "project", self.root / "clone"
        self.files, self.large = files, large
        self.costs: dict[str, float] = {}
        self.project.mkdir(parents=True)
        self.home = "home"
        run(["git", "init", "-q", "-b", "main"], self.project)
        shutil.copytree(files, self.project / "data")

    def cost(self, row: str, command: Sequence[str], folder: Path) -> None:
        """Run a command and keep what it cost."""
        self.costs[row] = run(command, folder, self.variables)
        print(f"{self.name:6} {row:22} {self.costs[row]:7.2f}", file=sys.stderr)

    @property
    def variables(self) -> Mapping[str, str]:
        """Give the environment."""
        return {
            **os.environ,
            "MODELCOMPOSE_HOME": str(self.root / self.home),
            "MODELCOMPOSE_ENGINE": "process",
            "DVC_NO_ANALYTICS": "1",
        }

    def commit(self) -> None:
        """Commit what the tool wrote, and make the clone of it."""
        run(["git", "add", "-A"], self.project)
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        run(["git", *who, "commit", "-q", "-m", "data"], self.project)

    def settle(self) -> None:
        """Let the clock move on, so that no file counts as just written."""
        time.sleep(0.2)


def ours(side: Side, remote: str) -> None:
    """Measure every row with Model Compose."""
    program = str(BIN / "modelcompose")
    (side.project / "compose.yaml").write_text(COMPOSE % remote)
    side.settle()
    side.cost("add", [program, "data", "add", "data"], side.project)
    side.cost("status", [program, "data", "status"], side.project)
    change(side.project / "data")
    side.cost("status, one changed", [program, "data", "status"], side.project)
    run([program, "data", "checkout"], side.project, side.variables)
    side.commit()
    side.cost("push", [program, "push"], side.project)
    side.cost("push, nothing", [program, "push"], side.project)
    run(["git", "clone", "-q", str(side.project), str(side.clone)], side.root)
    side.home = "home2"
    side.cost("pull one file", [program, "pull", "data/000/000007"], side.clone)
    shutil.rmtree(side.clone / "data")
    side.home = "home3"
    side.cost("pull", [program, "pull"], side.clone)
    side.cost("pull, nothing", [program, "pull"], side.clone)
    side.home = "home"
    (side.project / "large").hardlink_to(side.large)
    side.cost("add the large file", [program, "data", "add", "large"], side.project)


def dvc(side: Side, remote: str) -> None:
    """Measure every row with DVC."""
    program = str(BIN / "dvc")
    run([program, "init", "-q"], side.project, side.variables)
    run([program, "remote", "add", "-d", "r", remote], side.project, side.variables)
    side.settle()
    side.cost("add", [program, "add", "-q", "data"], side.project)
    side.cost("status", [program, "status", "-q"], side.project)
    change(side.project / "data")
    side.cost("status, one changed", [program, "status"], side.project)
    run([program, "checkout", "-q", "-f"], side.project, side.variables)
    side.commit()
    side.cost("push", [program, "push", "-q"], side.project)
    side.cost("push, nothing", [program, "push", "-q"], side.project)
    run(["git", "clone", "-q", str(side.project), str(side.clone)], side.root)
    side.cost("pull one file", [program, "pull", "-q", "data/000/000007"], side.clone)
    shutil.rmtree(side.clone / "data", ignore_errors=True)
    shutil.rmtree(side.clone / ".dvc" / "cache", ignore_errors=True)
    side.cost("pull", [program, "pull", "-q"], side.clone)
    side.cost("pull, nothing", [program, "pull", "-q"], side.clone)
    shutil.copy(side.large, side.project / "large")
    side.cost("add the large file", [program, "add", "-q", "large"], side.project)


def through_registry(root: Path, side: Side) -> None:
    """Measure a push and a pull through a real registry."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{listening.getsockname()[1]}"
    configuration = root / "registry.json"
    configuration.write_text(
        f'{{"version": 0.1, "log": {{"level": "error"}}, "http": {{"addr": "{host}"}},'
        f'"storage": {{"filesystem": {{"rootdirectory": "{root / "registry"}"}}}}}}'
    )
    program, remote = str(BIN / "modelcompose"), f"--remote=oci://{host}/bench/data"
    server = subprocess.Popen(
        ["docker-registry", "serve", configuration],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(1)
        side.home = "home"
        side.cost("push, registry", [program, "push", remote, "data"], side.project)
        shutil.rmtree(side.clone / "data")
        side.home = "home4"
        side.cost("pull, registry", [program, "pull", remote, "data"], side.clone)
    finally:
        server.terminate()
        server.wait()


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> float:
    """Run a command to its end; give its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def change(data: Path) -> None:
    """Change one file in place."""
    with (data / "007" / "007007").open("ab") as stream:
        stream.write(b"x")
    time.sleep(0.2)


def make(root: Path, count: int, large_bytes: int) -> tuple[Path, Path]:
    """Make the files."""
    noise = os.urandom(SIZE_BYTES)
    files = root / "files"
    for number in range(count):
        path = files / f"{number // PER_FOLDER:03}" / f"{number:06}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(number.to_bytes(8, "big") + noise[8:])
    large = root / "large"
    with large.open("wb") as stream:
        for _ in range(large_bytes // 1_000_000):
            stream.write(os.urandom(1_000_000))
    return files, large


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-dvc", action="store_true")
    parser.add_argument("--registry", action="store_true")
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--large-bytes", type=int, default=LARGE_BYTES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-") as name:
        root = Path(name)
        files, large = make(root, options.files, options.large_bytes)
        floor = {
            "cp -r": run(["cp", "-r", str(files), str(root / "copy")], root),
            "tar": run(["tar", "cf", str(root / "tar"), str(files)], root),
        }
        sides = [Side("ours", root, files, large)]
        ours(sides[0], str(root / "remote-ours"))
        if options.registry:
            through_registry(root, sides[0])
        if not options.without_dvc:
            sides.append(Side("dvc", root, files, large))
            dvc(sides[1], str(root / "remote-dvc"))
        print("| CPU seconds | ours | DVC | to reach |\n| --- | --- | --- | --- |")
        for row, value in sides[0].costs.items():
            peer = f"{sides[1].costs[row]:.2f}" if row in sides[-1].costs and sides[1:] else "-"
            print(f"| {row} | {value:.2f} | {peer} | {GOALS.get(row, '-')} |")
        print("\nFloor: " + ", ".join(f"{name} {cost:.2f}" for name, cost in floor.items()))


if __name__ == "__main__":
    main()
