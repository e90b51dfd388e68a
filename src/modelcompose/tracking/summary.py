"""Numbers in short: a metric for each value or series, and the resources that a run used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeVar

from msgspec import Struct

from modelcompose.engine.protocol import Sample
from modelcompose.tracking.run import Metric, Series

_Number = TypeVar("_Number", int, float)
_Value = TypeVar("_Value")


def summarize(
    values: Mapping[str, float],
    series: Iterable[Series],
    objective: Mapping[str, Literal["max", "min"]] | None = None,
) -> dict[str, Metric]:
    """Give the metrics of a run from single values and series; a series goes before a value.

    Args:
        values: by name.
        series: those of one name are taken as one, in order.
        objective: which way is better, by name; `best_step` is given for those.
    """
    metrics = {name: Metric(value, value, value) for name, value in values.items()}
    joined: dict[str, list[Series]] = {}
    for one in series:
        if one.values:
            joined.setdefault(one.name, []).append(one)
    for name, parts in joined.items():
        metrics[name] = _metric(parts, (objective or {}).get(name))
    return metrics


def objective_first(metrics: Mapping[str, _Value], objective: Iterable[str]) -> dict[str, _Value]:
    """Give metrics with those of the objective first, in its order; the others keep theirs."""
    names = [name for name in objective if name in metrics]
    return {name: metrics[name] for name in (*names, *metrics)}


def _metric(parts: Sequence[Series], better: Literal["max", "min"] | None) -> Metric:
    points = [
        (value, step) for part in parts for value, step in zip(part.values, part.steps, strict=True)
    ]
    # NaN is neither more nor less than anything: it is the summary only when there is no else.
    known = [point for point in points if not math.isnan(point[0])] or points[:1]
    least = min(known, key=lambda point: point[0])
    most = max(known, key=lambda point: point[0])
    best_step = {"max": most[1], "min": least[1], None: None}[better]
    return Metric(points[-1][0], least[0], most[0], len(points), best_step)


class Resources(Struct, frozen=True):
    """What a run used in all; None where nothing was measured."""

    cpu_s: float | None = None
    memory_peak_bytes: int | None = None
    disk_read_bytes: int | None = None
    disk_write_bytes: int | None = None
    network_in_bytes: int | None = None
    network_out_bytes: int | None = None
    gpu_percent_mean: float | None = None
    gpu_memory_peak_bytes: int | None = None


def resources(samples: Sequence[Sample]) -> Resources:
    """Give the totals and peaks of a run's samples."""
    gpu = [s.gpu_percent for s in samples if s.gpu_percent is not None]
    return Resources(
        cpu_s=_largest(s.cpu_s for s in samples),
        memory_peak_bytes=_largest(s.memory_bytes for s in samples),
        disk_read_bytes=_largest(s.disk_read_bytes for s in samples),
        disk_write_bytes=_largest(s.disk_write_bytes for s in samples),
        network_in_bytes=_largest(s.network_in_bytes for s in samples),
        network_out_bytes=_largest(s.network_out_bytes for s in samples),
        gpu_percent_mean=sum(gpu) / len(gpu) if gpu else None,
        gpu_memory_peak_bytes=_largest(s.gpu_memory_bytes for s in samples),
    )


def _largest(values: Iterable[_Number | None]) -> _Number | None:
    return max((value for value in values if value is not None), default=None)
