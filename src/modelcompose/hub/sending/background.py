"""Sends while a command works, beside it: what it does never waits for the hub."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

from modelcompose.database.database import Database
from modelcompose.errors import ModelComposeError
from modelcompose.hub.sending import outbox
from modelcompose.hub.sending.sender import Sender, open_sender

EVERY_S = 2.0


class Background:
    """Sends what waits for one hub, from `start` to `finish`.

    Errors end in what `finish` gives, and nowhere else.
    """

    def __init__(self, home: Path, hub: str, environment: Mapping[str, str]) -> None:
        """Take what it works with; nothing is sent yet."""
        self._home = home
        self._hub = hub
        self._environment = environment
        self._stop = Event()
        self._deadline = float("inf")
        self._trouble: str | None = None
        self._thread = Thread(target=self._run, name="hub sender", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def finish(self, patience_s: float) -> outbox.HubState:
        """Send what is left for a while, and end; give what is still waiting.

        Args:
            patience_s: how long at most; less where the hub did not answer just now.
        """
        self._deadline = time.monotonic() + patience_s
        self._stop.set()
        self._thread.join(patience_s)
        try:
            with closing(Database.at(self._home / "hub.db")) as database:
                state = _state(database, self._hub)
        except ModelComposeError as error:
            return outbox.HubState(self._hub, 0, (), error.message)
        if self._trouble is None:
            return state
        return outbox.HubState(self._hub, state.waiting, state.refused, self._trouble)

    def _run(self) -> None:
        try:
            with closing(Database.at(self._home / "hub.db")) as database:
                with database.write() as connection:
                    outbox.forget_refusals(connection, self._hub)
                sender = open_sender(self._home, database, self._hub, self._environment)
                with closing(sender):
                    self._send(sender)
        except ModelComposeError as error:
            self._trouble = error.message
        except Exception as error:  # noqa: BLE001 - what the command did stays done
            self._trouble = f"{type(error).__name__}: {error}"

    def _send(self, sender: Sender) -> None:
        while True:
            is_last = self._stop.is_set()
            try:
                sender.send(stopping=self._is_over)
            except ModelComposeError as error:  # the database is busy: again later
                self._trouble = error.message
            else:
                self._trouble = None
            if is_last:
                return
            self._stop.wait(EVERY_S)

    def _is_over(self) -> bool:
        return time.monotonic() > self._deadline


def _state(database: Database, hub: str) -> outbox.HubState:
    with database.read() as connection:
        return outbox.state(connection, hub)
