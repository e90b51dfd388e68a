"""What callers see of an execution that threads of ours attend to."""

from __future__ import annotations

import threading

from modelcompose.engine.protocol import Job, Outcome
from modelcompose.engine.stopping import Stopping
from modelcompose.engine.waking import Wake


class AttendedExecution:
    """Takes requests to end, and hands over how it ended; the threads do the rest.

    They set `_outcome` or `_error`, then `_done`, and close `_wake`.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._stopping = Stopping(job.timeout_s, job.service.stop_grace_period_s)
        self._wake = Wake()
        self._outcome: Outcome | None = None
        self._error: BaseException | None = None
        self._done = threading.Event()

    def wait(self, timeout_s: float | None = None) -> Outcome | None:
        """Wait for the end, or until `timeout_s` have passed; raises what the sink raised."""
        if not self._done.wait(timeout_s):
            return None
        if self._error is not None:
            raise self._error
        return self._outcome

    def stop(self) -> None:
        """Send the service's stop signal, and a kill after its grace period."""
        self._stopping.request()
        self._wake.ring()

    def kill(self) -> None:
        """Kill it."""
        self._stopping.hurry()
        self._wake.ring()
