"""Making good what a command that died left behind."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from modelcompose.engine import NAMES, open_engine
from modelcompose.engine.protocol import Engine
from modelcompose.errors import EngineError, EngineLost, EngineUnavailable, NotFound
from modelcompose.pipeline.live import found_live
from modelcompose.pipeline.lock import UNFINISHED_NAME
from modelcompose.pipeline.report import Reporter
from modelcompose.pipeline.services import services_left, without_steps
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.tickets import drop_ticket, tickets_of_others
from modelcompose.store.content import Content
from modelcompose.store.exchange import recover
from modelcompose.store.permissions import user_name
from modelcompose.tracking.run import Run

_DETACHED = "docker"
"""The engine whose runs outlive their commands."""


def recover_project(
    session: Session, notes: Callable[[str], None], reporter: Reporter | None = None
) -> None:
    """Finish what dead commands had begun: their runs where an engine kept them, their outputs.

    Runs that cannot be finished are ended and recorded as killed. With a reporter this returns
    once the others have ended; without one they are left to a command that can wait for them.

    To be called with the project's lock held: whatever is recorded as running is then dead, and
    whatever has a workspace is left over.

    Raises:
        StoreError: the outputs cannot be changed.
        Interrupted: the user stopped runs that were waited for.
    """
    if recover(session.project.directory, session.folder.journals):
        notes("finished bringing in outputs, which a killed command had begun")
    dead = session.runs.unfinished(session.project.directory)
    living = _adopted(session, dead, reporter) if dead else set()
    dead = [run for run in dead if run.id not in living]
    others = _left_to_others(session, notes)
    work = session.folder.work.iterdir() if session.folder.work.is_dir() else ()
    left = [
        folder
        for folder in work
        if folder.name not in others and (folder.name not in living or _has_ended(session, folder))
    ]
    if dead or left:
        kept = _reclaim(session, dead, left, notes)
        for folder in left:
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)
    _deliver_left(session, dead, notes)
    for run in dead:
        error = "the command that watched it was killed"
        run = replace(run, status="killed", error=error, outputs=_found(session, run))  # noqa: PLW2901
        session.runs.finish(replace(run, ended_at=time.time()))
        notes(f"run {run.id[:8]} of {run.step} was left behind by a killed command: ended it")
    if not others and not session.runs.unfinished(session.project.directory):
        _forget_notes(session)
        _stop_services(session, notes)
    with suppress(OSError):
        session.lock_path.with_name(UNFINISHED_NAME).unlink(missing_ok=True)


def _deliver_left(session: Session, dead: Sequence[Run], notes: Callable[[str], None]) -> None:
    """Deliver what dead runs logged and their commands had no time to: they are over after this."""
    for run in dead:
        if session.folder.spool(run.id).is_dir() and session.tracking is not None:
            tracked = session.tracking.of(run, run.engine, notes)
            tracked.go_on(None)
            tracked.close(is_left=False)


def _found(session: Session, run: Run) -> dict[str, Content]:
    """Give what a run left in the project though it did not come to its end."""
    service = session.project.services.get(run.step)
    if run.kind != "step" or service is None or service.step is None:
        return {}
    return found_live(session.project, service.step.live, session.store, session.states)


def _adopted(session: Session, dead: Sequence[Run], reporter: Reporter | None) -> set[str]:
    from modelcompose.pipeline.adopting import adopt

    return adopt(session, dead, reporter)


def _left_to_others(session: Session, notes: Callable[[str], None]) -> set[str]:
    """Give the runs that another user's next command finishes: their records are not here."""
    others = tickets_of_others(session.folder)
    if not others:
        return set()
    try:
        still = {*_engine(session, _DETACHED).survivors(list(others))}
    except (EngineUnavailable, EngineLost):
        still = {*others}
    for run, user in others.items():
        if run in still:
            owner = user_name(user)
            notes(
                f"run {run[:8]} of {owner} goes on without its command, which was killed: "
                f"{owner}'s next command here finishes it"
            )
        else:
            drop_ticket(session.folder, run)
    return still


def _has_ended(session: Session, folder: Path) -> bool:
    """Tell whether the run of a workspace was finished, but may have left something running."""
    return session.runs.get(folder.name).status != "running"


def _forget_notes(session: Session) -> None:
    """Drop the tickets, and the requests to stop, of runs that have ended."""
    for folder in (session.folder.tickets, session.folder.stops, session.folder.spools):
        shutil.rmtree(folder, ignore_errors=True)


def _reclaim(
    session: Session, dead: Sequence[Run], left: Sequence[Path], notes: Callable[[str], None]
) -> set[str]:
    """End what runs left; give those of which something may go on, for a later command to end."""
    engines = {name: _engine_of(session, name) for name in (folder.name for folder in left)}
    engines |= {run.id: run.engine for run in dead}
    kept: set[str] = set()
    for name in NAMES:
        runs = [run for run, engine in engines.items() if engine in (name, None)]
        try:
            _engine(session, name).reclaim(session.project, runs)
        except (EngineUnavailable, EngineLost) as error:
            if waiting := {run for run in runs if engines[run] == name}:
                notes(f"{error.message}; what a killed command left there is ended once it does")
            kept |= waiting
    return kept


def _stop_services(session: Session, notes: Callable[[str], None]) -> None:
    """Stop the services that a dead command had started for its steps."""
    record = session.folder.services
    left = services_left(record)
    if left is None:
        return
    names = [name for name in left.services if name in session.project.services]
    try:
        if names:
            engine = _engine(session, left.engine)
            engine.stop_services(without_steps(session.project), names)
            notes(f"stopped {', '.join(names)}, which a killed command had started")
    except (EngineUnavailable, EngineLost) as error:
        notes(f"{error.message}; {', '.join(names)} may still run there, for a killed command")
        return
    except EngineError as error:
        notes(error.message)
    record.unlink(missing_ok=True)


def _engine(session: Session, name: str) -> Engine:
    return session.engine if name == session.engine.name else open_engine(name)


def _engine_of(session: Session, run: str) -> str | None:
    """Give the engine of a run; None where the database does not know the run, as after a loss."""
    try:
        return session.runs.get(run).engine
    except NotFound:
        return None
