"""When a step with a period is to be made again. Pure: the clock is the caller's."""

from __future__ import annotations

from datetime import UTC, datetime

from modelcompose.pipeline.plan import Made

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_AGES = (
    (1, "s", 2 * _MINUTE_S),
    (_MINUTE_S, "min", 2 * _HOUR_S),
    (_HOUR_S, "h", 2 * _DAY_S),
)
"""Seconds in a unit, its name, and the age from which the next one says more."""


def overdue(made_at: float | None, now: float, every_s: float | None) -> str | None:
    """Say why what was made is too old, in words; None where it is not.

    What is told to be made in the future was made by a clock that ran ahead. It counts as made
    now, but for no longer than a whole period: a clock that was years ahead keeps nothing fresh.

    Args:
        made_at: seconds since the epoch; None where nobody noted it.
        now: the same.
        every_s: how old it may become; None for ever.
    """
    if every_s is None:
        return None
    period = f"every {period_in_words(every_s)}"
    if made_at is None:
        return f"when it was made is not known, {period}"
    age_s = now - made_at
    if age_s > every_s:
        return f"made {age_in_words(age_s)} ago, {period}"
    if -age_s > every_s:
        return f"made {age_in_words(-age_s)} ahead of this machine's clock, {period}"
    return None


def newest(one: Made | None, other: Made | None, now: float, every_s: float) -> Made | None:
    """Choose what was made last of what a run and a lock tell of one identity.

    What is not overdue goes before all else; of two such the later one, the first where neither
    has a time.
    """
    found = [made for made in (one, other) if made is not None]
    good = [made for made in found if overdue(made.ended_at, now, every_s) is None]
    return max(good or found, key=lambda made: made.ended_at or 0.0, default=None)


def age_in_words(seconds: float) -> str:
    """Give how long ago something was: `50 s`, `90 min`, `26 h`, `3 d`."""
    for size, unit, up_to in _AGES:
        if seconds < up_to:
            return f"{int(seconds / size)} {unit}"
    return f"{int(seconds / _DAY_S)} d"


def period_in_words(seconds: float) -> str:
    """Give a period as the Compose file has it: `1d`, `12h`, `90s`."""
    for size, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "m")):
        if seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def as_text(moment: float | None) -> str | None:
    """Give a moment as `ml.lock` has it: `2026-11-23T17:36:00Z`."""
    if moment is None:
        return None
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_moment(text: str | None) -> float | None:
    """Give the seconds since the epoch of what `as_text` wrote; None for anything else."""
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except ValueError:
        return None
