"""Carrying out a plan: steps in parallel as far as the graph, `jobs` and devices allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from modelcompose.pipeline.devices import Devices, Grant
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.plan import Plan
from modelcompose.pipeline.report import Reporter, StepResult
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.step_worker import Orders, StepWorker


def execute(
    session: Session, nodes: Sequence[Node], plan: Plan, orders: Orders, reporter: Reporter
) -> list[StepResult]:
    """Carry out a plan and give how each step came out, in the plan's order.

    A failed step stops the steps that need it, and no others.

    Raises:
        KeyboardInterrupt: the user stopped it; what ran is then stopped and recorded, and what
            succeeded before stays.
    """
    executor = _Executor(session, nodes, plan, orders, reporter)
    try:
        return executor.run()
    finally:
        executor.close()


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
        self._running: dict[Future[StepResult], tuple[Node, Grant]] = {}
        self._worker = StepWorker(session, plan, orders, reporter)
        self._pool = ThreadPoolExecutor(max_workers=orders.jobs, thread_name_prefix="step")
        claims = any(session.service(node).gpus for node in nodes)
        self._devices = Devices(session.engine.gpus() if claims else ())

    def run(self) -> list[StepResult]:
        waiting = dict(self._nodes)
        try:
            while waiting or self._running:
                self._start(waiting)
                self._take(wait(self._running, return_when=FIRST_COMPLETED).done)
        except KeyboardInterrupt:
            self._session.stop()
            self._take(wait(self._running).done)
            raise
        return [self._results[name] for name in self._nodes]

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._worker.close()

    def _start(self, waiting: dict[str, Node]) -> None:
        """Start what can start: all before it came out well, and there is room and a device."""
        for name, node in list(waiting.items()):
            before = [other for other in node.upstream if other in self._nodes]
            if not all(other in self._results for other in before):
                continue
            refusal = self._refusal(node, before)
            if refusal is not None:
                del waiting[name]
                self._end(refusal)
            elif len(self._running) < self._jobs:
                grant = self._devices.claim(self._session.service(node).gpus)
                if grant is not None:
                    del waiting[name]
                    future = self._pool.submit(self._worker.bring, node, grant)
                    self._running[future] = (node, grant)

    def _refusal(self, node: Node, before: Sequence[str]) -> StepResult | None:
        failed = [other for other in before if not self._results[other].is_good]
        if failed:
            return StepResult(node.step, "blocked", error=f"{', '.join(failed)} did not succeed")
        if not self._devices.can_ever(self._session.service(node).gpus):
            return StepResult(
                node.step, "failed", error="it claims more GPUs than this machine has"
            )
        return None

    def _take(self, done: Iterable[Future[StepResult]]) -> None:
        for future in done:
            node, grant = self._running.pop(future)
            self._devices.release(self._session.service(node).gpus, grant)
            self._end(future.result())

    def _end(self, result: StepResult) -> None:
        self._results[result.step] = result
        self._reporter.ends(result)
