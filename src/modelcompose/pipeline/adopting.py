"""Finishing runs that go on without the command that started them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

from modelcompose.engine import open_engine
from modelcompose.engine.protocol import Engine
from modelcompose.engine.waking import Wake
from modelcompose.errors import EngineLost, EngineUnavailable, Interrupted
from modelcompose.pipeline.announcing import announced, occasion_of
from modelcompose.pipeline.attempt import Attempts
from modelcompose.pipeline.interruption import interruptions
from modelcompose.pipeline.progress import ProgressFile
from modelcompose.pipeline.report import Reporter, StepResult, Together
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.tickets import Ticket, read_ticket
from modelcompose.pipeline.watching import Pulse
from modelcompose.tracking.run import Run


class Orphan(NamedTuple):
    """A run whose command died, and which an engine kept alive or kept the end of."""

    run: Run
    ticket: Ticket
    engine: Engine
    environment: Mapping[str, str]


def adopt(session: Session, dead: Sequence[Run], reporter: Reporter | None) -> set[str]:
    """Finish those of dead commands' runs that can be finished; returns when they have ended.

    Args:
        session: the command's, with the project's lock held.
        dead: the runs that are recorded as running.
        reporter: is told; None to leave such runs to a command that can wait for them.

    Returns:
        The runs that were finished, or may be by another command: they are not to be ended.

    Raises:
        Interrupted: the user stopped them; they are recorded.
        EngineLost: the engine of one went away again; it is left to a later command.
    """
    tickets = {run.id: ticket for run in dead if (ticket := read_ticket(session.folder, run.id))}
    by_engine: dict[str, list[Run]] = {}
    for run in dead:
        if run.id in tickets:
            by_engine.setdefault(run.engine, []).append(run)
    orphans: list[Orphan] = []
    kept: set[str] = set()
    for name, runs in by_engine.items():
        engine = session.engine if name == session.engine.name else open_engine(name)
        try:
            found = engine.survivors([run.id for run in runs])
        except (EngineUnavailable, EngineLost) as error:
            if reporter is not None:
                ids = ", ".join(run.id[:8] for run in runs)
                reporter.notes(f"{error.message}; run {ids} is looked for once it does")
            kept |= {run.id for run in runs}
            continue
        orphans += [
            Orphan(run, tickets[run.id], engine, found[run.id]) for run in runs if run.id in found
        ]
    if orphans and reporter is not None:
        _Adoption(session, reporter).carry_out(orphans)
    return kept | {orphan.run.id for orphan in orphans}


class _Adoption:
    def __init__(self, session: Session, reporter: Reporter) -> None:
        self._session = session
        self._reporter = reporter
        self._progress = ProgressFile(session.folder.progress)
        self._told = Together(reporter, self._progress)
        self._wake = Wake()
        """Rung for each run that is finished, and for each request to end."""
        self._finished: deque[Future[StepResult]] = deque()
        self._requests = 0
        self._left: StepResult | None = None
        """The last one whose engine went away again."""

    def carry_out(self, orphans: Sequence[Orphan]) -> None:
        with (
            announced(
                occasion_of(self._session), self._reporter.notes, since=_began_at(orphans)
            ) as ended,
            closing(self._wake),
            interruptions(self._request_end, self._wake),
            self._progress,
            Pulse(self._session.watches, self._told, after=self._progress.flush),
            ThreadPoolExecutor(len(orphans), thread_name_prefix="adopted") as pool,
        ):
            running = {pool.submit(self._adopt, orphan): orphan for orphan in orphans}
            for future in running:
                future.add_done_callback(self._finish)
            handled = 0
            while running:
                self._wake.quieten()
                while handled < self._requests:
                    handled += 1
                    self._stop(list(running.values()))
                while self._finished:
                    done = self._finished.popleft()
                    self._conclude(running.pop(done), done.result())
                    ended([done.result()])
            self._session.write_lock()
            if self._requests:
                raise Interrupted("stopped", hint="the same command begins anew what was stopped")
            if self._left is not None:
                raise EngineLost(f"{self._left.step}: {self._left.error}", hint=self._left.hint)

    def _request_end(self) -> None:
        self._requests += 1

    def _finish(self, future: Future[StepResult]) -> None:
        self._finished.append(future)
        self._wake.ring()

    def _adopt(self, orphan: Orphan) -> StepResult:
        session, run = self._session, orphan.run
        self._told.notes(f"run {run.id[:8]} of {run.step} went on without its command: adopted it")
        collector = session.new_collector()
        attempts = Attempts(session, collector, self._told, engine=orphan.engine)
        return attempts.adopt(run, orphan.ticket, orphan.environment)

    def _stop(self, orphans: Sequence[Orphan]) -> None:
        names = ", ".join(orphan.run.step for orphan in orphans)
        if self._session.stopping.is_set():
            self._told.notes(f"killing {names}")
            self._session.kill()
        else:
            self._told.notes(f"stopping {names} (Ctrl-C again: kill at once)")
            self._session.stop()

    def _conclude(self, orphan: Orphan, result: StepResult) -> None:
        if result.is_left:
            self._left = result
            return
        self._told.ends(result)
        run = self._session.runs.get(orphan.run.id)
        if orphan.run.identity is not None:
            self._session.adopted[orphan.run.identity] = run
        is_wanted = run.step in self._session.project.services and not run.overrides
        if result.is_good and run.identity is not None and is_wanted:
            self._session.record_made(
                run.step, run.identity, run.parts, run.outputs, ended_at=run.ended_at
            )


def _began_at(orphans: Sequence[Orphan]) -> float:
    return min(orphan.run.started_at or orphan.run.created_at for orphan in orphans)
