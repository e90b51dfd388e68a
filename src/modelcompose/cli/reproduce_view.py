"""What a reproduction brought about, as tables for people or JSON for machines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from modelcompose.cli.runs_words import number
from modelcompose.pipeline.reproduction.outcome import MetricChange, Outcome

_STYLES = {
    "identical": "green",
    "equal": "green",
    "within tolerance": "green",
    "differs": "red",
    "missing": "red",
    "not reproduced": "red",
}


def print_outcomes(outcomes: Sequence[Outcome], form: str) -> None:
    """Print how steps came out, made again.

    Args:
        outcomes: one for each step.
        form: `json` or `table`.
    """
    if form == "json":
        _print_json(outcomes)
    else:
        _print_table(outcomes)


def _print_json(outcomes: Sequence[Outcome]) -> None:
    import msgspec

    document = {
        "is_reproduced": all(outcome.is_reproduced for outcome in outcomes),
        "steps": [
            {**msgspec.to_builtins(outcome), "is_reproduced": outcome.is_reproduced}
            for outcome in outcomes
        ],
    }
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
    sys.stdout.buffer.flush()


def _print_table(outcomes: Sequence[Outcome]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("step", "what", "result", "was", "is", "difference"):
        table.add_column(title, overflow="fold")
    for outcome in outcomes:
        for what, result, *rest in _rows(outcome):
            table.add_row(outcome.step, what, Text(result, style=_STYLES[result]), *rest)
    console = Console(highlight=False)
    console.print(table)
    for outcome in outcomes:
        for note in outcome.notes:
            console.print(f"{outcome.step}: not as ml.lock has it: {note}", markup=False)
        if outcome.error is not None:
            console.print(f"{outcome.step}: {outcome.error}", markup=False)
    console.print(_summary(outcomes), markup=False)


def _rows(outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    if outcome.error is not None:
        yield "", "not reproduced", "", "", ""
    elif not outcome.outputs:
        yield "success", "identical", "", "", ""
    for pair in outcome.outputs:
        old = pair.old.digest[7:15] if pair.old else ""
        new = pair.new.digest[7:15] if pair.new else ""
        yield pair.path, pair.verdict, old, new, ""
    for change in outcome.metrics:
        yield change.name, _equality(change), *_values(change)


def _equality(change: MetricChange) -> str:
    if not change.is_equal:
        return "differs"
    return "equal" if not change.absolute else "within tolerance"


def _values(change: MetricChange) -> tuple[str, str, str]:
    old = "" if change.old is None else number(change.old)
    new = "" if change.new is None else number(change.new)
    absolute = f"{change.absolute:+.3g}" if change.absolute else ""
    relative = f" ({change.relative:+.2%})" if change.relative else ""
    return old, new, absolute + relative


def _summary(outcomes: Sequence[Outcome]) -> str:
    pairs = [pair for outcome in outcomes for pair in outcome.outputs]
    same = sum(pair.verdict == "identical" for pair in pairs)
    close = sum(pair.verdict == "within tolerance" for pair in pairs)
    failed = sum(outcome.error is not None for outcome in outcomes)
    text = f"{same} of {len(pairs)} outputs identical"
    text += f", {close} within tolerance" if close else ""
    return text + (f", {failed} of {len(outcomes)} steps not reproduced" if failed else "")
