"""What a command brought about, as a table for people or JSON for machines."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from modelcompose.cli.times import duration
from modelcompose.pipeline.report import StepResult

_STYLES = {
    "fresh": "dim",
    "adopted": "green",
    "done": "green",
    "restored": "green",
    "failed": "red",
    "killed": "red",
    "blocked": "yellow",
}


def print_json(results: Sequence[StepResult]) -> None:
    """Print `{"steps": [...]}` on one line of stdout; metrics by name as their last values."""
    import msgspec

    from modelcompose.pipeline.events import result_document

    document = {"steps": [result_document(result) for result in results]}
    sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
    sys.stdout.buffer.flush()


def print_table(results: Sequence[StepResult], objective: Mapping[str, Any]) -> None:
    """Print a row for each step, and the metrics that count."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("step", "result", "time", "run", "metrics"):
        table.add_column(title, overflow="fold", justify="right" if title == "time" else "left")
    for result in results:
        table.add_row(
            result.step,
            Text(
                "not run" if result.ending == "blocked" else result.ending,
                style=_STYLES[result.ending],
            ),
            duration(result.duration_s),
            result.run[:8] if result.run else "",
            _metrics(result, objective),
        )
    Console(highlight=False).print(table)


def _metrics(result: StepResult, objective: Mapping[str, Any], most: int = 4) -> str:
    """Give the metrics of the objective first, then those with a course, as many as fit."""

    def rank(name: str) -> tuple[bool, bool]:
        return f"{result.step}.{name}" not in objective, result.metrics[name].count == 1

    names = sorted(result.metrics, key=rank)
    shown = [f"{name}={result.metrics[name].last:.4g}" for name in names[:most]]
    more = len(names) - most
    return "  ".join([*shown, f"+{more} more"] if more > 0 else shown)
