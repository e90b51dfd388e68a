"""Carries what tracked services wrote to their spools to the hub, where they cannot do it.

That is what processes left that have died, and all of a service whose networks reach no hub. A
spool comes from a container: it is opened as the SDK opens it, and goes with the service's token.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from modelcompose.hub.kept.access import kept_token
from modelcompose.hub.kept.announcing import folder_of
from modelcompose.hub.step_runs.sdk import make_importable, sdk_folder
from modelcompose.store.failures import translated

if TYPE_CHECKING:
    from modelcompose_sdk.delivery import Delivery
    from modelcompose_sdk.spool import Reader


class Carried(Struct, frozen=True):
    """A service's spool."""

    folder: str
    project: str
    service: str
    is_cut_off: bool
    """Whether the service can deliver nothing itself."""


def remember(home: Path, carried: Carried) -> None:
    """Have the hub that is kept look after a spool, as long as its folder is there.

    Raises:
        StoreError: the home folder cannot be written.
    """
    name = hashlib.sha256(os.fsencode(carried.folder)).hexdigest()[:16]
    path = folder_of(home) / "spools" / f"{name}.json"
    with translated(path, "cannot be written"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        new.write_bytes(msgspec.json.encode(carried))
        new.replace(path)


class Carrier:
    """Looks after the spools of one home folder; of one thread."""

    def __init__(self, home: Path, address: str, tell: Callable[[str], None]) -> None:
        """Take the hub's address, and who is told of trouble."""
        self._home = home
        self._address = address
        self._tell = tell
        self._known: dict[str, str] = {}
        self._begun: dict[Path, tuple[Reader, Delivery]] = {}
        self._refused: set[Path] = set()

    def look(self) -> None:
        """Carry what there is; what cannot be carried now waits for the next look."""
        if sdk_folder() is None:  # it was left out of this installation
            return
        make_importable()
        from modelcompose_sdk.spool import files

        for carried in self._remembered():
            for path in files(Path(carried.folder)):  # a run's file goes before its children's
                if path not in self._refused:
                    self._carry(carried, path)

    def _remembered(self) -> Iterator[Carried]:
        for path in sorted((folder_of(self._home) / "spools").glob("*.json")):
            try:
                found = msgspec.json.decode(path.read_bytes(), type=Carried)
            except (OSError, msgspec.MsgspecError):
                continue
            if Path(found.folder).is_dir():
                yield found
            else:
                path.unlink(missing_ok=True)

    def _carry(self, carried: Carried, path: Path) -> None:
        from modelcompose_sdk.client import Away, Refused

        try:
            self._deliver(carried, path)
        except Away:
            return
        except Refused as error:
            self._give_up(path, f"is refused: {error}")
        except Exception as error:  # noqa: BLE001 - whatever a container wrote, the others go on
            self._give_up(path, f"cannot be read: {error!r}")

    def _deliver(self, carried: Carried, path: Path) -> None:
        if path not in self._begun:
            begun = self._begin(carried, path)
            if begun is None:
                return
            self._begun[path] = begun
        reader, delivery = self._begun[path]
        is_left = reader.adopt()
        delivery.deliver()
        if is_left and delivery.finish():
            del self._begun[path]

    def _begin(self, carried: Carried, path: Path) -> tuple[Reader, Delivery] | None:
        from modelcompose_sdk.client import Client
        from modelcompose_sdk.delivery import Delivery
        from modelcompose_sdk.spool import Reader

        token = kept_token(self._home, carried.project, carried.service)
        if token is None:
            return None
        reader = Reader(path)
        if not carried.is_cut_off and not reader.adopt():  # its writer lives, and delivers it
            reader.close()
            return None
        client = Client.at(self._address, token)
        return reader, Delivery(client, reader, is_new=False, known=self._known, told=self._tell)

    def _give_up(self, path: Path, why: str) -> None:
        self._refused.add(path)
        begun = self._begun.pop(path, None)
        if begun is not None:
            begun[0].close()
        self._tell(f"{path}: what a service logged {why}")
