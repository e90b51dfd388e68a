"""How long an engine that went away is waited for: it may only be restarting."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

DELAYS_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Pauses before each further attempt; about 13 s together."""


class Patience:
    """Counts out the pauses between attempts; each time the engine goes away they begin anew."""

    def __init__(self, given_up: Event, delays_s: Sequence[float] = DELAYS_S) -> None:
        """Take what ends a pause early, and all further attempts, once it is set."""
        self._given_up = given_up
        self._delays_s = delays_s
        self._left = iter(delays_s)

    def renew(self) -> None:
        """Take that the engine answered."""
        self._left = iter(self._delays_s)

    def has_more(self) -> bool:
        """Pause before another attempt; tell whether there is to be one."""
        delay_s = next(self._left, None)
        return delay_s is not None and not self._given_up.wait(delay_s)
