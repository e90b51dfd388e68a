"""The thread that delivers: what this process logs, and what others left behind."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

from modelcompose_sdk import spool
from modelcompose_sdk.client import Away, Client, Refused
from modelcompose_sdk.delivery import Delivery
from modelcompose_sdk.run import KNOWN_IDS, Run
from modelcompose_sdk.settings import Settings, warn

_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_HURRIED_PAUSE_S = 0.1
_TRIES = 5
"""How often a server that is away is tried by somebody who waits for it."""


class Background:
    """One thread for all runs of a process."""

    def __init__(self, settings: Settings) -> None:
        """Start the thread."""
        self._settings = settings
        self._client = Client(settings) if settings.address else None
        self._runs: dict[Run, Delivery | None] = {}
        self._turn = threading.Condition()
        self._passes = 0
        self._is_away = False
        self._has_warned = False
        self._wanted = False
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="modelcompose-sdk", daemon=True)
        self._thread.start()

    def add(self, run: Run) -> None:
        """Deliver a run from now on."""
        with self._turn:
            self._runs[run] = None

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that was logged before is delivered; tell whether it was."""
        if self._client is None:
            for run in list(self._runs):
                run.sync()
            return True
        deadline = time.monotonic() + timeout_s
        with self._turn:
            # The pass that goes on now may have missed what was logged last.
            first, tries = self._passes + 2, self._passes + 2 + _TRIES
            while self._thread.is_alive():
                if self._passes >= first and not self._is_away:
                    return True
                left = deadline - time.monotonic()
                if left <= 0 or self._passes >= tries:
                    return False
                self._wanted = True
                self._turn.notify_all()
                self._turn.wait(min(left, _PAUSE_S))
            return False

    def stop(self, timeout_s: float) -> None:
        """Deliver what is left, and end the thread."""
        is_done = self.flush(timeout_s)
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
        if is_done:
            self._thread.join(timeout_s)
        elif self._runs:
            warn(f"not all was delivered; the rest is kept in {self._settings.spool}")

    def _work(self) -> None:
        pause_s = _PAUSE_S
        adopted = self._client is None
        while True:
            self._is_away = not self._pass()
            if not adopted and not self._is_away:
                adopted = True
                self._adopt()
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S) if self._is_away else _PAUSE_S
            with self._turn:
                self._passes += 1
                self._turn.notify_all()
                if self._stopping:
                    return
                if not self._wanted:
                    self._turn.wait(pause_s)
                elif self._is_away:
                    self._turn.wait_for(lambda: self._stopping, _HURRIED_PAUSE_S)
                self._wanted = False

    def _pass(self) -> bool:
        """Deliver what is there now; tell whether the server answered."""
        for run in list(self._runs):
            run.sync()
            if self._client is None:
                continue
            try:
                self._deliver(self._client, run)
            except Away as error:
                self._warn_once(f"{self._settings.address} is away ({error}); it is tried again")
                return False
            except Refused as error:
                warn(f"{run.path} cannot be delivered: {error}")
                with self._turn:
                    self._runs.pop(run, None)
            except Exception as error:  # noqa: BLE001 - a fault here must not end a training
                warn(f"{run.path}: {error!r}")
                with self._turn:
                    self._runs.pop(run, None)
        return True

    def _deliver(self, client: Client, run: Run) -> None:
        delivery = self._runs.get(run)
        is_over = not run.is_open
        if delivery is None:
            reader = spool.Reader(run.path)
            delivery = Delivery(client, reader, is_new=True, known=KNOWN_IDS)
            self._runs[run] = delivery
        delivery.deliver()
        if is_over and delivery.finish():
            run.close()
            with self._turn:
                self._runs.pop(run, None)

    def _adopt(self) -> None:
        """Deliver what processes that have died left in the spool."""
        own = {run.path for run in list(self._runs)}
        for path in spool.files(self._settings.spool):
            if path not in own and not self._stopping and self._client is not None:
                with suppress(Away):
                    deliver_file(self._client, path)

    def _warn_once(self, message: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            warn(message)


def deliver_file(client: Client, path: Path, *, is_forced: bool = False) -> bool:
    """Deliver a file whose writer has died; tell whether it is delivered.

    Args:
        client: of the server.
        path: the file.
        is_forced: whether to take the file where it cannot be told that its writer has died.

    Raises:
        Away: the server does not answer.
    """
    try:
        reader = spool.Reader(path)
    except (OSError, ValueError):
        return False
    if not reader.adopt() and not is_forced:
        reader.close()
        return False
    try:
        delivery = Delivery(client, reader, is_new=False, known=KNOWN_IDS)
        delivery.deliver()
        return delivery.finish()
    except Refused as error:
        warn(f"{path} cannot be delivered: {error}")
        return False
    finally:
        reader.close()
