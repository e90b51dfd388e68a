"""What happens while steps run, told to whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from modelcompose.engine.protocol import Sample
from modelcompose.pipeline.plan import Decision
from modelcompose.store.content import Content
from modelcompose.tracking.run import Metric, Run

Ending = Literal["fresh", "adopted", "done", "restored", "failed", "killed", "blocked"]

_ENDINGS: Mapping[str, Ending] = {"succeeded": "done", "killed": "killed"}


class StepResult(Struct, frozen=True):
    """How a step came out of a command."""

    step: str
    ending: Ending
    cause: str = ""
    run: str | None = None
    """The run that was made, or the one that is referred to."""
    ended_at: float | None = None
    duration_s: float | None = None
    metrics: Mapping[str, Metric] = {}
    outputs: Mapping[str, Content] = {}
    is_reusable: bool = True
    """False when an input changed while the step ran."""
    error: str | None = None
    hint: str | None = None
    is_from_remote: bool = False
    """Whether what it would make came from the project's remote."""
    is_left: bool = False
    """Whether it may go on: the engine went away, and a later command takes it up again."""

    @property
    def is_good(self) -> bool:
        """Tell whether the step is up to date now."""
        return self.ending in {"fresh", "adopted", "done", "restored"}


def referred(decision: Decision, ending: Ending) -> StepResult:
    """Give the result of a step that did not have to run."""
    made = decision.made
    return StepResult(
        decision.step,
        ending,
        cause=decision.cause,
        run=made.run,
        ended_at=made.ended_at,
        duration_s=made.duration_s,
        metrics=made.metrics,
        outputs=made.outputs,
        is_from_remote=decision.observation.elsewhere is not None,
    )


def result_of(run: Run, error: str | None = None, hint: str | None = None) -> StepResult:
    """Give the result of a step that ran; what went wrong is the run's own unless it is given."""
    return StepResult(
        run.step,
        _ENDINGS.get(run.status, "failed"),
        cause=run.cause,
        run=run.id,
        ended_at=run.ended_at,
        duration_s=run.duration_s,
        metrics=run.metrics,
        outputs=run.outputs,
        is_reusable=run.identity is not None,
        error=error or run.error,
        hint=hint,
        is_left=run.status == "running",
    )


class Reporter:
    """Is told of progress, from several threads, and shows none of it: others show what they do."""

    def waits(self, reasons: Mapping[str, str]) -> None:
        """Tell what each step waits for that could not start yet, in words; all of them."""

    def prepares(self, step: str) -> None:
        """Tell that a step's services and image are made ready."""

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Tell that an execution begins."""

    def logs(self, step: str, data: bytes) -> None:
        """Show what a step printed, secrets masked."""

    def measures(self, step: str, sample: Sample | None, metrics: Mapping[str, float]) -> None:
        """Show what a running step uses, and its newest metrics; about once a second."""

    def builds(self, line: str) -> None:
        """Show a line of what the engine reports while it pulls or builds."""

    def ends(self, result: StepResult) -> None:
        """Tell how a step came out."""

    def notes(self, text: str) -> None:
        """Tell something the user should know."""


class Together(Reporter):
    """Several reporters as one: each is told everything, in their order."""

    def __init__(self, *reporters: Reporter) -> None:
        self._reporters = reporters

    def waits(self, reasons: Mapping[str, str]) -> None:
        """Tell each what steps wait for."""
        for each in self._reporters:
            each.waits(reasons)

    def prepares(self, step: str) -> None:
        """Tell each that a step is made ready."""
        for each in self._reporters:
            each.prepares(step)

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Tell each that an execution begins."""
        for each in self._reporters:
            each.starts(step, run=run, cause=cause, attempt=attempt)

    def logs(self, step: str, data: bytes) -> None:
        """Show each what a step printed."""
        for each in self._reporters:
            each.logs(step, data)

    def measures(self, step: str, sample: Sample | None, metrics: Mapping[str, float]) -> None:
        """Show each what a step uses."""
        for each in self._reporters:
            each.measures(step, sample, metrics)

    def builds(self, line: str) -> None:
        """Show each a line of a build."""
        for each in self._reporters:
            each.builds(line)

    def ends(self, result: StepResult) -> None:
        """Tell each how a step came out."""
        for each in self._reporters:
            each.ends(result)

    def notes(self, text: str) -> None:
        """Tell each a note."""
        for each in self._reporters:
            each.notes(text)
