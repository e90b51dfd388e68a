"""One execution of one step, from its workspace to its record."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from modelcompose.compose.project import Service
from modelcompose.engine.protocol import Engine, InputMount, Job, Outcome
from modelcompose.errors import (
    EngineLost,
    EngineUnavailable,
    ModelComposeError,
    StorageFull,
)
from modelcompose.pipeline.collect import Collector
from modelcompose.pipeline.data_mounts import view_of, views_for
from modelcompose.pipeline.executing import Ended, Executor, objective_of
from modelcompose.pipeline.failure import Failure, explain
from modelcompose.pipeline.kept_folders import KeptFolders
from modelcompose.pipeline.new_run import new_run
from modelcompose.pipeline.plan import Decision
from modelcompose.pipeline.report import Reporter, StepResult, result_of
from modelcompose.pipeline.rescue import forget_rescued, rescue
from modelcompose.pipeline.run_log import RunLog
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.step_tracking import TrackedRun, Untracked
from modelcompose.pipeline.stop_requests import forget_stop, request_stop
from modelcompose.pipeline.surroundings import Surroundings
from modelcompose.pipeline.tickets import Ticket, drop_ticket
from modelcompose.pipeline.volume_steps import RunVolumes
from modelcompose.pipeline.workspace import LINKED_ABOVE_BYTES, Laid, Layout
from modelcompose.store.content import Content
from modelcompose.tracking.run import Run, Status
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
        self._volumes = RunVolumes(session.project, session.observer.volumes)
        self._layout = Layout(
            session.project,
            session.overrides,
            can_mount=self._engine.name != "process",
            stored=self._stored,
        )

    def attempt(
        self, decision: Decision, *, image: str | None, devices: tuple[str, ...] | None, number: int
    ) -> StepResult:
        """Run a step once; whatever happens is recorded and told, bugs aside."""
        service = self._session.project.services[decision.step]
        run = new_run(self._session, self._surroundings, decision, image, number)
        self._session.runs.create(run)
        tracked = self._tracked(run)
        return self._see_through(
            run, service, tracked, lambda: self._carry_out(run, decision, service, devices, tracked)
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
        tracked = self._tracked(run)
        return self._see_through(
            run,
            ticket.service,
            tracked,
            lambda: self._executor(run, tracked).take_over(ticket, environment),
        )

    def _tracked(self, run: Run) -> TrackedRun:
        tracking = self._session.tracking
        if tracking is None:
            return Untracked()
        return tracking.of(run, self._engine.name, self._reporter.notes)

    def _executor(self, run: Run, tracked: TrackedRun) -> Executor:
        return Executor(self._session, self._engine, self._reporter, run, tracked)

    def _see_through(
        self, run: Run, service: Service, tracked: TrackedRun, carry_out: Callable[[], Ended]
    ) -> StepResult:
        folder = self._session.workspace(run.id)
        failure: Failure | None = None
        try:
            run, failure = self._record(run, service, folder, tracked, carry_out)
            # Recorded and in the store: what fails from here on takes nothing away.
            if failure is None and service.the_step.workspace == "isolated":
                self._kept.hand_over(service, folder)
                staged = {p: c for p, c in run.outputs.items() if p not in service.the_step.live}
                self._collector.bring(folder, staged, self._reporter.notes)
                forget_rescued(self._session.folder, run.step)
        finally:
            tracked.close(is_left=run.status == "running")
            if not (failure and failure.is_engine_lost):
                with suppress(ModelComposeError):  # the next command removes what is left
                    self._volumes.drop(run.id, service)
                if not self._collector.is_needed(folder):
                    shutil.rmtree(folder, ignore_errors=True)
            if run.status != "running":
                drop_ticket(self._session.folder, run.id)
                forget_stop(self._session.folder, run.id)
        if tracked.was_used:
            run = self._with_logged(run)
        return result_of(run, *(() if failure is None else (failure.error, failure.hint)))

    def _with_logged(self, run: Run) -> Run:
        """Give a run with the metrics that its own code logged beside those that were recorded."""
        try:
            logged = self._session.runs.get(run.id).metrics
        except ModelComposeError:
            return run  # it is recorded: what is told of it may be less
        others = {name: metric for name, metric in logged.items() if name not in run.metrics}
        objective = objective_of(self._session.project, run.step)
        return replace(run, metrics=objective_first({**run.metrics, **others}, objective))

    def _record(
        self,
        run: Run,
        service: Service,
        folder: Path,
        tracked: TrackedRun,
        carry_out: Callable[[], Ended],
    ) -> tuple[Run, Failure | None]:
        """Have the step run and record how it ended, also when something of ours breaks."""
        try:
            self._reporter.starts(run.step, run=run.id, cause=run.cause, attempt=run.attempt)
            ended = carry_out()
            if ended.outcome.lost is not None and self._engine.is_detached:
                return run, self._leave(run, ended)
            run = _with_outcome(run, ended.outcome)
            tracked.deliver_rest()  # before the run ends: its token ends with it
            return self._conclude(run, service, ended)
        except ModelComposeError as error:
            is_lost = isinstance(error, EngineLost | EngineUnavailable)
            message = error.message.replace(f"{folder}/", "")
            hint = rescue(self._session.folder, run, service, error)
            failure = Failure(message, hint, is_engine_lost=is_lost)
            tracked.deliver_rest()
            run = replace(run, outputs=self._kept.found(service))
            return self._break_off(run, folder, failure), failure
        except BaseException as error:
            self._break_off(run, folder, Failure(f"modelcompose itself failed: {error!r}"))
            raise

    def _leave(self, run: Run, ended: Ended) -> Failure:
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

    def _carry_out(
        self,
        run: Run,
        decision: Decision,
        service: Service,
        devices: tuple[str, ...] | None,
        tracked: TrackedRun,
    ) -> Ended:
        folder = self._session.workspace(run.id)
        laid = self._lay(decision, service, folder)
        laid = replace(
            laid,
            mounts=(*laid.mounts, *self._kept.give(run, service, folder)),
            shown=views_for(self._session.store, service, self._session.observer.shown_by(service)),
            volumes=self._volumes.begin(run.id, service),
        )
        return self._executor(run, tracked).start(service, laid, devices)

    def _conclude(self, run: Run, service: Service, ended: Ended) -> tuple[Run, Failure | None]:
        outcome = ended.outcome
        if ended.log.failure is not None:
            raise ended.log.failure
        if not outcome.lost:
            written = [*_places(service, ended.job), *self._kept.places(service).values()]
            self._engine.own(ended.job, written)
        ended.attendant.keep_rest(ended.execution)
        objective = objective_of(self._session.project, run.step)
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
        laid = self._layout.lay(folder, service, decision.known.inputs, skip)
        return self._with_fetched(laid, service, decision.known.fetched)

    def _with_fetched(self, laid: Laid, service: Service, fetched: Mapping[str, Content]) -> Laid:
        """Show what came from URLs: out of the store, or as a copy where nothing protects that."""
        store, can_mount = self._session.store, self._engine.name != "process"
        mounts = list(laid.mounts)
        for path, content in fetched.items():
            if can_mount or content.size_bytes > LINKED_ABOVE_BYTES:
                view = view_of(store, service, content, is_linked=can_mount)
                mounts.append(InputMount(view, path))
            else:
                store.place(content, laid.folder / path)
        return replace(laid, mounts=tuple(mounts))

    def _stored(self, path: str, service: Service) -> Path | None:
        """Give where a path lies that is in the store alone."""
        is_linked = self._engine.name != "process"  # only a mount keeps from writing
        stored = self._session.observer.inputs.stored
        if not stored.has(path):
            return None
        outer, content = stored.outer(path)
        view = view_of(self._session.store, service, content, is_linked=is_linked)
        return view / path[len(outer) + 1 :] if path != outer else view

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
        volumes = self._volumes.collect(run.id, service)
        collected = self._collector.collect(run.step, service.the_step, workspace, places, volumes)
        self._keep_listings(run)
        run = self._without_identity_if_disturbed(run, service)
        objective = objective_of(self._session.project, run.step)
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
        observer = self._session.observer
        changed = observer.changed(service, run.inputs)
        changed += observer.outside.changed(service, run.parts)
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
