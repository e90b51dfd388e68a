"""What a source is: something elsewhere that can be looked at cheaply, and brought here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from modelcompose.store.remotes.parallel import Progress


class Item(Struct, frozen=True, omit_defaults=True):
    """One file, link or empty folder of a source."""

    path: str
    """Relative to the source, POSIX separators; empty where the source is that one file."""
    size_bytes: int | None = None
    """None where the source does not say."""
    mark: str = ""
    """Changes when the file does; empty where the source gives none."""
    executable: bool = False
    link: str | None = None
    """The target, for a symbolic link."""
    is_folder: bool = False
    """Whether it is an empty folder."""
    mode: int | None = None
    """Permissions that no usual umask gives, where the source tells of them."""
    key: str = ""
    """The source's own name for it, where `path` is not enough."""


class Listing(Struct, frozen=True):
    """All that a source holds at one moment."""

    mark: str | None
    """As `Source.look` gives it."""
    items: tuple[Item, ...]
    is_folder: bool


class Source(Protocol):
    """Content that lies elsewhere.

    Threads: any may call every method. Memory: no method holds more than a few megabytes of
    content. Trouble that passes is waited out, within bounds. Nothing is written there.
    """

    @property
    def where(self) -> str:
        """Give its address, without credentials: it may be shown, logged and recorded."""

    def look(self) -> str | None:
        """Give a mark that changes when the content does, such as `etag "5d41"`; it is cheap.

        None where the source gives nothing to tell by: its content must be brought to know.

        Raises:
            NotFound: nothing is there.
            RemoteError: it cannot be reached, or refuses.
        """

    def bring(self, target: Path, progress: Progress) -> str | None:
        """Make `target`, which must not exist, the file or the folder that lies there.

        What an interrupted call for the same target left beside it (`TARGET.partial`) is gone on
        with, as far as it is of what is there now. `target` is there whole or not at all.

        Returns:
            The mark of what was brought, as `look` gives it.

        Raises:
            NotFound: nothing is there.
            RemoteError: it cannot be reached, refuses, or gave something else than it said.
            StoreError: the disk is full, or `target` cannot be written.
        """

    def close(self) -> None:
        """Close the connections that are open; another call opens new ones."""


class Listed(Source, Protocol):
    """A source whose files can be read one by one, from any byte on."""

    def listing(self) -> Listing:
        """Give all that is there.

        Raises:
            NotFound: nothing is there.
            RemoteError: it cannot be reached, or refuses.
        """

    def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
        """Give the bytes of a file from `start` on, in pieces; broken connections are gone on with.

        Raises:
            RemoteError: it cannot be reached, or the file changed meanwhile.
        """


def sorted_items(items: Sequence[Item]) -> tuple[Item, ...]:
    """Give items in the order of their paths."""
    return tuple(sorted(items, key=lambda item: item.path))
