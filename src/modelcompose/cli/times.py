"""Times and lengths of time, as people say them."""

from __future__ import annotations

import time

_MINUTE_S = 60
_UNITS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"))


def ago(then: float | None, now: float | None = None) -> str:
    """Say how long ago a moment was; seconds since the epoch."""
    if then is None:
        return "some time ago"
    passed = max(0.0, (time.time() if now is None else now) - then)
    for length, unit in _UNITS:
        if passed >= length:
            count = int(passed // length)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now" if passed < 1 else f"{int(passed)} s ago"


def duration(seconds: float | None) -> str:
    """Say how long something took."""
    if seconds is None:
        return ""
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def elapsed(seconds: float) -> str:
    """Say how long something has been going on, in whole seconds at the finest."""
    return f"{max(0, int(seconds))} s" if seconds < _MINUTE_S else duration(seconds)
