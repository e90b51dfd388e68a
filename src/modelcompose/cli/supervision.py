"""Seeing to it that somebody watches a run: a process of its own, where its command died."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from modelcompose.cli.runs_logs import is_alive
from modelcompose.errors import EngineLost
from modelcompose.pipeline.project_lock import holder
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.pipeline.tickets import has_ticket
from modelcompose.tracking.host import this_host
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs

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
        log = StateFolder(folder).supervisor_log
        if self._starts == _MOST_STARTS:
            raise EngineLost(
                f"run {run.id[:8]} of {run.step}: its command died, and it cannot be taken over",
                hint=f"see why: {log}",
            )
        self._starts += 1
        self._process = start_supervisor(folder, self._global_arguments)


def is_orphan(run: Run) -> bool:
    """Tell whether a step's run is recorded as running here, and nobody holds its project."""
    state = StateFolder(Path(run.folder)).path
    is_here = run.host is None or run.host.name == this_host().name
    if run.status != "running" or run.kind != "step" or not is_here or not state.is_dir():
        return False
    return holder(state) is None


def is_over(run: Run) -> bool:
    """Tell whether nothing more is to be expected of a run: it ended, or nobody can finish it."""
    return run.status != "running" or not (is_orphan(run) or is_alive(run) or _is_held(run))


def supervise_orphans(folder: Path, runs: Runs, global_arguments: Sequence[str] = ()) -> None:
    """Have a project's runs finished that an engine keeps and nobody watches; does not wait."""
    state = StateFolder(folder)
    if any(has_ticket(state, run.id) and is_orphan(run) for run in runs.unfinished(folder)):
        start_supervisor(folder, global_arguments)


def start_supervisor(folder: Path, global_arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a process that finishes a project's runs and does not depend on the terminal."""
    command = [sys.executable, "-m", "modelcompose", *global_arguments, "runs", "adopt"]
    with StateFolder(folder).supervisor_log.open("wb") as log:
        return subprocess.Popen(
            [*command, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _is_held(run: Run) -> bool:
    return run.kind == "step" and holder(StateFolder(Path(run.folder)).path) is not None
