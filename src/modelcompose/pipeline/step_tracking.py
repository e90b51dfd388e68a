"""What a command needs of a hub so that steps log into their own runs.

The hub stands above the pipeline: who makes a session hands one in, or none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from modelcompose.compose.project import Project, Service
from modelcompose.engine.protocol import Given
from modelcompose.tracking.run import Run

Notes = Callable[[str], None]


class TrackedRun(Protocol):
    """One run whose code may log into it. Of the thread that attends to the run."""

    secret: str | None
    """What gives access to the run; to be masked wherever it may be printed."""

    def begin(self, project: Project, service: Service) -> Given:
        """Have everything ready for the run's code; give what its execution is to be given.

        Args:
            project: what the service belongs to.
            service: the step's.

        Raises:
            StoreError: the project's folder cannot be written to.
        """

    def go_on(self, port: int | None) -> None:
        """Take what the code of a run logs that goes on without its command.

        Args:
            port: where its command took it.
        """

    @property
    def port(self) -> int | None:
        """Give where what it logs is taken, once it has begun."""

    def look(self) -> None:
        """Have delivered what was written to files by now; returns at once."""

    def deliver_rest(self) -> None:
        """Deliver what is left, after the execution ended."""

    @property
    def was_used(self) -> bool:
        """Tell whether the run's code may have logged anything by now."""

    def close(self, *, is_left: bool) -> None:
        """Let go of the run.

        Args:
            is_left: whether it may go on; another command then takes what it logs.
        """


class StepTracking(Protocol):
    """Takes what the steps of one command log. Serves many threads; costs next to nothing."""

    def prepare(self) -> None:
        """Begin to get ready, beside other work: a step is about to be started."""

    def of(self, run: Run, engine: str, notes: Notes) -> TrackedRun:
        """Give a run's; touches nothing yet.

        Args:
            run: as it was created.
            engine: the name of the one that runs it.
            notes: is told of trouble, which never fails a step.
        """

    def close(self) -> None:
        """End; runs that go on by themselves are taken over by another command."""


class Untracked:
    """Of a run whose code logs nowhere: no hub was handed in."""

    secret: str | None = None
    port: int | None = None
    was_used = False

    def begin(self, project: Project, service: Service) -> Given:  # noqa: ARG002 - as `go_on`
        """Give nothing."""
        return Given()

    def go_on(self, port: int | None) -> None:
        """Do nothing."""

    def look(self) -> None:
        """Do nothing."""

    def deliver_rest(self) -> None:
        """Do nothing."""

    def close(self, *, is_left: bool) -> None:
        """Do nothing."""
