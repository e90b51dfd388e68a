"""Fill a metric block: numbers of a run, beside those of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from msgspec import Struct

from modelcompose.errors import NotFound
from modelcompose.reporting.asking import cells, metric_column
from modelcompose.reporting.checking import listed
from modelcompose.reporting.choosing import Chooser
from modelcompose.reporting.document import ReportNumber, ReportNumbers
from modelcompose.reporting.grammar import MetricBlock
from modelcompose.reporting.report import Placed


class _Plan(Struct, frozen=True):
    objective: Mapping[str, str] = {}


def fill(one: Placed, chooser: Chooser) -> ReportNumbers:
    """Give numbers.

    Raises:
        ModelComposeError: the run is not there, or has no such metric.
    """
    keys = cast("MetricBlock", one.keys)
    run = chooser.one(keys.run)
    other = None if keys.than is None else chooser.one(keys.than)
    names = listed(keys.metric)
    for name in names:
        if name not in run.metrics:
            raise _unknown(name, run.step, run.metrics)
    columns = [metric_column(name, keys.of) for name in names]
    ids = (run.id,) if other is None else (run.id, other.id)
    found = cells(chooser.hub, ids, columns)
    values = found.get(run.id) or [None] * len(names)
    others = found.get(other.id, []) if other else []
    ways = objective(chooser) if other else {}
    numbers = [
        ReportNumber(
            name,
            values[i],
            others[i] if others else None,
            _is_better(values[i], others[i] if others else None, _way(ways, run.step, name)),
        )
        for i, name in enumerate(names)
    ]
    return ReportNumbers(
        line=one.line,
        title=keys.title,
        caption=keys.caption,
        run=run.id,
        than=other.id if other else None,
        of=keys.of,
        numbers=tuple(numbers),
    )


def objective(chooser: Chooser) -> Mapping[str, str]:
    """Give which metrics of the project count, and which way; nothing where nobody said."""
    path = f"/projects/{quote(chooser.project, safe='')}/plan"
    try:
        return chooser.hub.get(path, {}, _Plan).objective
    except NotFound:
        return {}


def _way(ways: Mapping[str, str], step: str, metric: str) -> str | None:
    return ways.get(f"{step}.{metric}") or ways.get(metric)


def _is_better(value: Any, other: Any, way: str | None) -> bool | None:
    if way is None or value is None or other is None or value == other:
        return None
    return bool(value > other) == (way == "max")


def _unknown(name: str, step: str, known: Mapping[str, Any]) -> NotFound:
    from modelcompose.compose.fault import nearest

    return NotFound(f"the run of {step} has no metric {name!r}", hint=nearest(name, sorted(known)))
