"""URLs among a step's inputs: looked at by their marks, fetched into the store where asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from modelcompose.errors import ModelComposeError, RemoteError
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store

if TYPE_CHECKING:
    from modelcompose.store.sources.protocol import Source

_MEMO = "fetched:"
_AT_ONCE = 8
_PATIENCE_S = 5.0
"""How long somebody who only looks waits for an answer."""


class Fetched(Struct, frozen=True):
    """What came from a URL."""

    mark: str | None
    """As the source gave it then; None where it gives none."""
    content: Content


class Fetching:
    """Looks at and fetches URLs for one project. Used from several threads."""

    def __init__(self, project: Path, folder: Path, store: Store, states: FileStates) -> None:
        """Prepare.

        Args:
            project: the project folder.
            folder: where what is on its way lies; made when it is needed.
            store: what is fetched goes there.
            states: remembers what was fetched.
        """
        self.states = states
        self.tells: Callable[[str], None] = _nobody
        """Told of what is fetched, and how far it is."""
        self._project = project
        self._folder = folder
        self._store = store
        self._guard = threading.Lock()
        self._bringing = threading.Lock()
        self._ahead: dict[str, tuple[str | None] | ModelComposeError] = {}
        """What came of looks that were made ahead: a mark, or why there is none."""
        self._away: set[str] = set()
        """The hosts that gave no answer to a hurried look."""

    def look(self, url: str, *, is_hurried: bool = False) -> str | None:
        """Give a URL's mark; None where its source gives none.

        Args:
            url: the address.
            is_hurried: give up after a few seconds, and at once where its host was away before.

        Raises:
            NotFound: nothing is there.
            RemoteError: it cannot be reached.
            UsageError: the address holds credentials.
        """
        with self._guard:
            found = self._ahead.pop(url, None)
        if isinstance(found, ModelComposeError):
            raise found
        return self._look(url, is_hurried=is_hurried) if found is None else found[0]

    def look_ahead(self, urls: Sequence[str], *, is_hurried: bool) -> None:
        """Look at several URLs at once; the next `look` at each gives what came of it."""
        from modelcompose.store.remotes.parallel import in_parallel

        def look(url: str) -> None:
            found: tuple[str | None] | ModelComposeError
            try:
                found = (self._look(url, is_hurried=is_hurried),)
            except ModelComposeError as error:
                found = error
            with self._guard:
                self._ahead[url] = found

        if len(urls) > 1:
            in_parallel(look, urls, _AT_ONCE)

    def _look(self, url: str, *, is_hurried: bool) -> str | None:
        source = self._source(url)
        if not is_hurried:
            return source.look()
        host = "/".join(url.split("/", 3)[:3])
        if host in self._away:
            raise RemoteError(f"{host} gave no answer before")
        try:
            return _within(_PATIENCE_S, source.look)
        except RemoteError:
            self._away.add(host)
            raise

    def known(self, url: str, mark: str | None) -> Content | None:
        """Give what was fetched of this mark, where that is remembered."""
        memo = self.states.get(_MEMO + public(url))
        if memo is None or mark is None:
            return None
        fetched = msgspec.msgpack.decode(memo, type=Fetched)
        return fetched.content if fetched.mark == mark else None

    def bring(self, url: str, mark: str | None) -> Fetched:
        """Have what lies at a URL in the store; downloaded only where it is not there.

        Args:
            url: the address.
            mark: what a look has just given.

        Raises:
            NotFound: nothing is there.
            RemoteError: it cannot be reached, or gave something else than it said.
            StoreError: it cannot be kept.
        """
        with self._bringing:
            content = self.known(url, mark)
            if content is not None and self._store.holds(content):
                return Fetched(mark, content)
            fetched = self._download(url)
            self.states.set(_MEMO + public(url), msgspec.msgpack.encode(fetched))
            return fetched

    def _download(self, url: str) -> Fetched:
        from modelcompose.pipeline.outside.telling import Told
        from modelcompose.store.placing import remove

        target = self._folder / digest_bytes(url.encode())[7:23]
        remove(target)  # a command was killed between fetching it and keeping it
        mark = self._source(url).bring(target, Told(public(url), self.tells))
        content = self.states.look(target)
        if content is None:
            raise RemoteError(f"{public(url)}: was fetched, and is gone")
        self._store.put(target, content, self.states)
        remove(target)
        return Fetched(mark, content)

    def _source(self, url: str) -> Source:
        from modelcompose.store.sources.opening import open_source

        # Clones lie in the store: `.ml` may have come with the project, and git does what the
        # settings of a repository say.
        return open_source(url, self._project, self._store.root)


def _nobody(_line: str) -> None:
    """Tell nobody."""


def public(url: str) -> str:
    """Give a URL as it may be shown and recorded."""
    from modelcompose.store.sources.opening import shown

    return shown(url)


def _within(seconds: float, look: Callable[[], str | None]) -> str | None:
    """Call what may take long, and give up on it after a while."""
    found: list[str | None] = []
    failed: list[BaseException] = []

    def call() -> None:
        try:
            found.append(look())
        except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
            failed.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise RemoteError(f"it gave no answer within {seconds:g} s")
    return found[0]
