"""Kills of the verbs that move data, at random changes of the disk, and what must hold after each.

Shared by the quick test and by `python bench/run.py kills`.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from modelcompose.compose.project import Project
from modelcompose.pipeline.lock import read_lock
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_file
from modelcompose.store.store import Store
from modelcompose.versioning.checking import faults
from modelcompose.versioning.workspace import DataWorkspace
from tests.workbench import Workbench

COMMAND = [sys.executable, "-m", "tests.kill_point"]
ROOT = Path(__file__).parents[1]
FILES = 150
"""More than go into the store one by one: the others go into a pack."""
LARGE_BYTES = 700_000


class Trial:
    """One verb in a project of its own; a subclass says how it begins, and what must hold."""

    command: tuple[str, ...]
    hours = 0.0
    """How far the clock is ahead while the verb runs."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.home = folder / "home"
        self.bench = Workbench(folder / "project", home=self.home, engine="process")
        self.project = self.bench.folder
        self.remote = folder / "remote"
        self.bench.compose({}, **{"x-ml": {"remote": str(self.remote)}})
        self.bench.git("init", "--quiet", "--initial-branch", "main")
        self._numbers = itertools.count()

    def before(self) -> None:
        """Make what the verb begins with."""
        raise NotImplementedError

    def after(self) -> None:
        """Check what must hold when it was killed, and that it can be done again."""
        raise NotImplementedError

    def next_text(self) -> str:
        """Give a text that no version had yet."""
        return f"n{next(self._numbers)}"

    def write(self, text: str) -> None:
        """Make the data another version; a third of the files stay as they are."""
        raw = self.project / "data"
        for number in range(FILES):
            path = raw / f"{number % 7}" / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{number} {text if number % 3 else 'same'}")
        (raw / "large").write_bytes(_large(text))

    def add(self, text: str) -> Content:
        """Version the data with a text, in this process."""
        self.write(text)
        with self.workspace() as workspace, workspace.held("test", print):
            return workspace.add("data").content

    def workspace(self) -> DataWorkspace:
        """Open the data as another process sees it."""
        project = Project("p", self.project, (), {}, {})
        return DataWorkspace(project, Store(self.home / "store"))

    def check_store(self) -> None:
        """Make sure that the store holds, undamaged, all that the lock names."""
        for path, content in read_lock(self.project / "ml.lock").data.items():
            assert faults(Store(self.home / "store"), path, content) == []

    def check_data(self, text: str) -> None:
        """Make sure that the data is whole, and of one version."""
        raw = self.project / "data"
        wanted = {f"{n}.txt": f"{n} {text if n % 3 else 'same'}" for n in range(FILES)}
        assert {path.name: path.read_text() for path in raw.rglob("*.txt")} == wanted
        assert (raw / "large").read_bytes() == _large(text)


class Add(Trial):
    """What was added before stays whole; what was not is added again."""

    command = ("data", "add", "data")

    def before(self) -> None:
        self.text = self.next_text()
        self.write(self.text)

    def after(self) -> None:
        self.check_store()
        self.check_data(self.text)
        self.bench.run(*self.command)
        self.check_store()
        assert [each["state"] for each in self.bench.json("data", "status")] == ["fresh"]


class Push(Trial):
    """What the remote has is whole; the next push sends the rest, and a clone can be made of it."""

    command = ("push", "--no-images")

    def before(self) -> None:
        self.text = self.next_text()
        self.add(self.text)

    def after(self) -> None:
        self._check_remote()
        self.bench.run(*self.command)
        self._check_remote()
        with self.workspace() as there:
            content = there.lock.data["data"]
        self.home = self.root / "another-home"
        try:
            self.bench.run("fetch", env={"MODELCOMPOSE_HOME": str(self.home)})
            assert faults(Store(self.home / "store"), "data", content) == []
        finally:
            shutil.rmtree(self.home, ignore_errors=True)
            self.home = self.root / "home"

    def _check_remote(self) -> None:
        blobs = self.remote / "blobs" / "sha256"
        for blob in blobs.iterdir() if blobs.exists() else ():
            if not blob.name.startswith("."):
                assert digest_file(blob) == f"sha256:{blob.name}"


