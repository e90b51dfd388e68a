"""One execution: begun or taken over, attended to, its log and numbers kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple

from msgspec.structs import replace

from modelcompose.compose.project import Project, Service
from modelcompose.engine.protocol import Engine, Execution, Job, LogSink, Outcome
from modelcompose.pipeline.attending import Attendant
from modelcompose.pipeline.clock import clock_offset, steadied
from modelcompose.pipeline.data_mounts import without_data_mounts
from modelcompose.pipeline.report import Reporter
from modelcompose.pipeline.run_log import RunLog
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.step_tracking import TrackedRun
from modelcompose.pipeline.tickets import Ticket, without_values, write_ticket
from modelcompose.pipeline.volume_steps import with_run_volumes
from modelcompose.pipeline.watching import Watch
from modelcompose.pipeline.workspace import Laid
from modelcompose.tracking.log_metrics import LogMetrics
from modelcompose.tracking.masking import is_secret
from modelcompose.tracking.run import Run
from modelcompose.tracking.summary import objective_first


class Ended(NamedTuple):
    """An execution that came to its end."""

    job: Job
    outcome: Outcome
    execution: Execution
    attendant: Attendant
    log: RunLog


class Executor:
    """Executes one run, and returns when its execution has ended."""

    def __init__(
        self,
        session: Session,
        engine: Engine,
        reporter: Reporter,
        run: Run,
        tracked: TrackedRun,
    ) -> None:
        """Take what it works with."""
        self._session = session
        self._engine = engine
        self._reporter = reporter
        self._run = run
        self._tracked = tracked

    def start(self, service: Service, laid: Laid, devices: tuple[str, ...] | None) -> Ended:
        """Execute a step in its workspace.

        Raises:
            EngineError: it could not be started.
            StoreError: the project's folder cannot be written to.
        """
        given = self._tracked.begin(self._session.project, service)
        project, seen = with_run_volumes(
            self._session.project, without_data_mounts(service), laid.volumes
        )
        job = Job(
            run=self._run.id,
            project=project,
            service=seen,
            workspace=laid.folder,
            mounts=laid.mounts,
            environment=self._session.overrides.container(service),
            given=replace(given, mounts=(*given.mounts, *laid.shown)),
            image=self._run.image,
            device_ids=devices,
            timeout_s=service.the_step.timeout_s,
        )
        offset = clock_offset()
        if self._engine.is_detached:
            write_ticket(self._session.folder, self._ticket(job, offset))
        secret = self._tracked.secret
        return self._execute(job, self._engine.start, offset, () if secret is None else (secret,))

    def take_over(self, ticket: Ticket, environment: Mapping[str, str]) -> Ended:
        """Go on with an execution that a command which died had started.

        Args:
            ticket: the run's.
            environment: of the execution, by which secrets are known.

        Raises:
            EngineError: it is gone.
        """
        self._tracked.go_on(ticket.port)
        job = Job(
            run=self._run.id,
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
        return self._execute(job, self._engine.adopt, ticket.offset, secrets)

    def _execute(
        self,
        job: Job,
        begin: Callable[[Job, LogSink], Execution],
        offset: float,
        secrets: Sequence[str],
    ) -> Ended:
        session, run = self._session, self._run
        metrics = LogMetrics(job.service.the_step.log_metrics)
        path = session.runs.log_path(run.id)
        log = RunLog(path, run.step, lambda: session.new_masker(secrets), metrics, self._reporter)
        objective = objective_of(session.project, run.step)
        attendant = Attendant(session, run.id, log, objective, self._tracked.look)
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
        return Ended(job, outcome, execution, attendant, log)

    def _ticket(self, job: Job, offset: float) -> Ticket:
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
            port=self._tracked.port,
        )


def objective_of(project: Project, step: str) -> dict[str, Literal["max", "min"]]:
    """Give which of a step's metrics count, and which way."""
    return {
        name.removeprefix(f"{step}."): way
        for name, way in project.objective.items()
        if name.startswith(f"{step}.")
    }


def _newest(log: RunLog, objective: Iterable[str]) -> dict[str, float]:
    return objective_first(log.newest(), objective)
