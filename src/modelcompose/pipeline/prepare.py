"""From nodes to a plan that can be carried out: images pinned first, then observed and decided."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from modelcompose.compose.project import Service
from modelcompose.pipeline.claims import GPU, claim_of, machine_lacks
from modelcompose.pipeline.devices import Devices
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.plan import Decision, Plan, decide, make_plan
from modelcompose.pipeline.report import Reporter, StepResult, referred
from modelcompose.pipeline.session import Session


def prepare_plan(
    session: Session,
    nodes: Sequence[Node],
    *,
    forced: frozenset[str] = frozenset(),
    build: bool = False,
    pull: bool = False,
) -> Plan:
    """Plan, after looking up the images' digests that `ml.lock` does not hold yet.

    Known digests move only with `build`, `pull`, or where a Dockerfile changed.

    Raises:
        BuildError: an image cannot be had.
    """
    services = [
        service for node in nodes if session.images.has_images(service := session.service(node))
    ]
    if build or pull:
        session.pin(services, renew=True, pull=pull)
    else:
        session.pin(
            [s for s in services if _changed_dockerfile(session, s)], renew=True, pull=False
        )
        session.pin(services, renew=False, pull=False)
    return _without_lacking(session, make_plan(nodes, session.observer.observe, forced=forced))


def _without_lacking(session: Session, plan: Plan) -> Plan:
    """Block the steps that claim GPUs which this machine will never have."""
    claims = {
        decision.step: claim_of(session.project.services[decision.step])
        for decision in plan.decisions
        if decision.action == "run" and decision.state != "blocked"
    }
    if not any(claim.gpus for claim in claims.values()):
        return plan
    devices = Devices(session.engine.gpus(), session.project.limits.get(GPU))
    lacks = {step: machine_lacks(step, claim, devices) for step, claim in claims.items()}
    return Plan(tuple(_blocked(each, lacks.get(each.step)) for each in plan.decisions))


def _blocked(decision: Decision, problem: str | None) -> Decision:
    if problem is None:
        return decision
    return decide(replace(decision.observation, problem=problem, hint=None))


def _changed_dockerfile(session: Session, service: Service) -> bool:
    locked = session.lock.steps.get(service.name)
    if service.build is None or locked is None or locked.dockerfile is None:
        return False
    return session.images.definition(service).dockerfile != locked.dockerfile


def take_as_done(session: Session, plan: Plan, reporter: Reporter) -> list[StepResult]:
    """Give the results of a plan with nothing to do; the lock then tells of exactly these."""
    results = []
    for decision in plan.decisions:
        known, made = decision.known, decision.made
        session.record_made(
            decision.step, known.identity, known.parts, made.outputs, ended_at=made.ended_at
        )
        adopted = session.adopted.get(known.identity)
        is_adopted = adopted is not None and adopted.id == made.run
        results.append(referred(decision, "adopted" if is_adopted else "fresh"))
        reporter.ends(results[-1])
    session.write_lock()
    return results