class Pull(Trial):
    """What came is whole and is not asked for again; the next pull brings the rest."""

    command = ("pull", "--no-images")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.add("one")
        self.bench.run("push", "--no-images")

    def before(self) -> None:
        shutil.rmtree(self.project / "data")
        shutil.rmtree(self.project / ".ml")
        shutil.rmtree(self.home)

    def after(self) -> None:
        self.bench.run(*self.command)
        self.check_data("one")
        self.check_store()


class Checkout(Trial):
    """All is old or all is new once the next command has run, and edits are kept."""

    command = ("data", "checkout", "main~1")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for text in ("one", "two"):
            self.add(text)
            self.bench.commit(text)

    def before(self) -> None:
        with self.workspace() as workspace, workspace.held("test", print):
            self.bench.git("checkout", "--quiet", "ml.lock")
            workspace.lock = read_lock(workspace.lock_path)
            workspace.checkout("data", workspace.lock.data["data"])
        self.check_data("two")
        self.edit = f"7 {self.next_text()}"
        (self.project / "data" / "0" / "7.txt").write_text(self.edit)
        with self.workspace() as workspace:
            edited = workspace.states.look(self.project / "data", modes=True)
            assert edited is not None
            self.edited = edited

    def after(self) -> None:
        with self.workspace() as workspace, workspace.held("test", print):
            text = (self.project / "data" / "0" / "14.txt").read_text().split()[1]
            if (self.project / "data" / "0" / "7.txt").read_text() == self.edit:
                assert text == "two"
            else:
                assert text == "one"
                assert workspace.store.holds(self.edited)
        self.bench.run(*self.command)
        self.check_data("one")
        self.check_store()


class Gc(Trial):
    """What a lock names stays, what none names comes back out of the trash."""

    command = ("data", "gc", "--yes")
    hours = 2.0

    def before(self) -> None:
        self.old = [self.add(self.next_text()) for _ in range(2)]
        self.text = self.next_text()
        self.add(self.text)

    def after(self) -> None:
        self.check_store()
        run_killed(self, at=0)
        self.check_store()
        for content in self.old:
            assert faults(Store(self.home / "store"), "old", content) == []


TRIALS: Mapping[str, Callable[[Path], Trial]] = {
    "add": Add,
    "push": Push,
    "pull": Pull,
    "checkout": Checkout,
    "gc": Gc,
}


def kill_at_random(trial: Trial, points: int, seed: int) -> int:
    """Kill a verb at so many of its changes of the disk; give how many it makes.

    The seed is told where something does not hold.
    """
    trial.before()
    counted = trial.root / "count"
    assert run_killed(trial, at=0, counted=counted) == 0, "it fails without a kill"
    changes = int(counted.read_text())
    chance = random.Random(seed)
    chosen = [chance.randint(1, changes) for _ in range(points)]
    for point in chosen:
        trial.before()
        code = run_killed(trial, at=point)
        assert code in (0, -signal.SIGKILL), code
        try:
            trial.after()
        except AssertionError as error:
            told = f"{' '.join(trial.command)} was killed at change {point} of {changes}"
            raise AssertionError(f"{told}, seed {seed}: {error}") from error
    return changes


def run_killed(trial: Trial, *, at: int, counted: Path | None = None) -> int:
    """Run the verb, and end it at a change of the disk, or not at all for 0; give its exit code."""
    variables = {
        "KILL_AT": str(at),
        "KILL_BELOW": str(trial.root),
        "KILL_HOURS": str(trial.hours),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        **({"KILL_COUNT": str(counted)} if counted is not None else {}),
    }
    done = subprocess.run(
        [*COMMAND, *trial.command],
        cwd=trial.project,
        env=trial.bench.environment(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stdout + done.stderr
    return done.returncode


def _large(text: str) -> bytes:
    return text.encode() * (LARGE_BYTES // len(text))
