"""What dead commands left behind: workspaces, journals, and runs that still count as running."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from modelcompose.diagnosis.facts.home import runs_in
from modelcompose.diagnosis.finding import Finding, from_error, note, problem, warning
from modelcompose.diagnosis.repair import Recover
from modelcompose.diagnosis.sizes import count, in_words, listed, size_of
from modelcompose.diagnosis.subject import Subject
from modelcompose.errors import StoreError
from modelcompose.pipeline.inputs import STATE_FOLDER
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.store.failures import translated
from modelcompose.store.journal import read_journal
from modelcompose.tracking.host import is_watched
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs

_RECOVER = "the next run does it, or now:\nmodelcompose doctor --fix"


def look_at_leftovers(subject: Subject) -> Iterator[Finding]:
    """Look into the project's `.ml` folder, unless a command works in it."""
    folder = StateFolder(subject.folder)
    if not subject.has_project or not folder.path.is_dir() or is_held(folder.path):
        return
    yield from _journals(subject, folder)
    left = _entries(folder.work)
    if left:
        yield warning(
            f"{count(len(left), 'workspace')} of killed commands, "
            f"{in_words(sum(map(size_of, left)))}",
            where=str(folder.work),
            fix=_RECOVER,
            repair=Recover(),
        )


def look_at_unfinished_runs(subject: Subject) -> Iterator[Finding]:
    """Find runs that are recorded as running, and that nobody watches any more."""
    with runs_in(subject.home) as connection:
        found = [] if connection is None else _unwatched(Runs(connection))
    here = [run for run in found if subject.has_project and run.folder == str(subject.folder)]
    if here and not is_held(subject.folder / STATE_FOLDER):
        yield warning(
            f"{_named(here)} still counts as running, and the command that watched it is dead",
            fix=_RECOVER,
            repair=Recover(),
        )
    for folder in sorted({run.folder for run in found if run not in here}):
        there = [run for run in found if run.folder == folder]
        yield note(
            f"{_named(there)} of another project still counts as running",
            where=folder,
            fix=f"the next command there ends it:\n"
            f"modelcompose --project-directory {folder} doctor --fix",
        )


def is_held(state_folder: Path) -> bool:
    """Tell whether a command works in the project right now; waits for nobody."""
    try:
        descriptor = os.open(state_folder / "run.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(descriptor)
    return False


def _journals(subject: Subject, folder: StateFolder) -> Iterator[Finding]:
    for journal in [path for path in _entries(folder.journals) if path.suffix == ".json"]:
        try:
            with translated(journal, "cannot be read"):
                read_journal(journal, subject.folder)
        except StoreError as error:
            yield from_error(error)
            continue
        yield problem(
            "a killed command had begun to change outputs: some are old and some are new",
            where=str(journal),
            fix=_RECOVER,
            repair=Recover(),
        )


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _unwatched(runs: Runs) -> list[Run]:
    running = runs.list(filter="status = running", columns=("host",))
    return [run for run in running if not is_watched(run)]


def _named(runs: Sequence[Run]) -> str:
    return listed([f"run {run.id[:8]} of {run.step}" for run in runs])
