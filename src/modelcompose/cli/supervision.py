"""Seeing to it that somebody watches a run: a process of its own, where its command died."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from modelcompose.errors import EngineLost
from modelcompose.pipeline.project_lock import holder
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.pipeline.tickets import has_ticket
from modelcompose.tracking.host import is_here, is_watched
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs

if TYPE_CHECKING:
    import subprocess

_LOOK_EVERY_S = 0.1
_MOST_STARTS = 3


class Supervision:
    """Looks at runs of one project, and has those finished whose command died."""

    def __init__(self, runs: Runs, global_arguments: Sequence[str] = ()) -> None:
        """Take where runs are recorded, and Compose's global options of this command."""
        self._runs = runs
        self._global_arguments = tuple(global_arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    def look(self, run_id: str) -> Run:
        """Give a run as it is now; when nobody watches it, a supervisor is started.

        Raises:
            EngineLost: supervisors were started, and ended without finishing it.
        """
        run = self._runs.get(run_id)
        if not is_orphan(run) or self._is_coming():
            return run
        run = self._runs.get(run_id)  # it may have been finished just before the lock was let go
        if run.status == "running":
            self._start(run)
        return run

    def look_around(self, folder: Path) -> None:
        """Have a project's runs finished that an engine keeps and nobody watches; does not wait."""
        state = StateFolder(folder)
        if not state.tickets.is_dir():
            return
        left = self._runs.unfinished(folder)
        if any(has_ticket(state, run.id) and is_orphan(run) for run in left):
            start_supervisor(folder, self._global_arguments)

    def wait(self, run_id: str) -> Run:
        """Wait for a run's end.

        Raises:
            EngineLost: as in `look`.
        """
        pause = Event()
        while not is_over(run := self.look(run_id)):
            pause.wait(_LOOK_EVERY_S)
        return run

    def _is_coming(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self, run: Run) -> None:
        folder = Path(run.folder)
        if self._starts == _MOST_STARTS:
            log = StateFolder(folder).supervisor_log
            raise EngineLost(
                f"run {run.id[:8]} of {run.step} is without its command, "
                f"and cannot be taken over: {_last_line(log)}",
                hint=f"it is left as it is; see {log}",
            )
        self._starts += 1
        self._process = start_supervisor(folder, self._global_arguments)


def is_orphan(run: Run) -> bool:
    """Tell whether a step's run is recorded as running here, and nobody holds its project."""
    return run.status == "running" and _is_step_here(run) and not _is_held(run)


def is_over(run: Run) -> bool:
    """Tell whether a run has ended and what it made is in the project, or nobody can finish it."""
    if not _is_step_here(run):
        return run.status != "running" or not is_watched(run)
    return run.status != "running" and not _is_brought_in(run)


def start_supervisor(folder: Path, global_arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a process that finishes a project's runs and does not depend on the terminal."""
    import subprocess

    command = [sys.executable, "-m", "modelcompose", *global_arguments, "runs", "adopt"]
    with StateFolder(folder).supervisor_log.open("wb") as log:
        return subprocess.Popen(
            [*command, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        return str(error.strerror)
    told = [line for line in lines if line.strip() and not line.startswith("hint:")]
    return told[-1].removeprefix("note: ") if told else "it did not say why"


def _is_step_here(run: Run) -> bool:
    """Tell whether a run is of a step, in a project that is on this machine."""
    return run.kind == "step" and is_here(run) and StateFolder(Path(run.folder)).path.is_dir()


def _is_held(run: Run) -> bool:
    return holder(StateFolder(Path(run.folder)).path) is not None


def _is_brought_in(run: Run) -> bool:
    """Tell whether what a run made is on its way into the project: recorded, and not there yet."""
    workspace = StateFolder(Path(run.folder)).workspace(run.id)
    return run.status == "succeeded" and workspace.exists() and _is_held(run)
