"""Telling those who look elsewhere how a long run of steps came out: `x-ml.notify`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import msgspec

from modelcompose.compose.project import Notify
from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.channels import Channel, post, show, tell
from modelcompose.pipeline.events import result_document
from modelcompose.pipeline.report import Reporter, StepResult
from modelcompose.pipeline.session import Session

_MOST = 4
_GOOD = ("done", "adopted", "restored")


@contextmanager
def announced(
    session: Session, reporter: Reporter
) -> Iterator[Callable[[Sequence[StepResult]], None]]:
    """Tell how the block came out, if it took long enough; one that the user stopped is not told.

    What is told never fails, and holds up the end for some seconds at most.

    Args:
        session: what runs.
        reporter: hears that somebody could not be told.

    Yields:
        To be called with the results.
    """
    started_at = time.time()
    results: list[StepResult] = []
    try:
        yield results.extend
    except ModelComposeError:
        raise
    except Exception as error:
        _announce(session, reporter, started_at, results, f"modelcompose itself failed: {error!r}")
        raise
    _announce(session, reporter, started_at, results, None)


def _announce(
    session: Session,
    reporter: Reporter,
    started_at: float,
    results: Sequence[StepResult],
    error: str | None,
) -> None:
    wanted, now = session.project.notify, time.time()
    if wanted is None or now - started_at < wanted.after_s:
        return
    is_good = error is None and all(result.is_good for result in results)
    status: Literal["done", "failed"] = "done" if is_good else "failed"
    if status not in wanted.on:
        return
    text = headline(session.project.name, results, now - started_at, error)
    document = session.masker.value(
        {
            "event": "run",
            "status": status,
            "text": text,
            "project": session.project.name,
            "folder": str(session.project.directory),
            "command": " ".join(session.command_line),
            "started_at": started_at,
            "ended_at": now,
            "duration_s": now - started_at,
            "steps": [result_document(result) for result in results],
        }
    )
    for problem in tell(_channels(wanted, document)):
        reporter.notes(problem)


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
    failed = [result for result in results if result.ending in {"failed", "killed"}]
    if failed:
        return f"{project}: {failed[0].step} failed after {took}: {failed[0].error}"
    if error is not None:
        return f"{project}: failed after {took}: {error}"
    made = [result.step for result in results if result.ending in _GOOD]
    more = f" and {len(made) - _MOST} more" if len(made) > _MOST else ""
    verb = "is" if len(made) == 1 else "are"
    return f"{project}: {', '.join(made[:_MOST])}{more} {verb} done after {took}"
