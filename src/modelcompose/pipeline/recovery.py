"""Making good what a command that died left behind."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable

from msgspec.structs import replace

from modelcompose.pipeline.session import Session
from modelcompose.store.exchange import recover


def recover_project(session: Session, notes: Callable[[str], None]) -> None:
    """End what still runs, record it as killed, and finish changes of outputs that were begun.

    To be called with the project's lock held: whatever is recorded as running is then dead.
    """
    if recover(session.project.directory, session.folder.journals):
        notes("finished bringing in outputs, which a killed command had begun")
    dead = session.runs.unfinished(session.project.directory)
    if dead:
        session.engine.reclaim(session.project, [run.id for run in dead])
        now = time.time()
        for run in dead:
            error = "the command that watched it was killed"
            session.runs.finish(replace(run, status="killed", error=error, ended_at=now))
            notes(f"run {run.id[:8]} of {run.step} was left behind by a killed command: ended it")
    for folder in session.folder.work.iterdir() if session.folder.work.is_dir() else ():
        shutil.rmtree(folder, ignore_errors=True)
