"""A file or a folder of another machine, read over SFTP by the user's own `ssh`."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from modelcompose.errors import ContentMissing, NotFound
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.ssh.address import parse
from modelcompose.store.remotes.ssh.files import RemoteFile, SshFiles
from modelcompose.store.sources.bringing import bring_listed
from modelcompose.store.sources.marks import folder_mark
from modelcompose.store.sources.protocol import Item, Listing, sorted_items


class SshSource:
    """A `Source` at `ssh://[USER@]HOST[:PORT]/PATH`; `/~/PATH` lies in the user's home there."""

    def __init__(self, address: str) -> None:
        """Name it; nothing is reached yet.

        Raises:
            UsageError: it is no such address.
        """
        self._files = SshFiles(parse(address))

    @property
    def where(self) -> str:
        """Give the address."""
        return self._files.where

    def look(self) -> str | None:
        """Give the times and sizes of what is there; no file is read."""
        return self.listing().mark

    def bring(self, target: Path, progress: Progress) -> str | None:
        """Download it, several files at once."""
        return bring_listed(self, target, progress)

    def close(self) -> None:
        """Close the connections."""
        self._files.close()

    def listing(self) -> Listing:
        """Walk through it; symbolic links inside of it stay links."""
        found = self._files.stat()
        if found is None:
            raise NotFound(f"{self.where}: no such file or folder")
        if not found.is_folder:
            item = _file("", found)
            return Listing(item.mark, (item,), is_folder=False)
        items = sorted_items(list(self._below("")))
        return Listing(folder_mark(items), items, is_folder=True)

    def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
        """Give the bytes from `start` on."""
        try:
            yield from self._files.read(item.path, start)
        except ContentMissing as error:
            raise NotFound(error.message, hint="it was removed meanwhile: run this again") from None

    def _below(self, folder: str) -> Iterator[Item]:
        is_empty = True
        for name, found in self._files.listing(folder):
            path = f"{folder}/{name}" if folder else name
            is_empty = False
            if found.is_folder:
                yield from self._below(path)
            elif found.is_link:
                yield Item(path, link=self._files.link(path))
            elif stat.S_ISREG(found.mode):
                yield _file(path, found)
        if is_empty and folder:
            yield Item(folder, is_folder=True)


def _file(path: str, found: RemoteFile) -> Item:
    mark = f"modified {found.mtime_s}, {found.size_bytes} bytes"
    return Item(path, found.size_bytes, mark, executable=bool(found.mode & stat.S_IXUSR))
