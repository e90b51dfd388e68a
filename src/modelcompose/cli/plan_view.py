"""A plan as people read it: each step, its state, what would be done, and why."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from modelcompose.cli.times import ago, duration
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.plan import Decision, Plan
from modelcompose.pipeline.session import Session
from modelcompose.tracking.run import Run

_STYLES = {
    "fresh": "green",
    "stale": "yellow",
    "missing": "yellow",
    "modified": "magenta",
    "failed": "red",
    "blocked": "red",
    "running": "cyan",
}


def states(session: Session, plan: Plan) -> dict[str, str]:
    """Give each step's state; one that another command runs right now is `running`."""
    running = {
        run.step for run in session.runs.unfinished(session.project.directory) if _lives(run)
    }
    return {d.step: "running" if d.step in running else d.state for d in plan.decisions}


def _lives(run: Run) -> bool:
    import os

    try:
        os.kill(run.supervisor_pid or 0, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def print_plan(session: Session, nodes: Sequence[Node], plan: Plan, form: str) -> None:
    """Print a plan on stdout, as a table or as JSON."""
    if form == "json":
        _print_json(session, nodes, plan)
    else:
        _print_table(session, plan)


def _print_json(session: Session, nodes: Sequence[Node], plan: Plan) -> None:
    import msgspec

    now = states(session, plan)
    upstream = {node.step: list(node.upstream) for node in nodes}
    steps = [_step_document(d, now[d.step], upstream[d.step]) for d in plan.decisions]
    document = {
        "project": session.project.name,
        "folder": str(session.project.directory),
        "engine": session.engine.name,
        "steps": steps,
    }
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
    sys.stdout.buffer.flush()


def _step_document(decision: Decision, state: str, upstream: list[str]) -> dict[str, Any]:
    seen, made = decision.observation, decision.observation.made
    return {
        "step": decision.step,
        "state": state,
        "action": decision.action,
        "causes": list(decision.causes),
        "is_conditional": decision.is_conditional,
        "identity": seen.known.identity if seen.known else None,
        "upstream": upstream,
        "run": made.run if made else None,
        "ended_at": made.ended_at if made else None,
        "duration_s": made.duration_s if made else None,
        "hint": seen.hint,
    }


def _print_table(session: Session, plan: Plan) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    now = states(session, plan)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("step", "state", "next", "why", "last run", "took"):
        table.add_column(title, overflow="fold", justify="right" if title == "took" else "left")
    for decision in plan.decisions:
        run = _last_run(session, decision)
        table.add_row(
            decision.step,
            Text(now[decision.step], style=_STYLES[now[decision.step]]),
            _next(decision),
            "\n".join(_shortened(decision.causes)),
            f"{run.id[:8]}, {ago(run.ended_at or run.created_at)}" if run else "",
            duration(run.duration_s) if run else "",
        )
    console = Console(highlight=False)
    console.print(table)
    for decision in plan.blocked:
        if decision.observation.hint:
            console.print(f"hint: {decision.observation.hint}", markup=False)
    console.print(_summary(plan, now), style="dim")


def _last_run(session: Session, decision: Decision) -> Run | None:
    made = decision.observation.made
    if made is not None and made.run is not None:
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


def _summary(plan: Plan, now: Mapping[str, str]) -> str:
    if plan.is_done:
        return "Everything is fresh."
    counted = {state: list(now.values()).count(state) for state in dict.fromkeys(now.values())}
    return ", ".join(f"{count} {state}" for state, count in counted.items())
