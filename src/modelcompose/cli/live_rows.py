"""What the live view shows, as rows of styled text that fit a terminal. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from modelcompose.cli.runs_words import number, size
from modelcompose.cli.times import elapsed
from modelcompose.pipeline.progress import StepNow

Row = list[tuple[str, str]]
"""Pieces of one line, each with its style."""

STATE_STYLES = {"running": "cyan", "preparing": "yellow", "waiting": "dim"}
_MOST_METRICS = 3
_MOST_WAITING = 3
_WORTHWHILE = 24
"""Fewer columns than these show nothing of a log line: it then has a line of its own."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def rows(
    steps: Sequence[StepNow],
    texts: Mapping[str, str],
    *,
    ended: int,
    total: int,
    width: int,
    now: float,
) -> list[Row]:
    """Give the view's lines: one or two for each step that runs, then what waits, and the count.

    Args:
        steps: what each does; those that wait come last.
        texts: by step, the last line of its log, or whatever else there is to say.
        ended: how many steps have ended.
        total: how many steps there are.
        width: columns of the terminal; a longer row is for the terminal to cut.
        now: seconds since the epoch.
    """
    active = [step for step in steps if step.state != "waiting"]
    waiting = [step for step in steps if step.state == "waiting"]
    name_width = max((len(step.step) for step in (*active, *waiting[:_MOST_WAITING])), default=0)
    facts = _aligned([_facts(step, now) for step in active])
    found: list[Row] = []
    for step, fact in zip(active, facts, strict=True):
        found += _running(step, fact, texts.get(step.step, ""), name_width, width)
    found += [_waiting(step, name_width) for step in waiting[:_MOST_WAITING]]
    return [*found, [(_summary(ended, total, len(active), len(waiting)), "dim")]]


def plain_text(line: str) -> str:
    """Give a line of a log without colours, cursor movements and what a return overwrote."""
    visible = [part for part in _ESCAPES.sub("", line).split("\r") if part.strip()]
    return _CONTROLS.sub(" ", visible[-1]).strip() if visible else ""


def shown_numbers(metrics: Mapping[str, float]) -> str:
    """Give the newest metrics on one line, as many as are worth it."""
    shown = [f"{name}={number(value)}" for name, value in metrics.items()]
    more = len(shown) - _MOST_METRICS
    return " ".join([*shown[:_MOST_METRICS], f"(+{more})"] if more > 0 else shown)


def _facts(step: StepNow, now: float) -> list[str]:
    memory = "" if step.memory_bytes is None else size(step.memory_bytes)
    return [step.state, elapsed(now - step.since), memory, shown_numbers(step.metrics)]


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width)
        for row in table
    ]


def _running(step: StepNow, facts: str, text: str, name_width: int, width: int) -> list[Row]:
    style = STATE_STYLES[step.state]
    head = f"{step.step:<{name_width}}  "
    state, rest = facts[: len(step.state)], facts[len(step.state) :]
    row: Row = [(head, "bold"), (state, style), (rest, "")]
    room = width - len(head) - len(facts) - 2
    if not text:
        return [row]
    if room >= _WORTHWHILE:
        return [[*row, (f"  {text}", "dim")]]
    return [row, [(f"  {text}", "dim")]]


def _waiting(step: StepNow, name_width: int) -> Row:
    return [(f"{step.step:<{name_width}}  ", "bold"), (f"waiting for {step.waits_for}", "dim")]


def _summary(ended: int, total: int, active: int, waiting: int) -> str:
    parts = [f"{ended} of {total} steps done"]
    parts += [f"{active} running"] if active else []
    parts += [f"{waiting} waiting"] if waiting else []
    return ", ".join(parts)
