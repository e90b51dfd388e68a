"""One execution of one step, from its workspace to its record."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.project import Service
from modelcompose.engine.protocol import Execution, Job, Outcome, Sample
from modelcompose.errors import EngineLost, ModelComposeError, StorageFull
from modelcompose.pipeline.collect import Collector
from modelcompose.pipeline.failure import Failure, explain
from modelcompose.pipeline.plan import Decision
from modelcompose.pipeline.report import Ending, Reporter, StepResult
from modelcompose.pipeline.run_log import RunLog
from modelcompose.pipeline.secrets import secret_files
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.workspace import Laid, Layout
from modelcompose.tracking.code import code_state
from modelcompose.tracking.host import this_host
from modelcompose.tracking.log_metrics import LogMetrics
from modelcompose.tracking.run import Code, Host, Run, Series, Status
from modelcompose.tracking.summary import summarize


class Surroundings(Struct, frozen=True):
    """What all runs of one command share: looked at once, when the first step runs."""

    code: Code
    host: Host


def look_around(session: Session) -> Surroundings:
    """Take the code as it is now, and the machine."""
    hidden = {*session.project.env_files, *secret_files(session.project)}
    code = code_state(
        session.project.directory,
        session.states,
        session.store,
        skip=lambda path: path in hidden or session.observer.inputs.is_no_code(path),
    )
    return Surroundings(code, this_host())


class Attempts:
    """Carries out executions of steps for one command."""

    def __init__(
        self,
        session: Session,
        collector: Collector,
        reporter: Reporter,
        surroundings: Surroundings,
    ) -> None:
        self._session = session
        self._collector = collector
        self._reporter = reporter
        self._surroundings = surroundings
        self._layout = Layout(
            session.project, session.overrides, can_mount=session.engine.name != "process"
        )

    def attempt(
        self, decision: Decision, *, image: str | None, devices: tuple[str, ...] | None, number: int
    ) -> StepResult:
        """Run a step once; whatever happens is recorded and told, bugs aside."""
        service = self._session.project.services[decision.step]
        run = self._new_run(decision, service, image, number)
        self._session.runs.create(run)
        folder = self._session.workspace(run.id)
        failure: Failure | None = None
        try:
            run, failure = self._record(run, decision, service, folder, devices)
            # Recorded and in the store: what fails from here on takes nothing away.
            if failure is None and service.the_step.workspace == "isolated":
                self._collector.bring(folder, run.outputs, self._reporter.notes)
        finally:
            if not (failure and failure.is_engine_lost) and not self._collector.is_needed(folder):
                shutil.rmtree(folder, ignore_errors=True)
        return _result(run, failure)

    def _record(
        self,
        run: Run,
        decision: Decision,
        service: Service,
        folder: Path,
        devices: tuple[str, ...] | None,
    ) -> tuple[Run, Failure | None]:
        """Have the step run and record how it ended, also when something of ours breaks."""
        try:
            self._reporter.starts(run.step, run=run.id, cause=run.cause, attempt=run.attempt)
            ended = self._carry_out(run, decision, service, folder, devices)
            run = _with_outcome(run, ended.outcome)
            return self._conclude(run, service, ended)
        except ModelComposeError as error:
            failure = Failure(error.message.replace(f"{folder}/", ""), error.hint)
            return self._break_off(run, folder, failure), failure
        except BaseException as error:
            self._break_off(run, folder, Failure(f"modelcompose itself failed: {error!r}"))
            raise

    def _break_off(self, run: Run, folder: Path, failure: Failure) -> Run:
        """Record a run that cannot go on, once its workspace has made room on a full disk."""
        shutil.rmtree(folder, ignore_errors=True)
        ended_at = run.ended_at or time.time()
        run = replace(run, status="failed", error=failure.error, ended_at=ended_at)
        with suppress(StorageFull):  # the next command records it: the first cause counts here
            self._session.runs.finish(run)
        return run

    def _new_run(self, decision: Decision, service: Service, image: str | None, number: int) -> Run:
        session, known = self._session, decision.known
        return Run(
            id=uuid.uuid4().hex,
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
            service=session.masker.value(service.document),
            image=image,
            params=known.parts["params"],
            inputs=known.inputs,
            code=self._surroundings.code,
            host=self._surroundings.host,
            command_line=tuple(session.masker.text(word) for word in session.command_line),
            overrides=session.masker.variables(session.overrides.described()),
            supervisor_pid=os.getpid(),
        )

    def _carry_out(
        self,
        run: Run,
        decision: Decision,
        service: Service,
        folder: Path,
        devices: tuple[str, ...] | None,
    ) -> _Ended:
        laid = self._lay(decision, service, folder)
        job = self._job(run, service, laid, devices)
        metrics = LogMetrics(service.the_step.log_metrics)
        log = RunLog(
            self._session.runs.log_path(run.id),
            run.step,
            self._session.new_masker,
            metrics,
            self._reporter,
        )
        try:
            outcome, execution = self._execute(job, log)
        finally:
            log.close()
        return _Ended(laid, job, outcome, execution.samples(), metrics.series(), log)

    def _conclude(self, run: Run, service: Service, ended: _Ended) -> tuple[Run, Failure | None]:
        outcome, series = ended.outcome, ended.series
        if not outcome.lost:
            self._session.engine.own(ended.job, _places(service, ended.laid))
        self._session.runs.add_samples(run.id, ended.samples)
        run = replace(run, metrics=summarize({}, series, self._objective(run.step)))
        self._session.runs.add_series(run.id, series)
        if ended.log.failure is not None:
            raise ended.log.failure
        if outcome.exit_code != 0 or outcome.stopped or outcome.timed_out or outcome.lost:
            return self._fail(run, service, ended.laid, outcome, ended.log)
        return self._succeed(run, service, ended.laid), None

    def _lay(self, decision: Decision, service: Service, folder: Path) -> Laid:
        if service.the_step.workspace == "project":
            for path in service.the_step.written:
                self._collector.keep(path)
            return Laid(self._session.project.directory, ())
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

    def _execute(self, job: Job, log: RunLog) -> tuple[Outcome, Execution]:
        execution = self._session.engine.start(job, log)
        self._session.began(execution)
        try:
            outcome = execution.wait()
        finally:
            self._session.ended(execution)
        if outcome is None:
            raise EngineLost(f"services.{job.service.name}: the engine lost sight of it")
        return outcome, execution

    def _fail(
        self, run: Run, service: Service, laid: Laid, outcome: Outcome, log: RunLog
    ) -> tuple[Run, Failure]:
        failure = explain(self._session.project, service, outcome, log.tail, laid.folder)
        status: Status = "killed" if outcome.stopped else "failed"
        run = replace(run, status=status, error=failure.error)
        self._session.runs.finish(run)
        return run, failure

    def _succeed(self, run: Run, service: Service, laid: Laid) -> Run:
        """Record before the project changes: the store mends a crash between the two."""
        collected = self._collector.collect(run.step, service.the_step, laid.folder)
        self._keep_listings(run)
        run = self._without_identity_if_disturbed(run, service)
        metrics = summarize(collected.values, collected.series, self._objective(run.step))
        run = replace(
            run,
            status="succeeded",
            outputs=collected.outputs,
            plots=service.the_step.plots,
            metrics={**run.metrics, **metrics},
        )
        self._session.runs.add_series(run.id, collected.series)
        self._session.runs.finish(run)
        return run

    def _without_identity_if_disturbed(self, run: Run, service: Service) -> Run:
        """Never reuse what was made while an input changed: it may come from either content."""
        changed = self._session.observer.inputs.changed(service, run.inputs)
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
            listing = self._session.observer.listing(content.digest)
            if listing is not None:
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

    laid: Laid
    job: Job
    outcome: Outcome
    samples: Sequence[Sample]
    series: Sequence[Series]
    log: RunLog


def _with_outcome(run: Run, outcome: Outcome) -> Run:
    return replace(
        run,
        started_at=outcome.started_at,
        ended_at=outcome.ended_at,
        exit_code=outcome.exit_code,
        oom_killed=outcome.oom_killed,
        timed_out=outcome.timed_out,
    )


def _places(service: Service, laid: Laid) -> list[Path]:
    """Give where a step may have written; of a whole project only its outputs."""
    if service.the_step.workspace == "isolated":
        return [laid.folder]
    return [laid.folder / path for path in service.the_step.written]


def _result(run: Run, failure: Failure | None) -> StepResult:
    endings: dict[str, Ending] = {"succeeded": "done", "killed": "killed"}
    return StepResult(
        run.step,
        endings.get(run.status, "failed"),
        cause=run.cause,
        run=run.id,
        ended_at=run.ended_at,
        duration_s=run.duration_s,
        metrics=run.metrics,
        outputs=run.outputs,
        is_reusable=run.identity is not None,
        error=failure.error if failure else None,
        hint=failure.hint if failure else None,
    )
