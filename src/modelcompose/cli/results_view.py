"""What a command brought about, as a table for people or JSON for machines."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from modelcompose.cli.times import duration
from modelcompose.pipeline.report import StepResult
from modelcompose.tracking.run import Metric

_STYLES = {
    "fresh": "dim",
    "done": "green",
    "restored": "green",
    "failed": "red",
    "killed": "red",
    "blocked": "yellow",
}


def print_json(results: Sequence[StepResult]) -> None:
    """Print `{"steps": [...]}` on stdout; metrics by name as their last values."""
    import msgspec

    steps = [{**msgspec.to_builtins(r), "metrics": _last(r.metrics)} for r in results]
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode({"steps": steps})) + b"\n")
    sys.stdout.buffer.flush()


def _last(metrics: Mapping[str, Metric]) -> dict[str, float]:
    return {name: metric.last for name, metric in metrics.items()}


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
    """Give the metrics of the objective first, then the others, as many as fit."""
    names = sorted(result.metrics, key=lambda name: f"{result.step}.{name}" not in objective)
    shown = [f"{name}={result.metrics[name].last:.4g}" for name in names[:most]]
    more = len(names) - most
    return "  ".join([*shown, f"+{more} more"] if more > 0 else shown)
