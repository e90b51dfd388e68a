"""What happens while steps run, told to whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from msgspec import Struct

from modelcompose.pipeline.plan import Decision
from modelcompose.store.content import Content
from modelcompose.tracking.run import Metric

Ending = Literal["fresh", "done", "restored", "failed", "killed", "blocked"]


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

    @property
    def is_good(self) -> bool:
        """Tell whether the step is up to date now."""
        return self.ending in {"fresh", "done", "restored"}


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
    )


class Reporter(Protocol):
    """Shows progress. Called from several threads."""

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Tell that an execution begins."""

    def logs(self, step: str, data: bytes) -> None:
        """Show what a step printed, secrets masked."""

    def builds(self, step: str, line: str) -> None:
        """Show a line of an image's build."""

    def ends(self, result: StepResult) -> None:
        """Tell how a step came out."""

    def notes(self, text: str) -> None:
        """Tell something the user should know."""
