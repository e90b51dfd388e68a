"""Carrying out a plan: steps in parallel as far as the graph, `jobs` and devices allow."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from modelcompose.errors import Interrupted
from modelcompose.pipeline.devices import Devices, Grant
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.interruption import interruptions
from modelcompose.pipeline.orders import Orders
from modelcompose.pipeline.plan import Plan
from modelcompose.pipeline.report import Reporter, StepResult
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.step_worker import StepWorker


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
    executor = _Executor(session, nodes, plan, orders, reporter)
    with interruptions(executor.interrupt):
        try:
            executor.run()
        finally:
            executor.close()
    return executor.results()


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
        self._events: SimpleQueue[Future[StepResult] | None] = SimpleQueue()
        """Each future that is done; None for each request to end."""
        self._requests = 0
        self._worker = StepWorker(session, plan, orders.forced, reporter)
        self._pool = ThreadPoolExecutor(max_workers=orders.jobs, thread_name_prefix="step")
        claims = any(session.service(node).gpus for node in nodes)
        self._devices = Devices(session.engine.gpus() if claims else ())

    def interrupt(self) -> None:
        """Ask it to end; may be called at any moment, also from a signal's handler."""
        self._requests += 1
        self._events.put(None)

    def run(self) -> None:
        waiting = dict(self._nodes)
        self._start(waiting)
        while self._running:
            done = self._events.get()
            if done is None:
                self._stop()
            else:
                self._take(done)
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
        names = ", ".join(node.step for node, _ in self._running.values())
        if self._session.stopping.is_set():
            self._reporter.notes(f"killing {names}")
            self._session.kill()
        else:
            self._reporter.notes(f"stopping {names} (Ctrl-C again: kill at once)")
            self._session.stop()

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
                    future.add_done_callback(self._events.put)

    def _refusal(self, node: Node, before: Sequence[str]) -> StepResult | None:
        failed = [other for other in before if not self._results[other].is_good]
        if failed:
            return StepResult(node.step, "blocked", error=f"{', '.join(failed)} did not succeed")
        if not self._devices.can_ever(self._session.service(node).gpus):
            return StepResult(
                node.step, "failed", error="it claims more GPUs than this machine has"
            )
        return None

    def _take(self, future: Future[StepResult]) -> None:
        node, grant = self._running.pop(future)
        self._devices.release(self._session.service(node).gpus, grant)
        self._end(future.result())

    def _end(self, result: StepResult) -> None:
        self._results[result.step] = result
        self._reporter.ends(result)
