"""How long things take, whatever is done to the machine's clock meanwhile."""

from __future__ import annotations

import time

from msgspec.structs import replace

from modelcompose.engine.protocol import Outcome

_NOTICED_S = 1.0
"""A clock that is kept right moves by less, and is believed."""
_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that nobody sets, and that counts the time a machine sleeps where there is one."""


def clock_offset() -> float:
    """Give what the clock on the wall is ahead of the time since boot, in seconds."""
    return time.time() - time.clock_gettime(_SINCE_BOOT)


def steadied(outcome: Outcome, before: float, after: float) -> Outcome:
    """Give an outcome its true duration when the clock was set while it ran.

    Its end stays what the clock says now. What ended while nobody watched is believed: the clock
    may have been set since, and after a restart of the machine the offsets do not compare.

    Args:
        outcome: with times of the clock on the wall.
        before: the clock's offset when it began.
        after: the offset when it had ended.
    """
    jump_s = after - before
    if abs(jump_s) < _NOTICED_S or not outcome.was_watched:
        return outcome
    return replace(outcome, started_at=min(outcome.started_at + jump_s, outcome.ended_at))
