"""How a run stands, in the few fields that a picture or a list of projects shows."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from modelcompose.tracking.step_history import Measured, Went, expected_s


class BriefMetric(Struct, frozen=True):
    """The newest value of a metric of a run that goes on."""

    name: str
    value: float | None
    step: float | None


class BriefRun(Struct, frozen=True):
    """A run, as little of it as a picture shows."""

    id: str
    step: str
    name: str
    status: str
    created_at: float
    started_at: float | None
    ended_at: float | None
    duration_s: float | None
    attempt: int = 1
    error: str | None = None
    expected_s: float | None = None
    """Of one that goes on: the median of how long earlier ones took; null where none went well."""
    metrics: list[BriefMetric] = []
    """Of one that goes on."""


def brief(run: Went, earlier: Sequence[Went] = (), measured: Sequence[Measured] = ()) -> BriefRun:
    """Give a run in brief; what is told of earlier ones says how long it may take."""
    is_going = run.status == "running"
    return BriefRun(
        run.id,
        run.step,
        run.name,
        run.status,
        run.created_at,
        run.started_at,
        run.ended_at,
        run.duration_s,
        run.attempt,
        run.error,
        expected_s([one for one in earlier if one.id != run.id]) if is_going else None,
        [BriefMetric(each.name, each.value, each.step) for each in measured] if is_going else [],
    )
