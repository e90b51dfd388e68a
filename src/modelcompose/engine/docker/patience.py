"""How long an engine that went away is waited for: it may only be restarting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event

DELAYS_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Pauses before each further attempt; about 13 s together."""


def attempts(given_up: Event, delays_s: Sequence[float] = DELAYS_S) -> Iterator[int]:
    """Count attempts from 1: the first at once, each other after a longer pause.

    Ends early, also in the middle of a pause, once `given_up` is set.
    """
    yield 1
    for number, delay_s in enumerate(delays_s, start=2):
        if given_up.wait(delay_s):
            return
        yield number
