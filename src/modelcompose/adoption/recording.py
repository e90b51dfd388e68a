"""A command that runs in place, recorded: `run --record`.

Nothing is rewritten, cached or locked. What can be told is what was seen from outside.
"""

from __future__ import annotations

import os
import shlex
import textwrap
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.adoption.folding import folders_above
from modelcompose.adoption.hints import looks_like_metrics
from modelcompose.adoption.parameters import (
    argument_parameters,
    interpolated_parameters,
    written_service,
)
from modelcompose.adoption.recording_log import RecordingLog
from modelcompose.adoption.seen import contents, folders_to_watch, touched
from modelcompose.adoption.snapshot import Snapshot, compare, take_snapshot
from modelcompose.adoption.watching import Opened, Watch
from modelcompose.compose.discovery import discover
from modelcompose.compose.project import Project, Service
from modelcompose.compose.run_line import RunLine
from modelcompose.compose.sources import Sources
from modelcompose.engine.foreground import ForegroundEnd, ForegroundOrder, run_in_foreground
from modelcompose.errors import ModelComposeError, StepError, StoreError
from modelcompose.pipeline.inputs import Inputs
from modelcompose.pipeline.secrets import secret_files, secret_values
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.code import code_state
from modelcompose.tracking.host import this_host
from modelcompose.tracking.masking import Masker, is_secret
from modelcompose.tracking.metrics_files import read_metrics
from modelcompose.tracking.run import Code, Metric, Recording, Run, Series, Status
from modelcompose.tracking.runs import Runs
from modelcompose.tracking.summary import summarize

_BY_A_SIGNAL = frozenset({130, 143})
"""Exit codes of a command that the user, or whoever sent a signal, ended."""
_LONGEST_CAUSE = 80
_CROWD = 2000


class Recorded(Struct, frozen=True):
    """What came out of a recording."""

    run: Run
    exit_code: int
    notes: tuple[str, ...] = ()


class Recorder:
    """Records commands of one project."""

    def __init__(  # noqa: PLR0913 - what a recording is made of meets here
        self,
        project: Project,
        *,
        engine: str,
        runs: Runs,
        store: Store,
        global_arguments: Sequence[str] = (),
        command_line: Sequence[str] = (),
    ) -> None:
        self._project = project
        self._engine = engine
        self._runs = runs
        self._store = store
        self._global_arguments = tuple(global_arguments)
        self._command_line = tuple(command_line)
        self._folder = StateFolder(project.directory)

    def record(self, line: RunLine) -> Recorded:
        """Run a command as `docker compose run` does, and record it.

        Raises:
            EngineError: it could not be started.
        """
        with suppress(StoreError):  # a project that cannot be written to is recorded all the same
            self._folder.make()
        secrets = tuple(secret_values(self._project, _set_variables(line)))
        before = take_snapshot(self._project.directory)
        with FileStates(self._folder.states) as states:
            inputs = Inputs(self._project, states)
            code = self._code(states, inputs, before)
            run = self._begun(line, code, Masker(secrets, self._masks))
            self._runs.create(run)
            try:
                return self._watched(run, line, states, inputs, secrets)
            except BaseException as error:
                told = error.message if isinstance(error, ModelComposeError) else repr(error)
                self._runs.finish(replace(run, status="failed", error=told, ended_at=time.time()))
                raise

    @property
    def _masks(self) -> tuple[str, ...]:
        return self._project.masked_variables

    def _code(self, states: FileStates, inputs: Inputs, before: Snapshot) -> Code:
        hidden = {*self._project.env_files, *secret_files(self._project)}
        if not _is_in_git(self._project.directory):
            hidden |= {self._project.directory / folder for folder in _crowded(before)}
        return code_state(
            self._project.directory,
            states,
            self._store,
            skip=lambda path: path in hidden or inputs.is_no_code(path),
        )

    def _begun(self, line: RunLine, code: Code, masker: Masker) -> Run:
        service = self._project.services[line.service]
        command = line.command or service.command or ()
        return Run(
            id=uuid.uuid4().hex,
            project=self._project.name,
            folder=str(self._project.directory),
            step=line.service,
            status="running",
            engine=self._engine,
            created_at=time.time(),
            cause=masker.text(_cause(command)),
            parts=masker.value(_parts(line, service)),
            service=masker.value(service.document),
            params=masker.variables(self._parameters(line, service)),
            code=code,
            host=this_host(),
            command_line=tuple(masker.text(word) for word in self._command_line),
            overrides=masker.variables(_set_variables(line)),
            supervisor_pid=os.getpid(),
            kind="recording",
            recording=Recording(),
        )

    def _parameters(self, line: RunLine, service: Service) -> dict[str, str]:
        project = self._project
        sources = Sources(discover(project.options, project.variables))
        written = written_service(sources, service.name)
        arguments = argument_parameters(line.command or service.command or ())
        found = {
            **interpolated_parameters(project, service, written),
            **arguments,
            **_set_variables(line),
        }
        return {name: value for name, value in found.items() if not is_secret(name, self._masks)}

    def _watched(
        self,
        run: Run,
        line: RunLine,
        states: FileStates,
        inputs: Inputs,
        secrets: Sequence[str],
    ) -> Recorded:
        """Have the command run between two looks at the project."""
        project = self._project
        service = project.services[line.service]
        before = take_snapshot(project.directory)
        watch = Watch(folders_to_watch(project, service, before))
        log = RecordingLog(self._runs.log_path(run.id), lambda: Masker(secrets, self._masks))
        try:
            order = ForegroundOrder(run.id, project, line, self._global_arguments)
            end = run_in_foreground(self._engine, order, log)
        finally:
            log.close()
            opened = watch.stop()
        return self._concluded(run, end, _Look(before, opened, log.notes), states, inputs)

    def _concluded(
        self, run: Run, end: ForegroundEnd, look: _Look, states: FileStates, inputs: Inputs
    ) -> Recorded:
        project = self._project
        after = take_snapshot(project.directory)
        seen = touched(
            project,
            project.services[run.step],
            look.opened,
            compare(look.before, after),
            before=look.before,
            since=end.began_at,
            is_ignored=inputs.is_never_input,
        )
        values, series = _metrics(project.directory, seen.written)
        self._runs.add_samples(run.id, end.samples)
        self._runs.add_series(run.id, series)
        run = replace(
            run,
            status=_status(end),
            error=None if end.outcome.exit_code == 0 else _error(end),
            started_at=end.outcome.started_at,
            ended_at=end.outcome.ended_at,
            exit_code=end.outcome.exit_code,
            oom_killed=end.outcome.oom_killed,
            image=end.image,
            inputs=contents(project, seen.read, after.files, states),
            outputs=contents(project, seen.written, after.files, states),
            metrics=_summarized(run.step, values, series, project),
            recording=Recording(look.opened.completeness, look.opened.reason, seen.deleted),
        )
        self._runs.finish(run)
        return Recorded(run, end.outcome.exit_code, (*end.notes, *look.notes))


