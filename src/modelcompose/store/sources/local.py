"""A file or a folder that this machine sees: another disk, a share."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from modelcompose.errors import NotFound
from modelcompose.store.copying import create, file_mode, share_blocks
from modelcompose.store.failures import printable, translated
from modelcompose.store.modes import usual_mode
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Source as Bytes
from modelcompose.store.sources.bringing import bring_listed
from modelcompose.store.sources.marks import folder_mark
from modelcompose.store.sources.protocol import Item, Listing, sorted_items


class LocalSource:
    """A `Source` at a path."""

    def __init__(self, path: Path, address: str) -> None:
        """Name it.

        Args:
            path: where it lies.
            address: as it was written: the same on every machine of a team.
        """
        self.path = path
        self._address = address

    @property
    def where(self) -> str:
        """Give the address."""
        return printable(self._address)

    def look(self) -> str | None:
        """Give the times and sizes of what is there; no file is read."""
        return self.listing().mark

    def bring(self, target: Path, progress: Progress) -> str | None:
        """Copy it; blocks are shared where the file system can."""
        return bring_listed(self, target, progress, shortcut=self._share)

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def listing(self) -> Listing:
        """Walk through it."""
        with translated(self.path, "cannot be read"):
            try:
                status = os.stat(self.path)
            except FileNotFoundError:
                raise NotFound(f"{self.where}: no such file or folder") from None
            if not stat.S_ISDIR(status.st_mode):
                item = _file("", status)
                return Listing(item.mark, (item,), is_folder=False)
            items = sorted_items(list(self._walk()))
        return Listing(folder_mark(items), items, is_folder=True)

    def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
        """Give the bytes from `start` on."""
        with translated(self.path, "cannot be read"):
            yield from Bytes(item.size_bytes or 0, self._at(item)).chunks(start)

    def _at(self, item: Item) -> Path:
        return self.path / item.path if item.path else self.path

    def _share(self, item: Item, target: Path) -> bool:
        if os.path.lexists(target):  # a copy that broke off is gone on with
            return False
        source = self._at(item)
        reading = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        try:
            writing = create(target, file_mode(executable=item.executable))
            try:
                return share_blocks(reading, writing, source, target)
            finally:
                os.close(writing)
        finally:
            os.close(reading)

    def _walk(self) -> Iterator[Item]:
        root = str(self.path)
        for folder, folders, names in os.walk(root, onerror=_raise):
            inside = os.path.relpath(folder, root)
            prefix = "" if inside == "." else f"{inside.replace(os.sep, '/')}/"
            for name in (*names, *folders):
                path = os.path.join(folder, name)
                status = os.lstat(path)
                if stat.S_ISLNK(status.st_mode):
                    yield Item(f"{prefix}{name}", link=os.readlink(path))
                elif stat.S_ISREG(status.st_mode):
                    yield _file(f"{prefix}{name}", status)
            if prefix and not names and not folders:
                yield Item(prefix[:-1], is_folder=True)


def _file(path: str, status: os.stat_result) -> Item:
    mark = f"modified {status.st_mtime_ns} {status.st_size} bytes"
    mode = None if not path or usual_mode(status.st_mode) else stat.S_IMODE(status.st_mode)
    executable = bool(status.st_mode & stat.S_IXUSR)
    return Item(path, status.st_size, mark, executable=executable, mode=mode)


def _raise(error: OSError) -> None:
    raise error
