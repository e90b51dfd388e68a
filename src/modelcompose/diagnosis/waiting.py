"""Waiting for an answer no longer than a bound, and finding what several checks need once.

A thread that hangs, in a dead network mount say, cannot be ended: it is left behind, and goes with
the process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

DEFAULT_LIMIT_S = 20.0


class NoAnswer(Exception):
    """The work did not end within its bound.

    Attributes:
        limit_s: the bound, in seconds.
    """

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"no answer within {limit_s:g} s")
        self.limit_s = limit_s


class Unknown(Exception):
    """A fact that a check rests on could not be found; the check that is about it says why."""


class Task(Generic[T]):
    """Work under way in a thread of its own. Any number of threads may ask for its result."""

    def __init__(self, work: Callable[[], T], limit_s: float) -> None:
        self._work = work
        self._limit_s = limit_s
        self._until = time.monotonic() + limit_s
        self._done = threading.Event()
        self._value: T | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def result(self) -> T:
        """Wait for what the work gives.

        Raises:
            NoAnswer: it takes longer than its bound.
            Exception: whatever the work raised.
        """
        if not self._done.wait(max(0.0, self._until - time.monotonic())):
            raise NoAnswer(self._limit_s)
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value] # set, where there is no error

    def _run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asks
            self._error = error
        self._done.set()


class Fact(Generic[T]):
    """Something to know that is found once, when it is first asked for.

    Attributes:
        limit_s: how long finding it may take, in seconds.
    """

    def __init__(self, find: Callable[[], T], limit_s: float = DEFAULT_LIMIT_S) -> None:
        self.limit_s = limit_s
        self._find = find
        self._guard = threading.Lock()
        self._task: Task[T] | None = None

    def get(self) -> T:
        """Give the fact; for the check that is about it.

        Raises:
            NoAnswer: it cannot be found in time.
            Exception: whatever finding it raised.
        """
        with self._guard:
            if self._task is None:
                self._task = Task(self._find, self.limit_s)
        return self._task.result()

    def known(self) -> T:
        """Give the fact; for checks that are about something else.

        Raises:
            Unknown: it could not be found.
        """
        try:
            return self.get()
        except Exception as error:
            raise Unknown from error
