"""Fill a chart: which metrics of which runs are drawn in which plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from modelcompose.reporting.asking import FoundRun, cells
from modelcompose.reporting.checking import expression_in, listed
from modelcompose.reporting.choosing import Chooser
from modelcompose.reporting.document import ReportChart, ReportPlot, ReportTrace
from modelcompose.reporting.grammar import Chart
from modelcompose.reporting.report import Placed
from modelcompose.reporting.tables import short_name

MOST_PLOTS = 30
MOST_TRACES = 200
_SHORT = 8


def fill(one: Placed, chooser: Chooser) -> ReportChart:
    """Give a chart with its lines.

    Raises:
        ModelComposeError: its runs cannot be found.
    """
    keys = cast("Chart", one.keys)
    chosen = chooser.choose(keys.runs, keys.sort, keys.limit)
    found, notes = _metrics(listed(keys.metrics), chosen.runs)
    groups = _said(chooser, chosen.ids, (keys.group,) if keys.group else ())
    labels = _labels(chosen.runs, _said(chooser, chosen.ids, listed(keys.label)))
    traces = [
        ReportTrace(run.id, name, _label(labels[run.id], name, keys), groups.get(run.id))
        for name in found
        for run in chosen.runs
        if name in run.metrics
    ]
    if len(traces) > MOST_TRACES * (1 if keys.together else MOST_PLOTS):
        notes.append(f"Only the first lines of {len(traces)} are drawn.")
    return ReportChart(
        line=one.line,
        title=keys.title,
        caption=keys.caption,
        plots=tuple(_plots(traces, found, keys)),
        x=keys.x,
        smoothing=keys.smoothing,
        log_x="x" in (keys.log or ""),
        log_y="y" in (keys.log or ""),
        low=keys.range[0] if keys.range else None,
        high=keys.range[1] if keys.range else None,
        is_grouped=keys.group is not None,
        height=keys.height,
        notes=(*chosen.notes, *(notes if chosen.runs else ())),
    )


def _plots(traces: list[ReportTrace], names: list[str], keys: Chart) -> Iterator[ReportPlot]:
    if keys.together:
        yield ReportPlot(", ".join(names), tuple(traces[:MOST_TRACES]))
        return
    for name in names[:MOST_PLOTS]:
        of_it = [trace for trace in traces if trace.metric == name]
        yield ReportPlot(name, tuple(of_it[:MOST_TRACES]))


def _metrics(asked: Iterable[str], runs: Sequence[FoundRun]) -> tuple[list[str], list[str]]:
    """Give the names of metrics that are asked for, and what is to be said of those not there."""
    from modelcompose.tracking.query.regex import Pattern

    known = sorted({name for run in runs for name in run.metrics})
    names: dict[str, None] = {}
    notes = []
    for one in asked:
        expression = expression_in(one)
        if expression is None:
            fitting = [one] if one in known else []
        else:
            pattern = Pattern(expression)
            fitting = [name for name in known if pattern.is_found_in(name)]
        names |= dict.fromkeys(fitting)
        if not fitting:
            notes.append(f"No run has {one}; there is {_some(known)}.")
    if len(names) > MOST_PLOTS:
        notes.append(f"{len(names)} metrics fit; the first {MOST_PLOTS} are drawn.")
    return list(names)[:MOST_PLOTS], notes


def _some(names: list[str]) -> str:
    shown = names[:8]
    return ", ".join(shown) + (", …" if len(names) > len(shown) else "") if names else "no metric"


def _said(chooser: Chooser, ids: tuple[str, ...], columns: tuple[str, ...]) -> dict[str, str]:
    """Give what runs have in some columns, in words, by their ids."""
    if not columns:
        return {}
    names = [short_name(column) for column in columns]
    return {
        run: ", ".join(f"{name} {_text(cell)}" for name, cell in zip(names, row, strict=True))
        for run, row in cells(chooser.hub, ids, list(columns)).items()
    }


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)


def _labels(runs: Sequence[FoundRun], said: Mapping[str, str]) -> dict[str, str]:
    """Give runs' names, with the first digits of their ids where names are not enough."""
    names = [said.get(run.id) or run.name or run.step for run in runs]
    return {
        run.id: f"{name} {run.id[:_SHORT]}" if names.count(name) > 1 or not name else name
        for run, name in zip(runs, names, strict=True)
    }


def _label(run: str, metric: str, keys: Chart) -> str:
    return f"{run} · {metric}" if keys.together else run
