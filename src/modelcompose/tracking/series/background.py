"""Compaction while the hub is up: a thread that looks now and then, and keeps the log small."""

from __future__ import annotations

import logging
from threading import Event, Thread

from modelcompose.errors import DatabaseError, StorageFull
from modelcompose.tracking.series.store import SeriesStore

EVERY_S = 2.0
_SHARE = 4
"""It rests so many times as long as it worked, so that those who log have the processor."""


_AFTER_FAILURE = 15
"""It waits so many times as long after an error that nobody expected."""

_log = logging.getLogger(__name__)


class Compactor:
    """Compacts what is logged into, from `start` to `stop`.

    It may be killed at any time. While the database cannot be used it waits for the next turn:
    whoever logs is told.
    """

    def __init__(self, store: SeriesStore, every_s: float = EVERY_S) -> None:
        self._store = store
        self._every_s = every_s
        self._stopping = Event()
        self._has_failed = False
        self._thread = Thread(target=self._run, name="compaction", daemon=True)

    def start(self) -> None:
        """Begin; to be called once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the compaction under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        import time

        rest_s = self._every_s
        while not self._stopping.wait(rest_s):
            began = time.thread_time()
            try:
                self._store.compact(stopping=self._stopping.is_set)
                self._store.tidy()
            except (DatabaseError, StorageFull):
                rest_s = self._every_s
            except Exception:  # noqa: BLE001 - told, with its traceback
                # A bug, and to be seen; but a log that nobody compacts would grow for ever.
                if not self._has_failed:
                    _log.exception("compaction: it fails, and is tried again; told once")
                self._has_failed = True
                rest_s = self._every_s * _AFTER_FAILURE
            else:
                rest_s = max(self._every_s, (time.thread_time() - began) * _SHARE)
