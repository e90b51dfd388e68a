"""Telling those who look elsewhere how something that took long came out: `x-ml.notify`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import msgspec
from msgspec import Struct

from modelcompose.compose.project import Notify, Project
from modelcompose.errors import Interrupted, ModelComposeError
from modelcompose.pipeline.channels import Channel, post, show, tell
from modelcompose.pipeline.events import result_document
from modelcompose.pipeline.report import StepResult
from modelcompose.pipeline.session import Session
from modelcompose.tracking.masking import Masker

_MOST = 4


class Occasion(Struct, frozen=True):
    """What people may be told the end of."""

    project: Project
    command_line: Sequence[str]
    masker: Masker
    """Knows the project's secrets."""


def occasion_of(session: Session) -> Occasion:
    """Give what a session does as something that people may be told the end of."""
    return Occasion(session.project, session.command_line, session.masker)


class Outcome(Struct, frozen=True):
    """How an occasion came out."""

    started_at: float
    ended_at: float
    results: Sequence[StepResult]
    error: str | None = None
    """What broke the whole off."""

    @property
    def status(self) -> Literal["done", "failed"] | None:
        """Give what people may want to hear; None where there is nothing to tell.

        A run is recorded as killed when the user stopped it, who then knows.
        """
        endings = {result.ending for result in self.results}
        if self.error is not None or "failed" in endings:
            return "failed"
        if "killed" in endings:
            return None
        if "blocked" in endings:
            return "failed"
        return "done" if endings - {"fresh"} else None


@contextmanager
def announced(
    occasion: Occasion, notes: Callable[[str], object], *, since: float | None = None
) -> Iterator[Callable[[Sequence[StepResult]], None]]:
    """Tell how the block came out, if it took long enough; one that the user stopped is not told.

    What is told never fails, and holds up the end for some seconds at most.

    Args:
        occasion: what the block is.
        notes: hears that somebody could not be told.
        since: when it began, where that was before the block; seconds since the epoch.

    Yields:
        To be called with the results.
    """
    started_at = time.time() if since is None else since
    results: list[StepResult] = []
    try:
        yield results.extend
    except Interrupted:
        raise
    except Exception as error:
        told = error.message if isinstance(error, ModelComposeError) else repr(error)
        announce(occasion, Outcome(started_at, time.time(), results, told), notes)
        raise
    announce(occasion, Outcome(started_at, time.time(), results), notes)


def announce(occasion: Occasion, end: Outcome, notes: Callable[[str], object]) -> None:
    """Tell of an end, where the project wants it told."""
    wanted, status = occasion.project.notify, end.status
    if wanted is None or status not in wanted.on or end.ended_at - end.started_at < wanted.after_s:
        return
    for problem in tell(_channels(wanted, _document(occasion, end))):
        notes(problem)


def _document(occasion: Occasion, end: Outcome) -> dict[str, Any]:
    project = occasion.project
    document: dict[str, Any] = occasion.masker.value(
        {
            "event": "run",
            "status": end.status,
            "text": headline(
                project.name, end.results, end.ended_at - end.started_at, error=end.error
            ),
            "project": project.name,
            "folder": str(project.directory),
            "command": " ".join(occasion.command_line),
            "started_at": end.started_at,
            "ended_at": end.ended_at,
            "duration_s": end.ended_at - end.started_at,
            "steps": [result_document(result) for result in end.results],
        }
    )
    return document


def _channels(wanted: Notify, document: dict[str, Any]) -> list[Channel]:
    channels: list[Channel] = []
    if wanted.webhook is not None:
        channels.append(partial(post, wanted.webhook, msgspec.json.encode(document)))
    if wanted.desktop:
        title, _, text = document["text"].partition(": ")
        channels.append(partial(show, title, text))
    return channels


def headline(
    project: str, results: Sequence[StepResult], duration_s: float, error: str | None = None
) -> str:
    """Say in one line how steps came out: `flights: train failed after 2:03:10: exit code 1`."""
    took = timedelta(seconds=int(duration_s))
    failed = [result for result in results if result.ending == "failed"]
    blocked = [result for result in results if result.ending == "blocked"]
    if failed or (blocked and error is None):
        first, *others = failed or blocked
        more = f" and {len(others)} more" if others else ""
        return f"{project}: {first.step}{more} failed after {took}: {first.error}"
    if error is not None:
        return f"{project}: failed after {took}: {error}"
    made = [result.step for result in results if result.ending != "fresh"]
    more = f" and {len(made) - _MOST} more" if len(made) > _MOST else ""
    verb = "is" if len(made) == 1 else "are"
    return f"{project}: {', '.join(made[:_MOST])}{more} {verb} done after {took}"
