"""Runs whose clients have vanished, looked for while the hub is up: a thread that looks at times.

MLflow leaves such runs running for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Event, Thread

from modelcompose.compose.duration import parse_duration
from modelcompose.database.database import Database
from modelcompose.errors import ModelComposeError, UsageError
from modelcompose.tracking.contact import end_lost

VARIABLE = "MODELCOMPOSE_HUB_LOST_AFTER"
DEFAULT_S = 86_400.0
"""An epoch of more than a day without one call is rare, and its run comes back by the next."""

_LOOKS = 24
"""So many times it looks in the time after which a run is lost…"""
_LEAST_S = 1.0
_MOST_S = 600.0

_log = logging.getLogger(__name__)


class LostRuns:
    """Ends runs whose clients have vanished, from `start` to `stop`."""

    def __init__(
        self, database: Database, clock: Callable[[], float], after_s: float = DEFAULT_S
    ) -> None:
        """Take where runs are, and after how long a silence they are lost; 0 for never."""
        self._database = database
        self._clock = clock
        self._after_s = after_s
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="lost-runs", daemon=True)

    def start(self) -> None:
        """Begin; to be called once."""
        if self._after_s:
            self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        rest_s = min(_MOST_S, max(_LEAST_S, self._after_s / _LOOKS))
        # Not at once: what is starting has better things to do.
        while not self._stopping.wait(min(rest_s, _LEAST_S)):
            try:
                self._look()
            except ModelComposeError:
                _log.debug("lost runs are looked for again later", exc_info=True)
            except Exception:  # noqa: BLE001 - a bug, and to be seen; the next look may be at other runs
                _log.exception("lost runs: the look failed; again later")
            if self._stopping.wait(rest_s):
                return

    def _look(self) -> None:
        while not self._stopping.is_set():
            with self._database.write() as connection:
                if not end_lost(connection, self._clock() - self._after_s):
                    return


def lost_after_s(variables: Mapping[str, str]) -> float:
    """Read after how long a silence of its client a run is lost.

    Args:
        variables: the environment.

    Raises:
        UsageError: it is no duration.
    """
    text = variables.get(VARIABLE, "")
    if not text:
        return DEFAULT_S
    found = 0.0 if text == "0" else parse_duration(text)
    if found is None:
        raise UsageError(
            f"{VARIABLE}: expected a duration such as 12h, or 0 for never, found {text!r}",
            hint=f"unset it for a day: unset {VARIABLE}",
        )
    return found
