"""One execution of one step, from its workspace to its record."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec.structs import replace

from modelcompose.compose.project import Service
from modelcompose.compose.step_keys import step_keys
from modelcompose.engine.protocol import Engine, Execution, Job, LogSink, Outcome
from modelcompose.errors import (
    EngineLost,
    EngineUnavailable,
    ModelComposeError,
    StorageFull,
)
from modelcompose.pipeline.attending import Attendant
from modelcompose.pipeline.clock import clock_offset, steadied
from modelcompose.pipeline.collect import Collector
from modelcompose.pipeline.failure import Failure, explain
from modelcompose.pipeline.kept_folders import KeptFolders
from modelcompose.pipeline.plan import Decision
from modelcompose.pipeline.report import Reporter, StepResult, result_of
from modelcompose.pipeline.rescue import forget_rescued, rescue
from modelcompose.pipeline.run_log import RunLog
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.stop_requests import forget_stop, request_stop
from modelcompose.pipeline.surroundings import Surroundings
from modelcompose.pipeline.tickets import Ticket, drop_ticket, without_values, write_ticket
from modelcompose.pipeline.watching import Watch
from modelcompose.pipeline.workspace import Laid, Layout
from modelcompose.tracking.host import this_host
from modelcompose.tracking.log_metrics import LogMetrics
from modelcompose.tracking.masking import is_secret
from modelcompose.tracking.run import Code, Run, Status
from modelcompose.tracking.summary import objective_first, summarize


class Attempts:
    """Carries out executions of steps for one command."""

    def __init__(
        self,
        session: Session,
        collector: Collector,
        reporter: Reporter,
        surroundings: Surroundings | None = None,
        engine: Engine | None = None,
    ) -> None:
        """Take what they share.

        Args:
            session: the command's.
            collector: looks at what steps wrote.
            reporter: is told what happens.
            surroundings: None where runs are only adopted.
            engine: the one that runs them; by default the session's.
        """
        self._session = session
        self._engine = engine or session.engine
        self._collector = collector
        self._reporter = reporter
        self._surroundings = surroundings
        self._kept = KeptFolders(session, collector)
        self._layout = Layout(
            session.project, session.overrides, can_mount=self._engine.name != "process"
        )

    def attempt(
        self, decision: Decision, *, image: str | None, devices: tuple[str, ...] | None, number: int
    ) -> StepResult:
        """Run a step once; whatever happens is recorded and told, bugs aside."""
        service = self._session.project.services[decision.step]
        run = self._new_run(decision, service, image, number)
        self._session.runs.create(run)
        return self._see_through(
            run, service, lambda: self._carry_out(run, decision, service, devices)
        )

    def adopt(self, run: Run, ticket: Ticket, environment: Mapping[str, str]) -> StepResult:
        """Finish a run whose command died, as that command would have.

        Args:
            run: as it was recorded when it began.
            ticket: the run's.
            environment: of its execution, by which secrets are known.
        """
        run = replace(run, supervisor_pid=os.getpid())
        self._session.runs.update(run.id, supervisor_pid=run.supervisor_pid)
        self._session.runs.drop_series(run.id)  # the whole log is read again
        return self._see_through(
            run, ticket.service, lambda: self._take_over(run, ticket, environment)
        )

    def _see_through(
        self, run: Run, service: Service, carry_out: Callable[[], _Ended]
    ) -> StepResult:
        folder = self._session.workspace(run.id)
        failure: Failure | None = None
        try:
            run, failure = self._record(run, service, folder, carry_out)
            # Recorded and in the store: what fails from here on takes nothing away.
            if failure is None and service.the_step.workspace == "isolated":
                self._kept.hand_over(service, folder)
                staged = {p: c for p, c in run.outputs.items() if p not in service.the_step.live}
                self._collector.bring(folder, staged, self._reporter.notes)
                forget_rescued(self._session.folder, run.step)
        finally:
            if not (failure and failure.is_engine_lost) and not self._collector.is_needed(folder):
                shutil.rmtree(folder, ignore_errors=True)
            if run.status != "running":
                drop_ticket(self._session.folder, run.id)
                forget_stop(self._session.folder, run.id)
        return result_of(run, *(() if failure is None else (failure.error, failure.hint)))

    def _record(
        self, run: Run, service: Service, folder: Path, carry_out: Callable[[], _Ended]
    ) -> tuple[Run, Failure | None]:
        """Have the step run and record how it ended, also when something of ours breaks."""
        try:
            self._reporter.starts(run.step, run=run.id, cause=run.cause, attempt=run.attempt)
            ended = carry_out()
            if ended.outcome.lost is not None and self._engine.is_detached:
                return run, self._leave(run, ended)
            run = _with_outcome(run, ended.outcome)
            return self._conclude(run, service, ended)
        except ModelComposeError as error:
            is_lost = isinstance(error, EngineLost | EngineUnavailable)
            message = error.message.replace(f"{folder}/", "")
            hint = rescue(self._session.folder, run, service, error)
            failure = Failure(message, hint, is_engine_lost=is_lost)
            run = replace(run, outputs=self._kept.found(service))
            return self._break_off(run, folder, failure), failure
        except BaseException as error:
            self._break_off(run, folder, Failure(f"modelcompose itself failed: {error!r}"))
            raise

    def _leave(self, run: Run, ended: _Ended) -> Failure:
        """Leave a run to the next command: its engine went away, and what runs there may go on."""
        if ended.outcome.stopped or self._session.stopping.is_set():
            request_stop(self._session.folder, run.id)
        with suppress(ModelComposeError):  # no more can be said of it than that it is left
            ended.attendant.keep_rest(ended.execution)
        again = f"modelcompose runs attach {run.id[:8]}"
        return Failure(
            f"the engine went away: {ended.outcome.lost}",
            f"start the engine; then see what became of the run: {again}",
            is_engine_lost=True,
        )

    def _break_off(self, run: Run, folder: Path, failure: Failure) -> Run:
        """Record a run that cannot go on, once its workspace has made room on a full disk."""
        if not failure.is_engine_lost:
            shutil.rmtree(folder, ignore_errors=True)
        ended_at = run.ended_at or time.time()
        run = replace(run, status="failed", error=failure.error, ended_at=ended_at)
        with suppress(StorageFull):  # the next command records it: the first cause counts here
            self._session.runs.finish(run)
        return run

    def _new_run(self, decision: Decision, service: Service, image: str | None, number: int) -> Run:
        session, known = self._session, decision.known
        run = Run(
            id=os.urandom(16).hex(),
            project=session.project.name,
            folder=str(session.project.directory),
            step=decision.step,
            status="running",
            engine=session.engine.name,
            created_at=time.time(),
            cause=session.masker.text(decision.cause),
            attempt=number,
            identity=known.identity,
            parts=known.parts,
            service=session.masker.value(
                {**service.document, "x-ml": {"step": step_keys(service.the_step)}}
            ),
            image=image,
            params=known.parts["params"],
            inputs=known.inputs,
            code=self._surroundings.code if self._surroundings else Code(),
            host=self._surroundings.host if self._surroundings else this_host(),
            command_line=tuple(session.masker.text(word) for word in session.command_line),
            overrides=session.masker.variables(session.overrides.described()),
            supervisor_pid=os.getpid(),
        )
        return session.recorded(run)

    def _carry_out(
        self,
        run: Run,
        decision: Decision,
        service: Service,
        devices: tuple[str, ...] | None,
    ) -> _Ended:
        folder = self._session.workspace(run.id)
        laid = self._lay(decision, service, folder)
        laid = replace(laid, mounts=(*laid.mounts, *self._kept.give(run, service, folder)))
        job = self._job(run, service, laid, devices)
        offset = clock_offset()
        if self._engine.is_detached:
            write_ticket(self._session.folder, _ticket(job, offset))
        return self._execute(run, job, self._engine.start, offset)

    def _take_over(self, run: Run, ticket: Ticket, environment: Mapping[str, str]) -> _Ended:
        job = Job(
            run=run.id,
            project=ticket.project,
            service=ticket.service,
            workspace=ticket.workspace,
            image=ticket.image,
            device_ids=ticket.device_ids,
            timeout_s=ticket.timeout_s,
        )
        declared = {param.name for param in ticket.service.the_step.params if not param.file}
        patterns = ticket.project.masked_variables
        secrets = [
            value
            for name, value in environment.items()
            if value and name not in declared and is_secret(name, patterns)
        ]
        return self._execute(run, job, self._engine.adopt, ticket.offset, secrets)

    def _conclude(self, run: Run, service: Service, ended: _Ended) -> tuple[Run, Failure | None]:
        outcome = ended.outcome
        if ended.log.failure is not None:
            raise ended.log.failure
        if not outcome.lost:
            written = [*_places(service, ended.job), *self._kept.places(service).values()]
            self._engine.own(ended.job, written)
        ended.attendant.keep_rest(ended.execution)
        objective = self._objective(run.step)
        metrics = summarize({}, ended.log.series(), objective)
        run = replace(run, metrics=objective_first(metrics, objective))
        workspace = ended.job.workspace
        if outcome.exit_code != 0 or outcome.stopped or outcome.timed_out or outcome.lost:
            return self._fail(run, service, workspace, outcome, ended.log)
        return self._succeed(run, service, workspace), None

    def _lay(self, decision: Decision, service: Service, folder: Path) -> Laid:
        if service.the_step.workspace == "project":
            for path in service.the_step.written:
                self._collector.keep(path)
            return Laid(self._session.project.directory, ())
        self._collector.check_places(service.the_step)
        skip = self._session.observer.inputs.skip_for(service)
        return self._layout.lay(folder, service, decision.known.inputs, skip)

    def _job(self, run: Run, service: Service, laid: Laid, devices: tuple[str, ...] | None) -> Job:
        return Job(
            run=run.id,
            project=self._session.project,
            service=service,
            workspace=laid.folder,
            mounts=laid.mounts,
            environment=self._session.overrides.container(service),
            image=run.image,
            device_ids=devices,
            timeout_s=service.the_step.timeout_s,
        )

    def _execute(
        self,
        run: Run,
        job: Job,
        begin: Callable[[Job, LogSink], Execution],
        offset: float,
        secrets: Sequence[str] = (),
    ) -> _Ended:
        """Have an execution begun or taken over, and attend to it until its end."""
        session = self._session
        metrics = LogMetrics(job.service.the_step.log_metrics)
        path = session.runs.log_path(run.id)
        log = RunLog(path, run.step, lambda: session.new_masker(secrets), metrics, self._reporter)
        objective = self._objective(run.step)
        attendant = Attendant(session.runs, session.folder, run.id, log, objective)
        try:
            execution = begin(job, log)
            newest = partial(_newest, log, objective)
            session.began(execution, Watch(job.service.name, execution.samples, newest))
            try:
                outcome = attendant.until_end(execution)
            finally:
                session.ended(execution)
        finally:
            log.close()
        outcome = steadied(outcome, offset, clock_offset())
        return _Ended(job, outcome, execution, attendant, log)

    def _fail(
        self, run: Run, service: Service, workspace: Path, outcome: Outcome, log: RunLog
    ) -> tuple[Run, Failure]:
        failure = explain(self._session.project, service, outcome, log.tail, workspace)
        status: Status = "killed" if outcome.stopped else "failed"
        outputs = self._kept.found(service)
        run = replace(run, status=status, error=failure.error, outputs=outputs)
        self._session.runs.finish(run)
        return run, failure

    def _succeed(self, run: Run, service: Service, workspace: Path) -> Run:
        """Record before the project changes: the store mends a crash between the two."""
        places = self._kept.places(service)
        collected = self._collector.collect(run.step, service.the_step, workspace, places)
        self._keep_listings(run)
        run = self._without_identity_if_disturbed(run, service)
        objective = self._objective(run.step)
        metrics = summarize(collected.values, collected.series, objective)
        run = replace(
            run,
            status="succeeded",
            outputs=collected.outputs,
            plots=service.the_step.plots,
            metrics=objective_first({**run.metrics, **metrics}, objective),
        )
        self._session.runs.add_series(run.id, collected.series)
        self._session.runs.finish(run)
        return run

    def _without_identity_if_disturbed(self, run: Run, service: Service) -> Run:
        """Never reuse what was made while an input changed: it may come from either content."""
        changed = self._session.observer.changed(service, run.inputs)
        if not changed:
            return run
        self._reporter.notes(
            f"{run.step}: {', '.join(changed)} changed while it ran; what it made is not reused"
        )
        return replace(run, identity=None)

    def _keep_listings(self, run: Run) -> None:
        """Keep what input folders held, by names and digests: `why` then names what changed."""
        folders = (content for content in run.inputs.values() if content.kind == "folder")
        for content in folders:
            for listing in self._session.observer.listings(content):
                self._session.store.put_tree(listing)

    def _objective(self, step: str) -> dict[str, Literal["max", "min"]]:
        objective = self._session.project.objective
        return {
            name.removeprefix(f"{step}."): way
            for name, way in objective.items()
            if name.startswith(f"{step}.")
        }


class _Ended(NamedTuple):
    """An execution that came to its end."""

    job: Job
    outcome: Outcome
    execution: Execution
    attendant: Attendant
    log: RunLog


def _newest(log: RunLog, objective: Iterable[str]) -> dict[str, float]:
    return objective_first(log.newest(), objective)


def _ticket(job: Job, offset: float) -> Ticket:
    timeout_s = job.timeout_s
    return Ticket(
        run=job.run,
        project=without_values(job.project),
        step=job.service.name,
        workspace=job.workspace,
        image=job.image,
        device_ids=job.device_ids,
        deadline=None if timeout_s is None else time.monotonic() + timeout_s,
        offset=offset,
    )


def _with_outcome(run: Run, outcome: Outcome) -> Run:
    return replace(
        run,
        started_at=outcome.started_at,
        ended_at=outcome.ended_at,
        exit_code=outcome.exit_code,
        oom_killed=outcome.oom_killed,
        timed_out=outcome.timed_out,
    )


def _places(service: Service, job: Job) -> list[Path]:
    """Give where a step may have written; of a whole project only its outputs."""
    if service.the_step.workspace == "isolated":
        return [job.workspace]
    return [job.workspace / path for path in service.the_step.written]
