"""Fill a comparison: what differs between runs."""

from __future__ import annotations

from typing import Any, cast

from msgspec import Struct

from modelcompose.reporting.checking import listed
from modelcompose.reporting.choosing import Chooser
from modelcompose.reporting.document import ReportComparison, ReportDifference
from modelcompose.reporting.grammar import Compare
from modelcompose.reporting.report import Placed

_MOST_LINES = 300
_MOST_RUNS = 10
_KINDS = {
    "params": "param",
    "metrics": "metric",
    "inputs": "input",
    "outputs": "output",
    "definition": "definition",
    "fields": "field",
}


class _Line(Struct, frozen=True):
    kind: str
    name: str
    values: list[Any]
    differs: bool


class _Compared(Struct, frozen=True):
    runs: list[str]
    lines: list[_Line]


def fill(one: Placed, chooser: Chooser) -> ReportComparison:
    """Give runs side by side.

    Raises:
        ModelComposeError: one of them is not there.
    """
    keys = cast("Compare", one.keys)
    ids = chooser.several(listed(keys.runs))[:_MOST_RUNS]
    differing = "false" if keys.same else "true"
    found = chooser.hub.get("/comparison", {"run": ids, "differing": differing}, _Compared)
    kinds = [_KINDS[kind] for kind in keys.show]
    lines = [line for line in found.lines if line.kind in kinds]
    lines.sort(key=lambda line: kinds.index(line.kind))
    order = [found.runs.index(run) for run in ids]
    return ReportComparison(
        line=one.line,
        title=keys.title,
        caption=keys.caption,
        runs=tuple(ids),
        lines=tuple(_shown(line, order) for line in lines[:_MOST_LINES]),
        notes=tuple(_notes(ids, lines)),
    )


def _shown(line: _Line, order: list[int]) -> ReportDifference:
    values = tuple(line.values[place] for place in order)
    return ReportDifference(line.kind, line.name, values, line.differs)


def _notes(ids: list[str], lines: list[_Line]) -> list[str]:
    if len(ids) == 1:
        return ["It is one run: there is nothing to compare it with."]
    if not lines:
        return ["Nothing differs."]
    return [f"The first {_MOST_LINES} of {len(lines)}."] if len(lines) > _MOST_LINES else []
