"""When an execution is to be stopped, and when killed: a deadline and a request, as a value."""

from __future__ import annotations

import time
from typing import Literal

Cause = Literal["timeout", "request"]


class Stopping:
    """Keeps one execution's deadline and grace period.

    `request` may come from any thread; the rest is for the one thread that attends to the
    execution. Times are those of `time.monotonic`.

    Attributes:
        cause: why the execution was asked to end; None while it was not.
    """

    def __init__(self, timeout_s: float | None, grace_s: float, now: float | None = None) -> None:
        start = time.monotonic() if now is None else now
        self.cause: Cause | None = None
        self.grace_s = grace_s
        self._deadline = float("inf") if timeout_s is None else start + timeout_s
        self._kill_at = float("inf")
        self._is_requested = False
        self._is_hurried = False

    def request(self) -> None:
        """Have the execution asked to end at the next turn."""
        self._is_requested = True

    def hurry(self) -> None:
        """Have the execution killed at the next turns: asked, and granted no time."""
        self._is_hurried = self._is_requested = True

    def next_moment(self) -> float:
        """Give the time of the next action; infinity where none is foreseen."""
        if self.cause is not None:
            return 0.0 if self._is_hurried and self._kill_at < float("inf") else self._kill_at
        return 0.0 if self._is_requested else self._deadline

    def action(self, now: float) -> Literal["ask", "kill"] | None:
        """Say what is to be done at this moment; each answer is given once."""
        if now < self.next_moment():
            return None
        if self.cause is None:
            self.cause = "request" if self._is_requested else "timeout"
            self._kill_at = now + self.grace_s
            return "ask"
        self._kill_at = float("inf")
        return "kill"
