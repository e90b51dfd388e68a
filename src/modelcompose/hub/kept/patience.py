"""How long a hub stays up that nobody needs: pure, given what was seen and when."""

from __future__ import annotations

from modelcompose.compose.duration import parse_duration
from modelcompose.errors import UsageError

VARIABLE = "MODELCOMPOSE_HUB_PATIENCE"

DEFAULT_S = 60.0
_UNKNOWN = 10
"""So many times as long it stays where nobody can tell: the engine may be starting anew."""


class Patience:
    """Waits for the need to come back."""

    def __init__(self, none_s: float, now: float) -> None:
        """Begin to wait.

        Args:
            none_s: how long it stays where nothing needs it.
            now: in seconds, as all times here, by a clock that never goes back.
        """
        self._none_s = none_s
        self._needed_at = now
        self._told_at = now

    def is_over(self, *, is_needed: bool | None, now: float) -> bool:
        """Tell whether it is time to end.

        Args:
            is_needed: whether anything needs the hub now; None where that cannot be told.
            now: when that was seen.
        """
        if is_needed:
            self._needed_at = now
        if is_needed is not None:
            self._told_at = now
            return now - self._needed_at >= self._none_s
        return now - self._told_at >= self._none_s * _UNKNOWN


def patience_s(text: str | None) -> float:
    """Read how long a hub stays that nobody needs: a duration such as `90s`.

    Raises:
        UsageError: it is none.
    """
    if not text:
        return DEFAULT_S
    found = parse_duration(text)
    if not found:
        raise UsageError(
            f"{VARIABLE}: expected a duration such as 90s or 1h30m, found {text!r}",
            hint=f"unset it for a minute: unset {VARIABLE}",
        )
    return found
