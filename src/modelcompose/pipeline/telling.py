"""A project's plan as it is told to hubs, and as a hub beside the folder sees it itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from modelcompose.engine.docker.standing import ABSENT, Standing, standings
from modelcompose.errors import EngineError
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.picture import (
    data_of,
    edges_of,
    inputs_of,
    models_of,
    outputs_of,
    services_of,
)
from modelcompose.pipeline.plan import Decision
from modelcompose.pipeline.plan import Plan as MadePlan
from modelcompose.pipeline.report import StepResult
from modelcompose.pipeline.session import Session
from modelcompose.store.content import Content
from modelcompose.tracking.plan_document import LONGEST_TEXT, Plan, PlannedService, PlannedStep

_STATES = {
    "fresh": "fresh",
    "adopted": "fresh",
    "done": "fresh",
    "restored": "fresh",
    "failed": "failed",
    "killed": "failed",
    "blocked": "blocked",
}
_OURS = frozenset({"kind", "role", "action", "state", "health", "digest", "engine"})
"""Fields whose values are words of ours, and never the user's."""


def told_plan(
    session: Session,
    nodes: Sequence[Node],
    plan: MadePlan,
    results: Sequence[StepResult] = (),
    standing: Mapping[str, Standing] | None = None,
) -> Plan:
    """Give a plan with its picture, secrets masked; without the time when it was true.

    Args:
        session: of the command.
        nodes: the steps that it was about.
        plan: what it was to do.
        results: what came out of it.
        standing: how the services stand; None where nobody asked.
    """
    import platform

    project = session.project
    upstream = {node.step: list(node.upstream) for node in nodes}
    ended = {result.step: result for result in results}
    lying = _lying(session, plan)
    steps = [_step(session, d, upstream[d.step], ended.get(d.step), lying) for d in plan.decisions]
    told = Plan(
        0.0,
        steps,
        sorted(project.services.keys() - project.steps.keys()),
        dict(project.objective),
        platform.node(),
        str(project.directory),
        session.engine.name,
        [_relative(project.directory, path) for path in project.files],
        [_stood(service, standing) for service in services_of(project)],
        data_of(project, session.lock.data),
        models_of(project),
        edges_of(project, session.graph),
    )
    # Values that the file interpolates may be secrets, wherever they stand.
    return msgspec.convert(_masked(msgspec.to_builtins(told), session.masker.text), Plan)


def look_at_services(session: Session) -> dict[str, Standing] | None:
    """Ask how the services stand, where there are any; None where no engine tells in time."""
    project = session.project
    if not project.services.keys() - project.steps.keys():
        return {}
    try:
        return standings(project.name)
    except EngineError:
        return None


def _step(
    session: Session,
    decision: Decision,
    after: list[str],
    result: StepResult | None,
    lying: Mapping[str, Content],
) -> PlannedStep:
    step, seen = session.project.steps[decision.step], decision.observation
    made = result.outputs if result is not None and result.is_good else lying
    found = PlannedStep(
        decision.step,
        decision.action,
        decision.state,
        decision.cause,
        after,
        seen.made.run if seen.made else None,
        seen.hint or "",
        inputs_of(session.project, step, {**lying, **(seen.known.inputs if seen.known else {})}),
        outputs_of(session.project, step, made),
        [str(param) for param in step.params],
        step.inputs is None,
    )
    if result is None:
        return found
    state = _STATES[result.ending]
    action = "skip" if state == "fresh" else decision.action
    cause = (result.error or "") if state != "fresh" else ""
    return replace(found, action=action, state=state, cause=cause, run=result.run)


def _lying(session: Session, plan: MadePlan) -> dict[str, Content]:
    """Give what lies in the project now, as far as planning looked at it, by path."""
    found = dict(session.lock.data)
    for decision in plan.decisions:
        seen = decision.observation
        found |= {path: content for path, content in seen.present.items() if content is not None}
        found |= dict(seen.known.inputs) if seen.known else {}
    return found


def _stood(service: PlannedService, standing: Mapping[str, Standing] | None) -> PlannedService:
    if standing is None or service.is_step:
        return service
    seen = standing.get(service.name, ABSENT)
    return replace(service, state=seen.state, health=seen.health, status=seen.status)


def _relative(folder: Path, file: Path) -> str:
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return _cut(mask(value))
    if isinstance(value, dict):
        return {
            _cut(mask(key)): each if key in _OURS else _masked(each, mask)
            for key, each in value.items()
        }
    return [_masked(each, mask) for each in value] if isinstance(value, list) else value
