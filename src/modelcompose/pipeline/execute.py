"""Carrying out a plan: steps in parallel as far as the graph, `jobs` and devices allow."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial

from modelcompose.engine.waking import Wake
from modelcompose.errors import Interrupted
from modelcompose.pipeline.announcing import announced, occasion_of
from modelcompose.pipeline.claims import GPU, Claim, Ledger, claim_of, machine_lacks
from modelcompose.pipeline.devices import Devices
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.interruption import interruptions
from modelcompose.pipeline.orders import Orders
from modelcompose.pipeline.plan import Plan
from modelcompose.pipeline.progress import ProgressFile
from modelcompose.pipeline.report import Reporter, StepResult, Together
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.step_worker import StepWorker
from modelcompose.pipeline.watching import Pulse


def execute(
    session: Session, nodes: Sequence[Node], plan: Plan, orders: Orders, reporter: Reporter
) -> list[StepResult]:
    """Carry out a plan and give how each step came out, in the plan's order.

    A failed step stops the steps that need it, and no others. What succeeded is in `ml.lock`
    afterwards, however this ends.

    Raises:
        Interrupted: the user stopped it; what ran was stopped and recorded, and what had
            succeeded before stays.
    """
    register = _registration(session)
    progress = ProgressFile(session.folder.progress)
    told = Together(reporter, progress)
    executor = _Executor(session, nodes, plan, orders, told)
    with (
        announced(occasion_of(session), reporter.notes) as ended,
        closing(executor.wake),
        interruptions(executor.interrupt, executor.wake),
        progress,
        Pulse(session.watches, told, after=progress.flush),
    ):
        try:
            executor.run()
        finally:
            executor.close()
        register(executor.results(), told)
        ended(executor.results())
    return executor.results()


def _registration(session: Session) -> Callable[[Sequence[StepResult], Reporter], object]:
    """Give what registers models at the end; a wrong gate is told before anything has run."""
    if not session.project.models:
        return lambda _results, _reporter: None
    from modelcompose.pipeline.registering import read_gates, register_models

    return partial(register_models, session, read_gates(session.project))


class _Executor:
    def __init__(
        self,
        session: Session,
        nodes: Sequence[Node],
        plan: Plan,
        orders: Orders,
        reporter: Reporter,
    ) -> None:
        self._session = session
        self._nodes = {node.step: node for node in nodes}
        self._reporter = reporter
        self._jobs = orders.jobs
        self._results: dict[str, StepResult] = {}
        self._running: dict[Future[StepResult], Node] = {}
        self.wake = Wake()
        """Rung for each step that has ended, and for each request to end."""
        self._ended: deque[Future[StepResult]] = deque()
        self._requests = 0
        self._worker = StepWorker(session, plan, orders.forced, reporter)
        self._pool = ThreadPoolExecutor(max_workers=orders.jobs, thread_name_prefix="step")
        blocked = {decision.step for decision in plan.blocked}
        self._claims = {
            node.step: Claim() if node.step in blocked else claim_of(session.service(node))
            for node in nodes
        }
        needs_gpus = any(claim.gpus for claim in self._claims.values())
        limits = session.project.limits
        self._devices = Devices(session.engine.gpus() if needs_gpus else (), limits.get(GPU))
        self._ledger = Ledger(limits, self._devices)
        self._reasons: dict[str, str] = {}
        """What each step waits for, as it was last told."""

    def interrupt(self) -> None:
        """Ask it to end; may be called at any moment, also from a signal's handler."""
        self._requests += 1

    def run(self) -> None:
        waiting = dict(self._nodes)
        handled = 0
        self._start(waiting)
        while self._running:
            self.wake.quieten()
            while handled < self._requests and self._running:
                handled += 1
                self._stop()
            while self._ended:
                self._take(self._ended.popleft())
            if not self._session.stopping.is_set():
                self._start(waiting)

    def close(self) -> None:
        """Wait for what runs, which is little after `run` and told to end when that broke off."""
        if self._running:
            self._session.stop()
        self._pool.shutdown(cancel_futures=True)
        self._worker.close()
        self._session.write_lock()

    def results(self) -> list[StepResult]:
        if self._requests:
            raise Interrupted(
                "stopped; what had succeeded before is kept",
                hint="the same command goes on from there",
            )
        return [self._results[name] for name in self._nodes]

    def _stop(self) -> None:
        names = ", ".join(node.step for node in self._running.values())
        if self._session.stopping.is_set():
            self._reporter.notes(f"killing {names}")
            self._session.kill()
        else:
            self._reporter.notes(f"stopping {names} (Ctrl-C again: kill at once)")
            self._session.stop()

    def _start(self, waiting: dict[str, Node]) -> None:
        """Start what can start: all before it came out well, and there is room and what it uses."""
        reasons: dict[str, str] = {}
        for name, node in list(waiting.items()):
            before = [other for other in node.upstream if other in self._nodes]
            unfinished = [other for other in before if other not in self._results]
            if unfinished:
                reasons[name] = _listed(unfinished)
            elif (refusal := self._refusal(node, before)) is not None:
                del waiting[name]
                self._end(refusal)
            elif reason := self._try_to_start(node):
                reasons[name] = reason
            else:
                del waiting[name]
        if reasons != self._reasons:
            self._reasons = reasons
            self._reporter.waits(reasons)

    def _try_to_start(self, node: Node) -> str | None:
        """Start a step, or give what it waits for."""
        claim = self._claims[node.step]
        grant = self._ledger.take(node.step, claim)
        if grant is None:
            return self._ledger.awaited(claim)
        if len(self._running) >= self._jobs:
            self._ledger.release(node.step)
            return f"one of {self._jobs} jobs (--jobs)"
        future = self._pool.submit(self._worker.bring, node, grant)
        self._running[future] = node
        future.add_done_callback(self._note_end)
        return None

    def _note_end(self, future: Future[StepResult]) -> None:
        self._ended.append(future)
        self.wake.ring()

    def _refusal(self, node: Node, before: Sequence[str]) -> StepResult | None:
        failed = [other for other in before if not self._results[other].is_good]
        if failed:
            return StepResult(node.step, "blocked", error=f"{', '.join(failed)} did not succeed")
        lack = machine_lacks(node.step, self._claims[node.step], self._devices)
        return StepResult(node.step, "failed", error=lack) if lack else None

    def _take(self, future: Future[StepResult]) -> None:
        node = self._running.pop(future)
        self._ledger.release(node.step)
        self._end(future.result())

    def _end(self, result: StepResult) -> None:
        self._results[result.step] = result
        self._reporter.ends(result)


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join([*names[:most], f"{more} more"] if more > 0 else names)
