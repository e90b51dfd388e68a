"""How reports are told on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.runs_page import Cell, Column, print_table

if TYPE_CHECKING:
    from modelcompose.hub.reports.building import Built
    from modelcompose.reporting.document import ReportDocument
    from modelcompose.reporting.report import BlockFault


def told(built: Built, path: str) -> None:
    """Say on stderr what a report's author is to know of it."""
    for fault in built.faults:
        click.echo(f"error: {_placed(path, fault)}", err=True)
        if fault.hint:
            click.echo(f"hint: {fault.hint}", err=True)
    for note in built.notes:
        click.echo(f"note: {path}:{note}", err=True)


def print_document(document: ReportDocument, path: str) -> None:
    """Print a line for each live block: where it is, and what it shows."""
    shown = [block for block in document.blocks if _kind(block) != "prose"]
    if shown:
        columns = [
            Column("LINE", is_number=True),
            Column("BLOCK"),
            Column("SHOWS", may_be_cut=True),
        ]
        print_table(columns, [_row(block) for block in shown])
    for fault in document.faults:
        click.echo(f"error: {_placed(path, fault)}", err=True)


def _placed(path: str, fault: BlockFault) -> str:
    return f"{path}:{fault.line}:{fault.column}: {fault.message}"


def _row(block: Any) -> list[Cell]:
    kind = _kind(block)
    if kind == "fault":
        return [Cell(str(block.line)), Cell(block.fault.kind), Cell(block.fault.message, "red")]
    words = " ".join([_WORDS[kind](block), *getattr(block, "notes", ())])
    return [Cell(str(block.line)), Cell(kind), Cell(words)]


def _kind(block: Any) -> str:
    return str(block.__struct_config__.tag)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _of_chart(block: Any) -> str:
    lines = sum(len(plot.traces) for plot in block.plots)
    return f"{_count(len(block.plots), 'plot')}, {_count(lines, 'line')}"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "chart": _of_chart,
    "table": lambda block: _count(len(block.rows), "row"),
    "runs": lambda block: f"{block.name}: {_count(len(block.runs), 'run')}",
    "compare": lambda block: f"{_count(len(block.lines), 'line')} of {len(block.runs)} runs",
    "metric": lambda block: ", ".join(
        f"{one.metric} {'none' if one.value is None else format(one.value, '.4g')}"
        for one in block.numbers
    ),
    "model": lambda block: f"{block.model}@{block.version}",
    "image": lambda block: _count(len(block.images), "image"),
}
