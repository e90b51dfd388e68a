"""From nodes to a plan that can be carried out: images pinned first, then observed and decided."""

from __future__ import annotations

from collections.abc import Sequence

from modelcompose.compose.project import Service
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.plan import Plan, make_plan
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
    return make_plan(nodes, session.observer.observe, forced=forced)


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
        session.record_made(decision.step, known.identity, known.parts, made.outputs)
        results.append(referred(decision, "fresh"))
        reporter.ends(results[-1])
    session.write_lock()
    return results
