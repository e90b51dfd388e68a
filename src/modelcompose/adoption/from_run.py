"""From a recorded run to the step that it would be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from modelcompose.adoption.calls import calls
from modelcompose.adoption.finding import Finding, from_seen, proposable_parameters
from modelcompose.adoption.parameters import open_value, opened
from modelcompose.adoption.roles import Role
from modelcompose.adoption.siblings import free_name, instead_of_inherited, name_after
from modelcompose.adoption.survey import Survey
from modelcompose.compose.project import Service
from modelcompose.errors import UsageError
from modelcompose.store.failures import translated
from modelcompose.tracking.log_metrics import STEP_NAMES, LogMetrics
from modelcompose.tracking.masking import MASK, is_secret
from modelcompose.tracking.run import Run

_CHUNK_BYTES = 1 << 20
_MOST_SERIES = 12


def finding_of(run: Run, survey: Survey, log: Path) -> Finding:
    """Give the step that a recorded command would be.

    A command that is not the service's own becomes a new service: the old one stays what it is.

    Args:
        run: the recording.
        survey: of the project in which it ran.
        log: what the command printed.

    Raises:
        UsageError: the run tells of no step.
    """
    service = survey.project.services.get(run.step)
    if service is None:
        raise UsageError(f"run {run.id[:8]}: there is no service {run.step} any more")
    _refuse(run, service)
    finding = from_seen(
        run.step,
        Role("one-shot", f"as seen in run {run.id[:8]}", is_test=not run.outputs),
        run.inputs,
        run.outputs,
        present=survey.present,
    )
    finding = replace(
        finding,
        inputs=None if _reads(run) == "unknown" else finding.inputs,
        params=proposable_parameters(survey.parameters(run.step)),
        log_metrics=_series_in(log, known=run.metrics),
        notes=tuple(_notes(run)),
    )
    return finding if _is_own(run, service) else _as_new(finding, run, service, survey)


def _refuse(run: Run, service: Service) -> None:
    short = run.id[:8]
    if run.kind != "recording":
        raise UsageError(
            f"run {short}: is a run of the step {run.step}, and no recording",
            hint=f"record a command: modelcompose run --record {run.step} COMMAND",
        )
    if run.status != "succeeded":
        raise UsageError(
            f"run {short}: {run.status}; what it would have written is not known",
            hint=f"record a run that succeeds, or name the service: modelcompose init {run.step}",
        )
    if service.step is not None and _is_own(run, service):
        raise UsageError(
            f"run {short}: {run.step} is a step already",
            hint=f"change it in the Compose file, or see: modelcompose why {run.step}",
        )


def _notes(run: Run) -> Iterable[str]:
    reads = _reads(run)
    if reads != "seen":
        reason = run.recording.reason if run.recording else ""
        yield f"the files that it read are {reads}: {reason}"
    if run.recording is not None and run.recording.deleted:
        yield f"it deleted {', '.join(run.recording.deleted[:3])}, which a step cannot"
    if not run.outputs:
        yield "it wrote nothing in the project: that it succeeded is its result"


def _series_in(log: Path, known: Collection[str]) -> tuple[str, ...]:
    """Give the names that the log gives several values, `loss=0.1`, for `log_metrics`."""
    metrics = LogMetrics(["*"])
    with translated(log, "cannot be read"), suppress(FileNotFoundError), log.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            metrics.feed(chunk)
    metrics.close()
    names = (series.name for series in metrics.series() if len(series.values) > 1)
    return tuple(name for name in names if name not in {*known, *STEP_NAMES})[:_MOST_SERIES]


def _reads(run: Run) -> str:
    return run.recording.reads if run.recording is not None else "unknown"


def _is_own(run: Run, service: Service) -> bool:
    """Tell whether the run was what the service does by itself."""
    parts = run.parts
    own = {
        "command": list(service.command or ()),
        "entrypoint": list(service.entrypoint or ()),
        "working_dir": service.working_dir,
    }
    return not run.overrides and all(parts.get(name) == value for name, value in own.items())


def _as_new(finding: Finding, run: Run, service: Service, survey: Survey) -> Finding:
    """Make the finding one of a new service that extends the one in which the command ran."""
    project = survey.project
    words = [str(word) for word in run.parts["command"]]
    taken = {*project.services}
    named = (name for call in calls(words) if (name := name_after(call)))
    name = free_name(next(named, None), service.name, taken)
    used = {*project.interpolated, *service.environment, *run.overrides}
    command, from_command = opened(words, used)
    instead = instead_of_inherited(service, name)
    if list(service.entrypoint or ()) != run.parts["entrypoint"]:
        instead["entrypoint"] = [str(word) for word in run.parts["entrypoint"]]
    if run.overrides:
        instead["environment"] = _environment(run, project.masked_variables)
    params = [*finding.params, *proposable_parameters(run.overrides), *from_command]
    return replace(
        finding,
        service=name,
        extends=service.name,
        instead=instead,
        command=command,
        folder=_folder(run, service),
        params=tuple(
            name for name in dict.fromkeys(params) if not is_secret(name, project.masked_variables)
        ),
        notes=(*finding.notes, *_masked_notes(command)),
    )


def _environment(run: Run, masked: Sequence[str]) -> dict[str, Any]:
    """Give the variables that `-e` set, open for other values; secrets without theirs."""
    return {
        name: open_value(name, "" if value == MASK or is_secret(name, masked) else value)
        for name, value in run.overrides.items()
    }


def _folder(run: Run, service: Service) -> str | None:
    folder = run.parts.get("working_dir")
    return str(folder) if folder and folder != service.working_dir else None


def _masked_notes(command: str) -> Iterable[str]:
    if MASK in command:
        yield "its command held a secret: pass it as a variable in place of ***"
