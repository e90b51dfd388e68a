"""`modelcompose runs diff`: what differs between two runs."""

from __future__ import annotations

from collections.abc import Iterable

from modelcompose.cli.runs_page import Cell, Section
from modelcompose.cli.runs_words import number
from modelcompose.tracking.comparison import Comparison, Difference, MetricPair
from modelcompose.tracking.naming import SHORT
from modelcompose.tracking.run import Run


def headline(a: Run, b: Run) -> list[Cell]:
    """Name the two runs in one line."""
    return [
        Cell(a.step, "bold"),
        Cell(f" {a.id[:SHORT]} → "),
        Cell(b.step, "bold"),
        Cell(f" {b.id[:SHORT]}"),
    ]


def sections(comparison: Comparison) -> list[Section]:
    """Give a comparison for people; metrics that are equal are named, all else is left out."""
    found = [
        Section("metrics", [_metric(pair) for pair in comparison.metrics]),
        Section("parameters", _rows(comparison.params)),
        Section("definition", _rows(comparison.definition)),
        Section("inputs", _rows(comparison.inputs)),
        Section("outputs", _rows(comparison.outputs)),
        Section("code", _rows(comparison.code)),
    ]
    if any(section.rows for section in found[1:]):
        return found
    return [*found, Section("nothing else differs", [(Cell("same definition and inputs"),)])]


def _rows(differences: Iterable[Difference]) -> list[tuple[Cell, ...]]:
    return [(Cell(difference.text),) for difference in differences]


def _metric(pair: MetricPair) -> tuple[Cell, ...]:
    old = "none" if pair.old is None else number(pair.old)
    new = "none" if pair.new is None else number(pair.new)
    if pair.difference is None:
        return Cell(pair.name), Cell(f"{old} → {new}")
    if pair.difference == 0 or old == new == "nan":
        return Cell(pair.name, "dim"), Cell(old, "dim"), Cell("the same", "dim")
    sign = "+" if pair.difference > 0 else ""
    return Cell(pair.name), Cell(f"{old} → {new}"), Cell(f"{sign}{number(pair.difference)}", "bold")