class _Look(Struct, frozen=True):
    """What was seen around a command."""

    before: Snapshot
    opened: Opened
    notes: tuple[str, ...] = ()


def _is_in_git(folder: Path) -> bool:
    return any((place / ".git").exists() for place in (folder, *folder.parents))


def _crowded(snapshot: Snapshot) -> set[str]:
    """Give the folders that hold so many files that these are data; git would have told."""
    counted = Counter(folder for path in snapshot.files for folder in folders_above(path))
    return {folder for folder, files in counted.items() if files > _CROWD}


def _cause(command: Sequence[str]) -> str:
    """Say what ran, on one line."""
    text = " ".join(shlex.join(command).split())
    return f"recorded: {textwrap.shorten(text, _LONGEST_CAUSE, placeholder=' …')}".rstrip(": ")


def _parts(line: RunLine, service: Service) -> dict[str, Any]:
    """Give the definition of what ran, by the names that the parts of a step's identity have."""
    entrypoint = line.values("--entrypoint")
    return {
        "command": list(line.command or service.command or ()),
        "entrypoint": entrypoint[-1:] or list(service.entrypoint or ()),
        "working_dir": [service.working_dir, *line.values("--workdir")][-1],
        "environment": {**service.environment, **_set_variables(line)},
    }


def _set_variables(line: RunLine) -> dict[str, str]:
    """Give the variables that `-e` sets: a bare name takes the caller's value."""
    pairs = [each.partition("=") for each in line.values("--env")]
    found = {name: value if equals else os.environ.get(name) for name, equals, value in pairs}
    return {name: value for name, value in found.items() if value is not None}


def _status(end: ForegroundEnd) -> Status:
    if end.outcome.exit_code == 0:
        return "succeeded"
    return "killed" if end.outcome.exit_code in _BY_A_SIGNAL else "failed"


def _error(end: ForegroundEnd) -> str:
    cause = ", killed for want of memory" if end.outcome.oom_killed else ""
    return f"exit code {end.outcome.exit_code}{cause}"


def _metrics(folder: Path, written: Sequence[str]) -> tuple[dict[str, float], list[Series]]:
    """Read the metrics files among what was written; what only looks like one is passed over."""
    values: dict[str, float] = {}
    series: list[Series] = []
    for path in written:
        if not looks_like_metrics(path):
            continue
        with suppress(StepError):
            read, more = read_metrics(folder / path)
            values.update(read)
            series += more
    return values, series


def _summarized(
    step: str, values: Mapping[str, float], series: Sequence[Series], project: Project
) -> dict[str, Metric]:
    prefix = f"{step}."
    better = {
        name.removeprefix(prefix): way
        for name, way in project.objective.items()
        if name.startswith(prefix)
    }
    return summarize(values, series, better)
