"""Runs as they are shown to machines: by `--format json` and by the hub's API alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.tracking.comparison import Comparison, Difference
from modelcompose.tracking.run import Code, Kind, Metric, Recording, Run, Status
from modelcompose.tracking.summary import Resources


class RunSummary(Struct, frozen=True):
    """A run in a list."""

    id: str
    project: str
    folder: str
    step: str
    status: Status
    engine: str
    created_at: float
    """Seconds since the epoch, as all times here."""
    started_at: float | None
    ended_at: float | None
    cause: str
    attempt: int
    error: str | None
    exit_code: int | None
    oom_killed: bool
    timed_out: bool
    identity: str | None
    image: str | None
    params: Mapping[str, Any]
    metrics: Mapping[str, Metric]
    """Numbers that are NaN or infinite are null."""
    code: Code
    overrides: Mapping[str, str]
    supervisor_pid: int | None
    kind: Kind
    recording: Recording | None
    reproduces: str | None
    duration_s: float | None
    name: str
    user: str = ""
    tags: Mapping[str, str] = {}


class RunDocument(RunSummary, frozen=True, kw_only=True):
    """A run with all that is known of it."""

    parts: Mapping[str, Any]
    service: Mapping[str, Any]
    plots: tuple[str, ...]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    host: Any
    command_line: tuple[str, ...]
    resources: Resources


class MetricDifference(Struct, frozen=True):
    """A metric's last value in two runs; None where a run lacks it."""

    name: str
    old: float | None
    new: float | None
    difference: float | None


class ComparisonDocument(Struct, frozen=True):
    """Two runs side by side; see `comparison.Comparison`."""

    old: str
    new: str
    params: tuple[Difference, ...]
    metrics: tuple[MetricDifference, ...]
    code: tuple[Difference, ...]
    definition: tuple[Difference, ...]
    inputs: tuple[Difference, ...]
    outputs: tuple[Difference, ...]


_SUMMARY = frozenset(RunSummary.__struct_fields__)


def summary(
    run: Run, *, name: str | None = None, user: str = "", tags: Mapping[str, str] | None = None
) -> RunSummary:
    """Give a run as it stands in a list."""
    fields = msgspec.structs.asdict(run)
    kept = {field: value for field, value in fields.items() if field in _SUMMARY}
    named = run.step if name is None else name
    return RunSummary(**kept, duration_s=run.duration_s, name=named, user=user, tags=tags or {})


def document(
    run: Run,
    used: Resources,
    *,
    name: str | None = None,
    user: str = "",
    tags: Mapping[str, str] | None = None,
) -> RunDocument:
    """Give a run with all that is known of it."""
    return RunDocument(
        **msgspec.structs.asdict(run),
        duration_s=run.duration_s,
        resources=used,
        name=run.step if name is None else name,
        user=user,
        tags=tags or {},
    )


def comparison_document(comparison: Comparison) -> ComparisonDocument:
    """Give a comparison with the metrics' differences."""
    metrics = tuple(
        MetricDifference(pair.name, pair.old, pair.new, pair.difference)
        for pair in comparison.metrics
    )
    return ComparisonDocument(**{**msgspec.structs.asdict(comparison), "metrics": metrics})
