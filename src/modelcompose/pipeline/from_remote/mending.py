"""What the store lost or finds damaged comes again from the project's remote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from modelcompose.errors import ContentCorrupt, ContentMissing, RemoteError, UsageError
from modelcompose.store.content import Content
from modelcompose.store.store import Store

T = TypeVar("T")


class Mending:
    """Gives contents back whole, for one project; nothing is reached until something is amiss."""

    def __init__(
        self, store: Store, project: Path, remote: str | None, notes: Callable[[str], None]
    ) -> None:
        """Take what it works with.

        Args:
            store: this user's.
            project: the project folder.
            remote: the address that the project names; None where it names none.
            notes: told what is damaged or missing, and what becomes of it.
        """
        self._store = store
        self._project = project
        self._remote = remote
        self._notes = notes

    def whole(self, contents: Iterable[Content], work: Callable[[], T]) -> T:
        """Do what reads contents; where one is amiss, fetch what is amiss and do it once more.

        Args:
            contents: all that `work` reads.
            work: may be done twice; what it had begun, it took back.

        Raises:
            ContentMissing: the store lacks something, and so does the remote.
            ContentCorrupt: something is damaged, and the remote cannot mend it.
        """
        try:
            return work()
        except (ContentCorrupt, ContentMissing) as error:
            if not self._remote:
                raise
            self.fetch_again(list(contents), error)
            return work()

    def fetch_again(
        self, contents: Iterable[Content], error: ContentCorrupt | ContentMissing
    ) -> None:
        """Bring what is amiss of contents from the remote.

        Args:
            contents: each is read through, so that all that is damaged is known.
            error: how it was noticed.

        Raises:
            ContentMissing: it was missing, and the remote cannot give it.
            ContentCorrupt: it was damaged, and the remote cannot give it.
        """
        from modelcompose.pipeline.from_remote.artifact import address_of
        from modelcompose.pipeline.from_remote.opening import remote_of
        from modelcompose.store.remotes.fetching import fetch
        from modelcompose.store.remotes.parallel import Progress

        contents = list(contents)
        for content in contents:
            set_aside_damaged(self._store, content)
        try:
            with remote_of(None, self._remote, self._project, self._store) as remote:
                for content in contents:
                    fetch(remote, self._store, content, Progress())
                where = address_of(remote)
        except (ContentCorrupt, ContentMissing, RemoteError, UsageError) as failure:
            raise type(error)(f"{error.message}; {failure.message}", hint=failure.hint) from error
        self._notes(f"{error.message}: fetched again from {where}")


def set_aside_damaged(store: Store, content: Content) -> None:
    """Read all of a content; what is damaged then counts as missing."""
    with suppress(ContentCorrupt, ContentMissing):
        store.verify(content.digest)
        if content.kind != "folder":
            return
        for entry in store.tree(content.digest).entries:
            if entry.link is None:
                with suppress(ContentCorrupt, ContentMissing):
                    store.verify(entry.digest)
