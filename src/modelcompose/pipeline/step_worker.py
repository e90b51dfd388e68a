"""Bringing one step up to date: skip, restore, or run with retries."""

from __future__ import annotations

import threading

from msgspec import Struct

from modelcompose.compose.project import Service
from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.attempt import Attempts, look_around
from modelcompose.pipeline.collect import Collector
from modelcompose.pipeline.devices import Grant
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.plan import Decision, Plan, decide
from modelcompose.pipeline.report import Ending, Reporter, StepResult
from modelcompose.pipeline.services import Services
from modelcompose.pipeline.session import Session

_LONGEST_PAUSE_S = 60.0


class Orders(Struct, frozen=True):
    """How the user wants a plan carried out."""

    jobs: int = 1
    forced: frozenset[str] = frozenset()


class StepWorker:
    """Works on the steps of one command. Used from several threads."""

    def __init__(self, session: Session, plan: Plan, orders: Orders, reporter: Reporter) -> None:
        self._session = session
        self._decisions = {decision.step: decision for decision in plan.decisions}
        self._forced = orders.forced
        self._reporter = reporter
        self._services = Services(session.project, session.engine)
        self._collector = Collector(session.project, session.folder, session.store, session.states)
        self._guard = threading.Lock()
        self._attempts: Attempts | None = None

    def close(self) -> None:
        """Stop the services that were started."""
        self._services.stop()

    def bring(self, node: Node, grant: Grant) -> StepResult:
        """Bring one step up to date; every step before it is."""
        if self._session.stopping.is_set():
            return StepResult(node.step, "killed", error="it was not started")
        try:
            return self._bring(node, grant)
        except ModelComposeError as error:
            return StepResult(node.step, "failed", error=error.message, hint=error.hint)

    def _bring(self, node: Node, grant: Grant) -> StepResult:
        service = self._session.service(node)
        decision = self._decide(node, service)
        if decision.state == "blocked":
            hint = decision.observation.hint
            return StepResult(node.step, "failed", error=decision.cause, hint=hint)
        if decision.action == "run":
            return self._run(node, service, decision, grant)
        if decision.action == "restore":
            return self._restore(decision)
        return self._refer(decision, "fresh")

    def _decide(self, node: Node, service: Service) -> Decision:
        """Look again where the plan could not know; the steps before have ended by now."""
        decision = self._decisions[node.step]
        if decision.observation.known is not None or decision.state == "blocked":
            return decision
        if self._session.images.unpinned(service, self._session.lock.images):
            self._session.pin([service], renew=False, pull=False)
        seen = self._session.observer.observe(node, {})
        return decide(seen, is_forced=node.step in self._forced)

    def _restore(self, decision: Decision) -> StepResult:
        present = decision.observation.present
        changed = {p: c for p, c in decision.made.outputs.items() if present.get(p) != c}
        self._collector.restore(changed, self._reporter.notes)
        return self._refer(decision, "restored")

    def _refer(self, decision: Decision, ending: Ending) -> StepResult:
        """Refer to the run that made what the step would make."""
        known, made = decision.known, decision.made
        self._session.record_made(decision.step, known.identity, known.parts, made.outputs)
        return refer(decision, ending)

    def _run(self, node: Node, service: Service, decision: Decision, grant: Grant) -> StepResult:
        self._services.need(node.services)
        image = self._session.engine.prepare(
            self._session.project,
            service,
            self._session.lock.images,
            definition=decision.known.definition,
            ignore=self._session.images.ignore(service),
        )
        result = self._try(service, decision, image, grant)
        if result.ending == "done" and result.is_reusable:
            known = decision.known
            self._session.record_made(node.step, known.identity, known.parts, result.outputs)
        return result

    def _try(
        self, service: Service, decision: Decision, image: str | None, grant: Grant
    ) -> StepResult:
        attempts = self._ready_attempts()
        number = 1
        while True:
            result = attempts.attempt(
                decision, image=image, devices=grant.device_ids, number=number
            )
            if result.ending != "failed" or number > service.the_step.retries:
                return result
            pause_s = min(2.0 ** (number - 1), _LONGEST_PAUSE_S)
            self._reporter.notes(
                f"{decision.step} failed ({result.error}); attempt {number + 1} "
                f"of {service.the_step.retries + 1} in {pause_s:g} s"
            )
            if self._session.stopping.wait(pause_s):
                return result
            number += 1

    def _ready_attempts(self) -> Attempts:
        with self._guard:
            if self._attempts is None:
                surroundings = look_around(self._session)
                self._attempts = Attempts(
                    self._session, self._collector, self._reporter, surroundings
                )
            return self._attempts


def refer(decision: Decision, ending: Ending) -> StepResult:
    """Give the result of a step that did not have to run."""
    made = decision.made
    return StepResult(
        decision.step,
        ending,
        cause=decision.cause,
        run=made.run,
        ended_at=made.ended_at,
        duration_s=made.duration_s,
        metrics=made.metrics,
        outputs=made.outputs,
    )
