"""Delivers what a step's code wrote to its spool, while the step runs and once it has ended.

What lies in a spool comes from a container: it is opened as the SDK opens it, never through a
link, and goes to the hub with the run's own token, which takes it for that run alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.hub.step_runs.sdk import make_importable

if TYPE_CHECKING:
    from modelcompose_sdk.client import Client
    from modelcompose_sdk.delivery import Delivery

_EVERY_S = 1.5
_SPOOLS = "*.spool"
_FILES = 200
"""How many are read: more writers than one step's processes are a mistake, or malice."""
_LAST_TRIES = 3


class Spool:
    """The spool of one run; its methods are for one thread, the work is done in another."""

    def __init__(
        self,
        folder: Path,
        server: Callable[[], tuple[str, str, str]],
        notes: Callable[[str], None],
        *,
        is_new: bool,
    ) -> None:
        """Take a spool; nothing is read yet.

        Args:
            folder: where it lies.
            server: gives the hub's address, the run's token and its experiment; called when there
                is something.
            notes: is told of trouble, once for each kind.
            is_new: whether nothing can have been delivered before.
        """
        self._folder = folder
        self._server = server
        self._notes = notes
        self._is_new = is_new
        self._told: set[str] = set()
        self._deliveries: dict[str, Delivery | None] = {}
        """By the files' names; None for what is not delivered."""
        self._known: dict[str, str] = {}
        self._client: Client | None = None
        self._experiment = ""
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_delivered = True

    def look(self) -> None:
        """Begin to deliver where there is something; returns at once."""
        if self._thread is None and self._names():
            self._thread = threading.Thread(target=self._work, name="spool", daemon=True)
            self._thread.start()

    def finish(self) -> None:
        """Deliver the rest."""
        self.pause()
        found = bool(self._deliveries) or bool(self._names())
        tries = 0
        while found and tries < _LAST_TRIES and not self._pass(is_last=True):
            tries += 1
            self._ending.wait(0)
        if tries == _LAST_TRIES:
            self._tell("what is left of it is lost")

    def pause(self) -> None:
        """End the work; what is left stays."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while True:
            self._pass(is_last=False)
            if self._ending.wait(_EVERY_S):
                return

    def _pass(self, *, is_last: bool) -> bool:
        """Deliver what is there now; tell whether the hub took it."""
        is_taken = True
        for name in self._names():
            is_taken &= self._deliver(name, is_last=is_last)
        return is_taken

    def _deliver(self, name: str, *, is_last: bool) -> bool:
        make_importable()
        from modelcompose_sdk.client import Away, Refused

        try:
            delivery = self._delivery(name)
            if delivery is not None:
                delivery.deliver()
                if is_last and delivery.finish():
                    self._deliveries[name] = None
        except Away as error:
            self._tell(f"what the step logged cannot be delivered yet: {error}")
            return False
        except Refused as error:
            self._tell(f"what the step logged is refused: {error}")
            self._deliveries[name] = None
        except Exception as error:  # noqa: BLE001 - whatever a container wrote, the step goes on
            self._tell(f"{name}: cannot be read: {error!r}")
            self._deliveries[name] = None
        return True

    def _delivery(self, name: str) -> Delivery | None:
        if name not in self._deliveries:
            from modelcompose_sdk.delivery import Delivery
            from modelcompose_sdk.spool import Reader

            client = self._ready_client()
            self._deliveries[name] = Delivery(
                client,
                Reader(self._folder / name),
                is_new=self._is_new,
                known=self._known,
                told=self._tell,
                experiment=self._experiment,
            )
        return self._deliveries[name]

    def _ready_client(self) -> Client:
        if self._client is None:
            from modelcompose_sdk.client import Client

            address, token, self._experiment = self._server()
            self._client = Client.at(address, token)
        return self._client

    def _names(self) -> list[str]:
        try:
            found = [(each.lstat().st_mtime, each.name) for each in self._folder.glob(_SPOOLS)]
        except OSError:
            return []
        names = [name for _, name in sorted(found)]  # a run's file goes before its children's
        if len(names) > _FILES:
            self._tell(f"the step logs from more than {_FILES} processes: not all is taken")
        return names[:_FILES]

    def _tell(self, message: str) -> None:
        kind = message.partition(":")[0]
        if kind not in self._told:
            self._told.add(kind)
            self._notes(message)
