"""Sends what clients log into a hub that serves, where its projects go to a shared one."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

from modelcompose.database.database import Database
from modelcompose.errors import ModelComposeError
from modelcompose.hub.sending import outbox
from modelcompose.hub.sending.sender import Sender, open_sender

EVERY_S = 5.0
_GRACE_S = 2.0

_log = logging.getLogger(__name__)


class Forwarder:
    """Sends to all hubs of a home's outbox, from `start` to `stop`."""

    def __init__(self, home: Path, database: Database) -> None:
        """Take the home and the database of its hub; another database sends nothing."""
        self._home = home
        self._database = database
        self._stop = Event()
        self._has_failed = False
        self._thread = Thread(target=self._run, name="hub forwarder", daemon=True)
        self._is_own = database.name == str((home / "hub.db").absolute())

    def start(self) -> None:
        """Begin to send."""
        if self._is_own:
            self._thread.start()

    def stop(self) -> None:
        """End; what is left is sent by the next command, or the next hub."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_GRACE_S)

    def _run(self) -> None:
        with ExitStack() as opened:
            senders: dict[str, Sender] = {}
            while not self._stop.wait(EVERY_S):
                try:
                    self._send(senders, opened)
                except ModelComposeError as error:  # the database is busy: again later
                    _log.warning("sending: %s", error.message)
                except Exception:  # noqa: BLE001 - told, with its traceback
                    # A bug, and to be seen; but one run must not keep all others here for ever.
                    if not self._has_failed and not self._stop.is_set():
                        _log.exception("sending: it fails, and is tried again; told once")
                    self._has_failed = True

    def _send(self, senders: dict[str, Sender], opened: ExitStack) -> None:
        with self._database.read() as connection:
            hubs = outbox.hubs(connection)
        for hub in hubs:
            if hub not in senders:
                senders[hub] = open_sender(self._home, self._database, hub)
                opened.callback(senders[hub].close)
            senders[hub].send(stopping=self._stop.is_set)
