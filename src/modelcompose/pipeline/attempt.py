"""One execution of one step, from its workspace to its record."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.project import Service
from modelcompose.engine.protocol import Execution, Job, Outcome
from modelcompose.errors import EngineLost, ModelComposeError
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
from modelcompose.tracking.run import Code, Host, Run, Status
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
        self._reporter.starts(run.step, run=run.id, cause=run.cause, attempt=number)
        folder = self._session.workspace(run.id)
        try:
            run, failure = self._carry_out(run, decision, service, folder, devices)
        except ModelComposeError as error:
            message = error.message.replace(f"{folder}/", "")
            run = replace(run, status="failed", error=message, ended_at=time.time())
            failure = Failure(message, error.hint)
            self._session.runs.finish(run)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return _result(run, failure)

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
    ) -> tuple[Run, Failure | None]:
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
        run = replace(
            run,
            started_at=outcome.started_at,
            ended_at=outcome.ended_at,
            exit_code=outcome.exit_code,
            oom_killed=outcome.oom_killed,
            timed_out=outcome.timed_out,
        )
        self._session.engine.own(job, _places(service, laid))
        self._session.runs.add_samples(run.id, execution.samples())
        series = metrics.series()
        run = replace(run, metrics=summarize({}, series, self._objective(run.step)))
        self._session.runs.add_series(run.id, series)
        if log.failure is not None:
            raise log.failure
        if outcome.exit_code != 0 or outcome.stopped or outcome.timed_out or outcome.lost:
            return self._fail(run, service, laid, outcome, log)
        return self._succeed(run, service, laid), None

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
        """Record first, then change the project: the store mends a crash between the two."""
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
        if service.the_step.workspace == "isolated":
            self._collector.bring(laid.folder, run.outputs, self._reporter.notes)
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
