"""Which projects a hub stands beside, and how they stand now: seen only while somebody asks."""

from __future__ import annotations

import logging
import platform
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from modelcompose.database.home import home_folder
from modelcompose.errors import ModelComposeError
from modelcompose.hub.beside.places import Place, place_of
from modelcompose.hub.tokens.principal import ALL_PROJECTS, Principal

if TYPE_CHECKING:
    from modelcompose.database.database import Database
    from modelcompose.hub.beside.looking import Look

EVERY_S = 2.0
"""A project is looked at so often at most, however many ask."""

PATIENCE_S = 3.0
"""How long a call waits for a look: what takes longer is there for the next call."""

_REST = 5.0
"""A look may take so small a part of the time: after one of a second, five are quiet."""
_MOST_AT_ONCE = 3

_log = logging.getLogger(__name__)


class Seen(Struct, frozen=True):
    """What came of asking; without a look, the reason in words."""

    look: Look | None = None
    reason: str = ""


class _Known(Struct):
    """What is known of one project."""

    seen: Seen
    again_at: float
    """In the time of `time.monotonic`."""


class Beside:
    """Looks at the projects beside one hub. Any number of threads may ask."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._guard = threading.Lock()
        self._known: dict[str, _Known] = {}
        self._looking: dict[str, Future[Seen]] = {}

    def ask(
        self,
        project: str,
        who: Principal,
        *,
        home: Path,
        database: Database,
        threads: ThreadPoolExecutor,
    ) -> Seen:
        """Tell how a project stands now, or why that cannot be told; never raises.

        Args:
            project: its name.
            who: asks.
            home: the hub's.
            database: the hub's.
            threads: where looks are made.
        """
        try:
            place = standing_beside(project, who, home, database)
        except NotBeside as reason:
            return Seen(reason=str(reason))
        future = self._start(project, home, place, threads)
        if isinstance(future, Seen):
            return future
        try:
            return future.result(PATIENCE_S)
        except FutureTimeout:
            known = self._known.get(project)
            if known is not None and known.seen.look is not None:
                return known.seen
            return Seen(
                reason=f"the look at {place.directory} takes longer than {PATIENCE_S:g} s; "
                "it is shown as soon as it is done"
            )

    def _start(
        self, project: str, home: Path, place: Place, threads: ThreadPoolExecutor
    ) -> Future[Seen] | Seen:
        with self._guard:
            known = self._known.get(project)
            if known is not None and time.monotonic() < known.again_at:
                return known.seen
            under_way = self._looking.get(project)
            if under_way is not None:
                return under_way
            if len(self._looking) >= _MOST_AT_ONCE:
                reason = "other projects are being looked at; this one comes next"
                return known.seen if known is not None else Seen(reason=reason)
            try:
                future = threads.submit(self._look, project, home, place)
            except RuntimeError:
                return Seen(reason="the hub is ending")
            self._looking[project] = future
            return future

    def _look(self, project: str, home: Path, place: Place) -> Seen:
        began = time.monotonic()
        seen = Seen(reason="the look failed; the hub's log says why")
        try:
            from modelcompose.hub.beside.looking import look

            seen = Seen(look(home, place))
        except (ModelComposeError, OSError) as error:
            seen = Seen(reason=f"{place.directory} cannot be looked at: {_words(error)}")
        except Exception:  # noqa: BLE001 - a bug, and to be seen; the page still shows the snapshot
            _log.exception("%s: the look failed", place.directory)
        finally:
            ended = time.monotonic()
            rest_s = max(EVERY_S, (ended - began) * _REST)
            with self._guard:
                self._known[project] = _Known(seen, ended + rest_s)
                self._looking.pop(project, None)
        return seen


class NotBeside(Exception):
    """Why this hub does not stand beside a project."""


def standing_beside(project: str, who: Principal, home: Path, database: Database) -> Place:
    """Give where a project lies, when this hub may look there for a caller.

    Raises:
        NotBeside: it may not, or there is no such folder; says why.
    """
    if who.run is not None or not who.may("admin", [ALL_PROJECTS]):
        raise NotBeside("its folder is shown live only to the owner of the hub")
    if database.dialect != "sqlite" or Path(database.name) != (home / "hub.db").absolute():
        raise NotBeside("this hub keeps its runs apart from the folder's machine")
    if home.absolute() != home_folder().absolute():
        raise NotBeside("this hub is not the embedded one of its user")
    place = place_of(home, project)
    if place is None:
        raise NotBeside("no command of this machine told where its folder is")
    if place.host != platform.node():
        raise NotBeside(f"its folder is on {place.host}")
    if not Path(place.directory).is_dir():
        raise NotBeside(f"{place.directory} is not there any more")
    return place


def _words(error: Exception) -> str:
    return error.message if isinstance(error, ModelComposeError) else str(error)
