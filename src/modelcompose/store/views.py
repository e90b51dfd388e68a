"""Views: contents of a store as files and folders, read-only, to be mounted where they are wanted.

    views/<hex>/content      a folder, or a file; `<hex>x` where the file is executable
    views/<hex>/used         touched by each use: `gc` keeps what was used lately
    views/<hex>.linked/…     the same, its large files being hard links to the store's blobs

A view is made once, for every project and service that mounts it. Its files share blocks with the
blobs where the file system can (reflink), else they are copies. Hard links are made only where the
caller asks for them, for what is mounted read-only into containers: a container's root cannot
write through such a mount, but it could through any other, and would change the blob.

Small files lie in packs, where nothing can mount them: a view holds them a second time.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from modelcompose.errors import StoreError
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.copying import create, share_blocks
from modelcompose.store.digests import PREFIX
from modelcompose.store.failures import translated
from modelcompose.store.giving import Giver
from modelcompose.store.intake import sync_tree
from modelcompose.store.placing import SEAL_NS, place_tree, remove
from modelcompose.store.store import Store

_CONTENT = "content"
_USED = "used"
_LINKED = ".linked"
_HEX_LENGTH = 64
_VIEW = re.compile(r"/views/([0-9a-f]{64})(?![0-9a-f])")
_NO_WRITING = ~0o222
_FOLDER_MODE = 0o555
_MADE_AGE_S = 24 * 3600.0
"""Age from which what a killed command left half made is cleared away."""


def shown_at(paths: Iterable[str]) -> Iterator[str]:
    """Give the digests of what paths in views show, of whatever store.

    An engine may name a store's folder otherwise: by what a symbolic link points to, or as the
    virtual machine sees it that it runs in.
    """
    for path in paths:
        for found in _VIEW.finditer(path):
            yield PREFIX + found[1]


class Views:
    """The views of one store; safe for many processes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.root = store.root / "views"

    def path(self, content: Content, *, is_linked: bool = False) -> Path:
        """Give where a content can be mounted from, made where it is not there yet.

        Args:
            content: what the store holds.
            is_linked: whether large files may be hard links to blobs, where the file system cannot
                share blocks: only for what is mounted read-only.

        Raises:
            ContentMissing: the store does not hold all of it.
            ContentCorrupt: some of it is damaged.
            StoreError: the view cannot be written.
        """
        is_linked = is_linked and content.kind == "folder" and not self._shares_blocks()
        place = self.root / _name(content, is_linked=is_linked)
        tree = self._store.tree(content.digest) if content.kind == "folder" else None
        shown = place / _CONTENT
        if shown.exists():
            if _is_whole(shown, content, tree):
                with suppress(OSError):
                    os.utime(place / _USED)
                return shown
            self._drop(place)
        with translated(place, "cannot be made"):
            self._make(place, content, tree, is_linked=is_linked)
        return shown

    def used_since(self, moment: float) -> Iterator[str]:
        """Give the digests of views that were used after a moment, in seconds since the epoch."""
        for place in self._places():
            with suppress(OSError):
                if (place / _USED).stat().st_mtime >= moment:
                    yield PREFIX + place.name[:_HEX_LENGTH]

    def digests(self) -> Iterator[str]:
        """Give the digests of all that is shown."""
        for place in self._places():
            yield PREFIX + place.name[:_HEX_LENGTH]

    def clear(self, kept: frozenset[str], before: float) -> int:
        """Remove the views of all but these digests; give how many.

        Args:
            kept: the digests.
            before: what was used since then, in seconds since the epoch, stays: somebody is about
                to mount it.

        Raises:
            StoreError: one cannot be removed.
        """
        kept |= frozenset(self.used_since(before))
        unneeded = [p for p in self._places() if PREFIX + p.name[:_HEX_LENGTH] not in kept]
        for place in unneeded:
            self._drop(place)
        for left in self.root.glob(".*") if self.root.is_dir() else ():
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > _MADE_AGE_S:
                    _unseal(left)
                    remove(left)
        return len(unneeded)

    def _places(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return [path for path in sorted(self.root.iterdir()) if not path.name.startswith(".")]

    def _make(self, place: Path, content: Content, tree: Tree | None, *, is_linked: bool) -> None:
        made = self.root / f".{place.name}.{os.urandom(8).hex()}"
        made.mkdir(parents=True)
        try:
            (made / _USED).touch()
            if tree is None:
                self._store.place(content, made / _CONTENT)
            else:
                self._fill(made / _CONTENT, tree, is_linked=is_linked)
            files = [_CONTENT] if tree is None else _files(tree)
            sync_tree(made, files)
            _seal(made / _CONTENT)
            with suppress(OSError):  # where another command was faster
                os.rename(made, place)
        finally:
            if made.exists():
                _unseal(made)
                remove(made)
        if not (place / _CONTENT).exists():
            raise StoreError(f"{place}: cannot be made")

    def _fill(self, target: Path, tree: Tree, *, is_linked: bool) -> None:
        target.mkdir()
        with self._store.giver(tree.entries) as giver:
            place_tree(
                tree,
                target,
                lambda entry, path: self._place(giver, entry, path, is_linked=is_linked),
            )

    def _place(self, giver: Giver, entry: Entry, path: str, *, is_linked: bool) -> None:
        blob = self._store.blob_path(entry.digest)
        if is_linked and not entry.executable and entry.mode is None and _is_sealed(blob, entry):
            with suppress(OSError):
                os.link(blob, path)
                return
        giver.place(entry, path)

    def _shares_blocks(self) -> bool:
        """Whether the store's file system can share blocks between files."""
        self.root.mkdir(parents=True, exist_ok=True)
        names = [self.root / f".probe-{os.urandom(8).hex()}" for _ in range(2)]
        descriptors: list[int] = []
        try:
            descriptors = [create(name, 0o600) for name in names]
            os.write(descriptors[0], b"x" * 4096)
            return share_blocks(descriptors[0], descriptors[1], names[0], names[1])
        except OSError:
            return False
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
            for name in names:
                name.unlink(missing_ok=True)

    def _drop(self, place: Path) -> None:
        gone = self.root / f".{place.name}.{os.urandom(8).hex()}"
        with translated(place, "cannot be removed"):
            try:
                os.rename(place, gone)
            except FileNotFoundError:
                return
            _unseal(gone)
            remove(gone)


def _name(content: Content, *, is_linked: bool) -> str:
    hexes = content.digest.removeprefix(PREFIX)
    if content.kind == "file":
        return f"{hexes}x" if content.executable else hexes
    return f"{hexes}{_LINKED}" if is_linked else hexes


def _files(tree: Tree) -> list[str]:
    return [f"{_CONTENT}/{entry.path}" for entry in tree.entries if entry.link is None]


def _is_sealed(blob: Path, entry: Entry) -> bool:
    """Whether an object is a blob of its own that nobody wrote to since the store did."""
    try:
        status = os.lstat(blob)
    except OSError:
        return False
    return status.st_mtime_ns == SEAL_NS and status.st_size == entry.size_bytes


def _seal(path: Path) -> None:
    """Take away the right to write, and give every file the time by which a change is seen."""
    for folder, folders, files in os.walk(path, topdown=False):
        for name in files:
            _seal_file(os.path.join(folder, name))
        for name in folders:
            inner = os.path.join(folder, name)
            if not os.path.islink(inner):
                os.chmod(inner, _FOLDER_MODE)
    if path.is_dir():
        path.chmod(_FOLDER_MODE)
    else:
        _seal_file(str(path))


def _seal_file(path: str) -> None:
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:  # a blob is sealed already
        return
    usual = 0o555 if status.st_mode & stat.S_IXUSR else 0o444
    os.chmod(path, (stat.S_IMODE(status.st_mode) | usual) & _NO_WRITING)
    os.utime(path, ns=(SEAL_NS, SEAL_NS))


def _unseal(path: Path) -> None:
    """Let folders be emptied again."""
    for folder, _, _ in os.walk(path):
        os.chmod(folder, 0o700)


def _is_whole(shown: Path, content: Content, tree: Tree | None) -> bool:
    """Whether nobody changed a view since it was made: names, sizes and times are as they were."""
    if tree is None:
        return shown.is_file() and _as_sealed(shown.lstat(), content.size_bytes)
    wanted = {entry.path: entry for entry in tree.entries}
    found = dict(_walk(str(shown)))
    return found.keys() == wanted.keys() and all(_same(found, each) for each in wanted.values())


def _same(found: Mapping[str, os.DirEntry[str]], entry: Entry) -> bool:
    item = found[entry.path]
    if entry.link is not None:
        return item.is_symlink() and os.readlink(item.path) == entry.link
    return _as_sealed(item.stat(follow_symlinks=False), entry.size_bytes)


def _as_sealed(status: os.stat_result, size_bytes: int) -> bool:
    is_file = stat.S_ISREG(status.st_mode)
    return is_file and status.st_size == size_bytes and status.st_mtime_ns == SEAL_NS


def _walk(root: str, inside: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    for item in os.scandir(f"{root}/{inside}"):
        path = f"{inside}{item.name}"
        if item.is_dir(follow_symlinks=False):
            yield from _walk(root, f"{path}/")
        else:
            yield path, item
