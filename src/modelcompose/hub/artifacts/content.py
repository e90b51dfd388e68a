"""The content store seen as artifacts, by digest.

`content/folder/HEX` is the folder of that listing, `content/file/HEX/NAME` a folder with one file.
What a pipeline registered is kept once, by its content, and a client of MLflow's reads it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.hub.artifacts.bucket import Bucket
from modelcompose.hub.artifacts.folder import Folder
from modelcompose.hub.artifacts.parts import FolderPart
from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.artifacts.protocol import Entry, Reading, Writing
from modelcompose.registry.candidates import CONTENT
from modelcompose.store.content import Tree
from modelcompose.store.digests import PREFIX
from modelcompose.store.store import Store

_FILE_DEPTH = 4


class WithContent:
    """The `Artifacts` of a place, and below `content` those of a store, which are only read."""

    def __init__(self, folder: Folder | Bucket, store: Store) -> None:
        """Take both; neither need be there yet."""
        self._folder = folder
        self._store = store

    def entries(self, path: Parts) -> list[Entry]:
        """Give what is in a folder; the contents themselves are not listed."""
        if path[:1] != (CONTENT,):
            return self._folder.entries(path)
        tree = self._tree(path)
        if tree is not None:
            return _children(tree, path[3:])
        if path[1:2] == ("file",) and len(path) == _FILE_DEPTH:
            with suppress(NotFound), self._opened(path[2]) as blob:
                return [Entry(path[3], is_dir=False, size_bytes=blob.size_bytes)]
        return []

    def open(self, path: Parts) -> Reading:
        """Open an artifact."""
        if path[:1] != (CONTENT,):
            return self._folder.open(path)
        tree = self._tree(path)
        if tree is not None:
            name = "/".join(path[3:])
            for entry in tree.entries:
                if entry.path == name and entry.link is None:
                    return self._blob(entry.digest.removeprefix(PREFIX))
        elif path[1:2] == ("file",) and path[3:4] == path[4:]:
            return self._blob(path[2])
        raise NotFound(f"No such artifact: '{'/'.join(path)}'")

    def create(self, path: Parts) -> Writing:
        """Begin an artifact; nothing is written below `content`."""
        return self._folder.create(_own(path))

    def delete(self, path: Parts) -> bool:
        """Delete an artifact, or a folder with all in it; nothing below `content`."""
        return self._folder.delete(_own(path))

    def begin_parts(self, path: Parts) -> str:
        """Begin an artifact that comes in parts."""
        return self._folder.begin_parts(_own(path))

    def create_part(self, upload: str, number: int) -> FolderPart:
        """Begin one part, or replace it."""
        return self._folder.create_part(upload, number)

    def join_parts(self, upload: str, path: Parts, parts: list[tuple[int, str]]) -> None:
        """Give an artifact that came in parts its name."""
        self._folder.join_parts(upload, _own(path), parts)

    def drop_parts(self, upload: str, path: Parts) -> None:
        """End an upload that is not wanted."""
        self._folder.drop_parts(upload, path)

    def stale(self, before: float) -> tuple[int, int]:
        """Give how many uploads nobody has touched since a time, and their size in bytes."""
        return self._folder.stale(before)

    def drop_stale(self, before: float) -> int:
        """Delete the uploads that nobody has touched since a time."""
        return self._folder.drop_stale(before)

    def _blob(self, digits: str) -> Reading:
        try:
            blob = self._store.blob_path(PREFIX + digits)
            if self._store.packed(PREFIX + digits) is not None:
                return _Packed(self._store.read(PREFIX + digits), digits)
        except StoreError:  # no digest at all, or damaged
            raise NotFound(f"No such artifact: '{digits}'") from None
        return Folder(blob.parent).open((blob.name,))

    def _opened(self, digits: str) -> closing[Reading]:
        return closing(self._blob(digits))

    def _tree(self, path: Parts) -> Tree | None:
        """Give the listing of the folder that a path is in, None where it is in none."""
        if path[1:2] != ("folder",) or len(path) < _FILE_DEPTH - 1:
            return None
        try:
            return self._store.tree(PREFIX + path[2])
        except StoreError:
            return None


class _Packed:
    """A small file out of a pack, read and verified as a whole."""

    def __init__(self, data: bytes, tag: str) -> None:
        self._data = data
        self.size_bytes = len(data)
        self.tag = tag

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the bytes from `start` up to `stop`."""
        yield self._data[start:stop]

    def close(self) -> None:
        """Hold nothing open."""


def _own(path: Parts) -> Parts:
    if path[:1] == (CONTENT,):
        raise UsageError(f"Invalid path: what is below {CONTENT!r} is only read")
    return path


def _children(tree: Tree, below: Parts) -> list[Entry]:
    prefix = "".join(f"{name}/" for name in below)
    found: dict[str, Entry] = {}
    for entry in tree.entries:
        if not entry.path.startswith(prefix):
            continue
        name, slash, _ = entry.path[len(prefix) :].partition("/")
        if slash:
            found[name] = Entry(name, is_dir=True)
        elif entry.link is None:
            found[name] = Entry(name, is_dir=False, size_bytes=entry.size_bytes)
    for folder in tree.empty_folders:
        if folder.startswith(prefix) and (name := folder[len(prefix) :].partition("/")[0]):
            found.setdefault(name, Entry(name, is_dir=True))
    return [found[name] for name in sorted(found)]
