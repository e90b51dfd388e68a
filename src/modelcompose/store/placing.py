"""How content leaves a store: files, folders and links, written where nothing was."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from modelcompose.errors import ContentCorrupt, StoreError
from modelcompose.store.content import Entry, Tree
from modelcompose.store.copying import copy_hashing, create, file_mode, share_blocks
from modelcompose.store.digests import digest_descriptor

SEAL_NS = 10**18
"""The modification time of every blob that the store wrote: any write since has changed it."""
PlaceBlob = Callable[[Entry, str], None]
"""Makes a new file of the blob that an entry names."""


def place_tree(tree: Tree, target: Path, place_blob: PlaceBlob) -> None:
    """Fill the empty folder `target` with what a listing names.

    Folders come first, then files, then links: when a file is written no link is there to lead it
    elsewhere.

    Raises:
        ContentCorrupt: two entries of the listing exclude each other.
        StoreError: the file system takes two names for one.
        OSError: as the system says it.
    """
    try:
        for folder in folders_of(tree):
            os.mkdir(target / folder)
        root = os.fspath(target)  # a path is much slower to make than text
        for entry in tree.entries:
            if entry.link is None:
                place_blob(entry, f"{root}/{entry.path}")
        for entry in tree.entries:
            if entry.link is not None:
                os.symlink(entry.link, target / entry.path)
    except (FileExistsError, NotADirectoryError) as error:
        if len(twins := _twins(tree, os.path.relpath(error.filename, target))) > 1:
            raise StoreError(
                f"{target}: this file system takes {' and '.join(map(repr, twins))} for one name",
                hint="place it on a file system that tells them apart, or rename one of them"
                " where they were added",
            ) from error
        raise ContentCorrupt(f"{target}: the listing names {error.filename} twice") from error


def _twins(tree: Tree, path: str) -> list[str]:
    """Give the paths that differ from one in case or in Unicode's normal form alone, and it."""
    import unicodedata

    def plain(name: str) -> str:
        return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())

    wanted = plain(path)
    every = [*folders_of(tree), *(entry.path for entry in tree.entries)]
    return [name for name in every if plain(name) == wanted]


def folders_of(tree: Tree) -> list[str]:
    """Give every folder that a listing implies, parents before what they hold, unslashed."""
    found: set[str] = set()
    ends = [entry.path for entry in tree.entries]
    for path in (*ends, *tree.empty_folders):
        parent = path.rpartition("/")[0]
        while parent and parent not in found:
            found.add(parent)
            parent = parent.rpartition("/")[0]
    return sorted(found)


def place_file(blob: Path, entry: Entry, target: Path) -> bool:
    """Make a new file of a blob; False, and no file, where the blob is not what `entry` says.

    Raises:
        OSError: as the system says it; what was begun is removed.
    """
    reading = os.open(blob, os.O_RDONLY | os.O_CLOEXEC)
    try:
        writing = create(target, file_mode(executable=entry.executable, mode=entry.mode))
        is_whole = False
        try:
            is_whole = _fill(reading, writing, blob, entry, target)
        finally:
            os.close(writing)
            if not is_whole:
                os.unlink(target)
    finally:
        os.close(reading)
    return is_whole


def _fill(reading: int, writing: int, blob: Path, entry: Entry, target: Path) -> bool:
    status = os.fstat(reading)
    if status.st_size != entry.size_bytes:
        return False
    if entry.mode is not None:
        os.fchmod(writing, entry.mode)
    if share_blocks(reading, writing, blob, target):
        return status.st_mtime_ns == SEAL_NS or digest_descriptor(reading) == entry.digest
    return copy_hashing(reading, writing) == entry.digest


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all it holds, following no link; absent is fine."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode):
        os.unlink(path)
        return
    import shutil

    shutil.rmtree(path)
