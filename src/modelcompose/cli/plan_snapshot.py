"""A project's plan as it is told to hubs: what a command saw of it, and what it made of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import msgspec

from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.plan import Decision, Plan
from modelcompose.pipeline.report import StepResult
from modelcompose.pipeline.session import Session

_FRESH_FOR_S = 300.0
"""A plan that did not change is told again after this, for its time to move."""

_STATES = {
    "fresh": "fresh",
    "adopted": "fresh",
    "done": "fresh",
    "restored": "fresh",
    "failed": "failed",
    "killed": "failed",
    "blocked": "blocked",
}


def tell_plan(
    session: Session, nodes: Sequence[Node], plan: Plan, results: Sequence[StepResult] = ()
) -> None:
    """Keep a project's plan in this user's hub, from which it is sent on; never fails a command.

    Args:
        session: of the command.
        nodes: the steps that it was about.
        plan: what it was to do.
        results: what came out of it.
    """
    from modelcompose.database.connection import open_database
    from modelcompose.tracking.plans import keep_plan, read_plan

    project, now = session.project, time.time()
    if session.overrides:
        return  # with changed parameters it is nobody else's plan
    told = plan_document(session, nodes, plan, results)
    with closing(open_database()) as connection:
        try:
            known = _known(read_plan(connection, project.name))
            told = merged(told, known, is_whole=len(nodes) == len(session.graph.nodes))
            age_s = now - known.get("taken_at", 0.0)
            if told == {k: v for k, v in known.items() if k != "taken_at"} and age_s < _FRESH_FOR_S:
                return
            document = msgspec.json.encode({"taken_at": now, **told}).decode()
            connection.execute("BEGIN IMMEDIATE")
            keep_plan(
                connection,
                project.name,
                document,
                taken_at=now,
                objective=project.objective,
                now=now,
            )
            connection.execute("COMMIT")
        except sqlite3.Error:
            return  # closing undoes what was begun; the next command tells it


def plan_document(
    session: Session, nodes: Sequence[Node], plan: Plan, results: Sequence[StepResult] = ()
) -> dict[str, Any]:
    """Give a plan as the API takes it, without its time."""
    import platform

    upstream = {node.step: list(node.upstream) for node in nodes}
    ended = {result.step: result for result in results}
    project = session.project
    steps = [_step(session, d, upstream[d.step], ended.get(d.step)) for d in plan.decisions]
    return {
        "steps": steps,
        "services": sorted(project.services.keys() - project.steps.keys()),
        "objective": dict(project.objective),
        "host": platform.node(),
        "folder": str(project.directory),
    }


def merged(told: dict[str, Any], known: Mapping[str, Any], *, is_whole: bool) -> dict[str, Any]:
    """Put what was known of other steps beside what is told now, unless that is all of them."""
    if is_whole or known.get("folder") != told["folder"]:
        return told
    names = {step["name"] for step in told["steps"]}
    others = [step for step in known.get("steps", ()) if step.get("name") not in names]
    return {**told, "steps": [*others, *told["steps"]]}


def _step(
    session: Session, decision: Decision, after: list[str], result: StepResult | None
) -> dict[str, Any]:
    made = decision.observation.made
    found: dict[str, Any] = {
        "name": decision.step,
        "action": decision.action,
        "state": decision.state,
        "cause": session.masker.text(decision.cause),
        "after": after,
        "run": made.run if made else None,
    }
    if result is None:
        return found
    state = _STATES[result.ending]
    action = "skip" if state == "fresh" else decision.action
    cause = session.masker.text(result.error or "") if state != "fresh" else ""
    return {**found, "action": action, "state": state, "cause": cause, "run": result.run}


def _known(document: str | None) -> dict[str, Any]:
    if document is None:
        return {}
    try:
        return msgspec.json.decode(document, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
