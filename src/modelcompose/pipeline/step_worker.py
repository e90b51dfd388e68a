"""Bringing one step up to date: skip, restore, or run with retries."""

from __future__ import annotations

import threading

from msgspec.structs import replace

from modelcompose.compose.project import Service
from modelcompose.errors import ContentCorrupt, ContentMissing, ModelComposeError
from modelcompose.pipeline.acting import services_of
from modelcompose.pipeline.attempt import Attempts
from modelcompose.pipeline.devices import Grant
from modelcompose.pipeline.from_remote.taking import Restoring
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.missing_inputs import refuse_missing
from modelcompose.pipeline.plan import Decision, Plan, decide
from modelcompose.pipeline.report import Ending, Reporter, StepResult, referred
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.surroundings import look_around
from modelcompose.tracking.run import Run

_LONGEST_PAUSE_S = 60.0


class StepWorker:
    """Works on the steps of one command. Used from several threads."""

    def __init__(
        self, session: Session, plan: Plan, forced: frozenset[str], reporter: Reporter
    ) -> None:
        self._session = session
        self._decisions = {decision.step: decision for decision in plan.decisions}
        self._forced = forced
        self._reporter = reporter
        self._services = services_of(session, reporter.notes)
        self._collector = session.new_collector()
        self._guard = threading.Lock()
        self._attempts: Attempts | None = None
        self._unforeseen: set[str] = set()
        """Steps that did something else than was planned: what comes after is decided anew."""

    def close(self) -> None:
        """Stop the services that were started."""
        try:
            self._services.stop()
        except ModelComposeError as error:  # the steps came out as they did all the same
            self._reporter.notes(error.message)

    def bring(self, node: Node, grant: Grant) -> StepResult:
        """Bring one step up to date; every step before it is."""
        if self._session.stopping.is_set():
            return StepResult(node.step, "killed", error="it was not started")
        try:
            return self._bring(node, grant)
        except ModelComposeError as error:
            if self._session.stopping.is_set():
                return StepResult(node.step, "killed", error="it was stopped before it ran")
            return StepResult(node.step, "failed", error=error.message, hint=error.hint)

    def _bring(self, node: Node, grant: Grant) -> StepResult:
        service = self._session.service(node)
        decision = self._decide(node, service)
        if decision.state == "blocked":
            hint = decision.observation.hint
            return StepResult(node.step, "failed", error=decision.cause, hint=hint)
        adopted = self._session.adopted.get(decision.known.identity)
        if decision.action == "run":
            if adopted is not None and node.step not in self._forced:
                return self._after_adopted(node, service, decision, grant, adopted)
            return self._run(node, service, decision, grant)
        if decision.action == "restore":
            return self._restore(node, service, decision, grant)
        is_adopted = adopted is not None and adopted.id == decision.made.run
        return self._refer(decision, "adopted" if is_adopted else "fresh")

    def _after_adopted(
        self, node: Node, service: Service, decision: Decision, grant: Grant, adopted: Run
    ) -> StepResult:
        """Go on from an adopted run that did not make the step: as its own command would have."""
        is_failure = adopted.status == "failed" and adopted.attempt > service.the_step.retries
        if adopted.status == "killed" or is_failure:
            return StepResult(
                node.step,
                "killed" if adopted.status == "killed" else "failed",
                cause=adopted.cause,
                run=adopted.id,
                ended_at=adopted.ended_at,
                duration_s=adopted.duration_s,
                metrics=adopted.metrics,
                error=adopted.error,
            )
        tried = adopted.attempt if adopted.status == "failed" else 0
        return self._run(node, service, decision, grant, tried=tried)

    def _decide(self, node: Node, service: Service) -> Decision:
        """Look again where the plan could not know; the steps before have ended by now."""
        decision = self._decisions[node.step]
        is_unforeseen = not self._unforeseen.isdisjoint(node.upstream)
        if is_unforeseen:
            self._unforeseen.add(node.step)
        elif decision.observation.known is not None or decision.state == "blocked":
            return decision
        if self._session.images.unpinned(service, self._session.lock.images):
            self._session.pin([service], renew=False, pull=False)
        seen = self._session.observer.observe(node, {})
        return decide(seen, is_forced=node.step in self._forced)

    def _restore(
        self, node: Node, service: Service, decision: Decision, grant: Grant
    ) -> StepResult:
        if decision.observation.elsewhere is not None:
            self._reporter.prepares(node.step)  # it may take a while
        try:
            made = Restoring(self._session, self._collector, self._reporter.notes).restore(decision)
        except (ContentCorrupt, ContentMissing) as error:
            self._reporter.notes(error.message)
            absent, session = decision.observation.absent, self._session
            refuse_missing(session.project, session.lock, node.step, absent)
            self._unforeseen.add(node.step)
            where = "the store" if decision.observation.elsewhere is None else "the remote"
            causes = (*decision.causes, f"what it made is damaged or missing in {where}")
            return self._run(node, service, replace(decision, causes=causes), grant)
        observation = replace(decision.observation, made=made)
        return self._refer(replace(decision, observation=observation), "restored")

    def _refer(self, decision: Decision, ending: Ending) -> StepResult:
        """Refer to the run that made what the step would make."""
        known, made = decision.known, decision.made
        self._session.record_made(
            decision.step, known.identity, known.parts, made.outputs, ended_at=made.ended_at
        )
        return referred(decision, ending)

    def _run(
        self, node: Node, service: Service, decision: Decision, grant: Grant, *, tried: int = 0
    ) -> StepResult:
        self._reporter.prepares(node.step)
        if self._session.tracking is not None:
            self._session.tracking.prepare()
        self._services.need(node.services)
        image = self._image(node, service, decision)
        decision = self._with_fetched(service, decision)
        if self._session.stopping.is_set():
            return StepResult(node.step, "killed", error="it was stopped before it ran")
        result = self._try(service, decision, image, grant, tried)
        if result.ending == "done" and result.is_reusable:
            known = decision.known
            self._session.record_made(
                node.step, known.identity, known.parts, result.outputs, ended_at=result.ended_at
            )
        return result

    def _with_fetched(self, service: Service, decision: Decision) -> Decision:
        """Have what the step is shown of URLs in the store."""
        known = decision.known
        fetched = self._session.observer.outside.bring(service, known.parts["inputs"])
        if not fetched:
            return decision
        observation = replace(decision.observation, known=replace(known, fetched=fetched))
        return replace(decision, observation=observation)

    def _image(self, node: Node, service: Service, decision: Decision) -> str | None:
        again = self._session.again
        if again is not None and node.step in again.images:
            return again.images[node.step]
        return self._session.engine.prepare(
            self._session.project,
            service,
            self._session.lock.images,
            definition=decision.known.definition,
            ignore=self._session.images.ignore(service),
        )

    def _try(
        self,
        service: Service,
        decision: Decision,
        image: str | None,
        grant: Grant,
        tried: int,
    ) -> StepResult:
        attempts = self._ready_attempts()
        number = tried + 1
        while True:
            result = attempts.attempt(
                decision, image=image, devices=grant.device_ids, number=number
            )
            if result.ending != "failed" or result.is_left or number > service.the_step.retries:
                return result
            pause_s = min(2.0 ** (number - 1), _LONGEST_PAUSE_S)
            self._reporter.notes(
                f"{decision.step} failed ({result.error}); attempt {number + 1} "
                f"of {service.the_step.retries + 1} in {pause_s:g} s"
            )
            self._reporter.prepares(decision.step)
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
