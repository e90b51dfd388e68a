"""Sends what waits in a home's outbox to one hub, as far as it gets."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from modelcompose.database.database import Database
from modelcompose.errors import DatabaseError
from modelcompose.hub.sending import outbox
from modelcompose.hub.sending.outbox import HubState
from modelcompose.hub.sending.remote import Away, Denied, Refused, Remote
from modelcompose.hub.sending.run_sender import RunSender
from modelcompose.hub.sending.tokens import token_for

_GONE = 404


class Progress(Struct, frozen=True):
    """How far a pass has come."""

    done: int
    of: int


class Stopped(Exception):
    """Whoever started the sender has no more time."""


class Sender:
    """The sender of one home to one hub. For one thread at a time.

    Nothing is sent twice by two senders of a home: one of them holds the hub's lock. What is
    cut off in the middle, by a kill or the hub's, goes on where it ended.
    """

    def __init__(self, home: Path, database: Database, hub: str, token: str | None) -> None:
        """Take what it works with; nothing is sent yet."""
        self._home = home
        self._database = database
        self._hub = hub
        self._remote = Remote(hub, token)
        self._runs = RunSender(home, database, self._remote)

    def send(
        self,
        *,
        is_asked: bool = False,
        stopping: Callable[[], bool] = lambda: False,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> bool:
        """Send what waits; give whether all of it was sent.

        Args:
            is_asked: whether also what was refused, and to a hub that did not answer just now.
            stopping: asked before each call; when it says so, the rest is left.
            progress: told after each run.

        Raises:
            DatabaseError: the outbox cannot be read or written.
        """
        with self._alone() as is_alone:
            if not is_alone or not (is_asked or self._is_due()):
                return False
            try:
                return self._pass(is_asked=is_asked, stopping=stopping, progress=progress)
            except (Away, Denied) as error:
                with self._database.write() as connection:
                    outbox.note_trouble(connection, self._hub, _words(error), time.time())
                return False
            except Stopped:
                return False

    def state(self) -> HubState:
        """Give what waits."""
        with self._database.read() as connection:
            return outbox.state(connection, self._hub)

    def close(self) -> None:
        """Give back the connection to the hub."""
        self._remote.close()

    def _pass(
        self,
        *,
        is_asked: bool,
        stopping: Callable[[], bool],
        progress: Callable[[Progress], None],
    ) -> bool:
        def checked() -> None:
            if stopping():
                raise Stopped

        with self._database.read() as connection:
            waiting = outbox.waiting(connection, self._hub, also_refused=is_asked)
        is_whole = True
        for place, run in enumerate(waiting):
            checked()
            is_whole &= self._send_run(run, checked)
            progress(Progress(place + 1, len(waiting)))
        checked()
        return self._send_plans() and is_whole

    def _send_run(self, run: int, checked: Callable[[], None]) -> bool:
        try:
            if self._runs.send(run, checked):
                self._note_answer()
        except Refused as error:
            with self._database.write() as connection:
                if error.status == _GONE:  # it was emptied there: told anew next time
                    outbox.note_document(connection, run, "")
                outbox.note_refused(connection, run, error.message)
            return False
        return True

    def _send_plans(self) -> bool:
        with self._database.read() as connection:
            plans = outbox.plans(connection, self._hub)
        is_whole = True
        for project, folder, taken_at, document in plans:
            try:
                self._runs.send_plan(project, document)
            except Refused:
                is_whole = False  # another token may be let in, or a newer hub understand it
                continue
            with self._database.write() as connection:
                outbox.note_plan(connection, project, folder, taken_at)
            self._note_answer()
        return is_whole

    def _note_answer(self) -> None:
        with self._database.read() as connection:
            if outbox.pause(connection, self._hub) is None:
                return
        with self._database.write() as connection:
            outbox.note_answer(connection, self._hub)

    def _is_due(self) -> bool:
        with self._database.read() as connection:
            pause = outbox.pause(connection, self._hub)
        if pause is None:
            return True
        # A clock that was set back keeps nobody waiting.
        return not 0 < pause.again_at - time.time() <= outbox.LONGEST_PAUSE_S

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        name = hashlib.sha256(self._hub.encode()).hexdigest()[:16]
        path = self._home / "sending" / f"{name}.lock"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = path.open("ab")
        except OSError as error:
            raise DatabaseError(f"{path}: {error.strerror or error}") from error
        with lock:  # closing it gives the lock back, and so does dying
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True


def open_sender(
    home: Path, database: Database, hub: str, environment: Mapping[str, str] = os.environ
) -> Sender:
    """Give the sender to a hub, with the token that is there for it.

    Raises:
        UsageError: the tokens cannot be read.
    """
    return Sender(home, database, hub, token_for(home, hub, environment))


def _words(error: Away | Denied) -> str:
    return error.message if error.hint is None else f"{error.message.rstrip('.')}; {error.hint}"
