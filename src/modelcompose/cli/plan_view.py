"""A plan as people read it: each step, its state, what would be done, and why."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from modelcompose.cli.live_rows import STATE_STYLES
from modelcompose.cli.now_view import about, look
from modelcompose.cli.times import ago, duration
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.plan import Decision, Plan
from modelcompose.pipeline.progress import StepNow
from modelcompose.pipeline.session import Session
from modelcompose.tracking.run import Run

_STYLES = {
    "fresh": "green",
    "stale": "yellow",
    "missing": "yellow",
    "modified": "magenta",
    "failed": "red",
    "blocked": "red",
    **STATE_STYLES,
}


def print_plan(session: Session, nodes: Sequence[Node], plan: Plan, form: str) -> None:
    """Print a plan on stdout, as a table or as JSON."""
    if form == "json":
        _print_json(session, nodes, plan)
    else:
        _print_table(session, plan)


def _print_json(session: Session, nodes: Sequence[Node], plan: Plan) -> None:
    import msgspec

    now = look(session)
    upstream = {node.step: list(node.upstream) for node in nodes}
    steps = [_step_document(d, now.get(d.step), upstream[d.step]) for d in plan.decisions]
    document = {
        "project": session.project.name,
        "folder": str(session.project.directory),
        "engine": session.engine.name,
        "steps": steps,
    }
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
    sys.stdout.buffer.flush()


def _step_document(decision: Decision, now: StepNow | None, upstream: list[str]) -> dict[str, Any]:
    seen, made = decision.observation, decision.observation.made
    return {
        "step": decision.step,
        "state": now.state if now else decision.state,
        "action": decision.action,
        "causes": list(decision.causes),
        "is_conditional": decision.is_conditional,
        "identity": seen.known.identity if seen.known else None,
        "upstream": upstream,
        "run": made.run if made else None,
        "ended_at": made.ended_at if made else None,
        "duration_s": made.duration_s if made else None,
        "hint": seen.hint,
        "now": _now_document(now) if now else None,
    }


def _now_document(now: StepNow) -> dict[str, Any]:
    """Give what another command does with the step."""
    return {
        "since": now.since,
        "waits_for": now.waits_for or None,
        "run": now.run,
        "metrics": dict(now.metrics),
        "memory_bytes": now.memory_bytes,
    }


def _print_table(session: Session, plan: Plan) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    now = look(session)
    states = {d.step: now[d.step].state if d.step in now else d.state for d in plan.decisions}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("step", "state", "next", "why", "last run", "took"):
        table.add_column(title, overflow="fold", justify="right" if title == "took" else "left")
    for decision in plan.decisions:
        run = _last_run(session, decision)
        current = now.get(decision.step)
        table.add_row(
            decision.step,
            Text(states[decision.step], style=_STYLES[states[decision.step]]),
            "" if current else _next(decision),
            "\n".join(about(current) if current else _shortened(decision.causes)),
            f"{run.id[:8]}, {ago(run.ended_at or run.created_at)}" if run else "",
            duration(run.duration_s) if run else "",
        )
    console = Console(highlight=False)
    console.print(table)
    for decision in plan.blocked:
        if decision.observation.hint:
            console.print(f"hint: {decision.observation.hint}", markup=False)
    console.print(_summary(plan, states), style="dim")


def _last_run(session: Session, decision: Decision) -> Run | None:
    made = decision.observation.made
    is_here = decision.observation.elsewhere is None
    if is_here and made is not None and made.run is not None:
        return session.runs.get(made.run)
    return session.runs.latest(session.project.directory, decision.step)


def _next(decision: Decision) -> str:
    if decision.state == "blocked":
        return "-"
    if decision.is_conditional:
        return "maybe run"
    return {"skip": "", "restore": "restore", "run": "run"}[decision.action]


def _shortened(causes: Sequence[str], most: int = 4) -> list[str]:
    more = len(causes) - most
    return [*causes[:most], f"and {more} more: modelcompose why"] if more > 0 else list(causes)


def _summary(plan: Plan, states: Mapping[str, str]) -> str:
    if plan.is_done and set(states.values()) <= {"fresh"}:
        return "Everything is fresh."
    each = list(states.values())
    counted = {state: each.count(state) for state in dict.fromkeys(each)}
    return ", ".join(f"{count} {state}" for state, count in counted.items())
