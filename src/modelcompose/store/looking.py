"""Looking at a whole folder: one fingerprint of all names and states tells that nothing changed.

What a folder holds is remembered as three strings of bytes per folder (see `cache.Whole`), so that
a look reads and compares folders, not files. Files are read only in folders that differ.
"""

from __future__ import annotations

import hashlib
import os
import stat
from array import array
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import NamedTuple

import msgspec

from modelcompose.errors import StoreError
from modelcompose.store.cache import (
    DIGEST_BYTES,
    MODE_BYTES,
    PREFIX,
    STATE_BYTES,
    Cache,
    Known,
    Whole,
)
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import digest_link, encode_tree
from modelcompose.store.failures import printable
from modelcompose.store.modes import USUAL

Read = Callable[[str], tuple[str, bytes | None]]
"""Reads a file; gives its digest, and its state when that can be trusted to show a change."""

_FIELDS = 5
"""Numbers of a state: mode, inode, size, modification and change times."""
_POSITIVE = (1 << 63) - 1
_NOTHING = bytes(STATE_BYTES)
_NO_DIGEST = bytes(DIGEST_BYTES)


class Seen(NamedTuple):
    """What a walk saw of one folder."""

    path: str
    prefix: str
    """The path below the root with a slash at its end; empty for the root."""
    names: list[str]
    states: array[int]


class Found(NamedTuple):
    """A file or a link inside a folder."""

    path: str
    name: bytes
    state: bytes
    mode: int


class Look:
    """One look at one folder, without anything left out."""

    def __init__(self, cache: Cache, root: str, read: Read, *, modes: bool) -> None:
        """Walk the folder.

        Args:
            cache: what is remembered.
            root: the folder, absolute.
            read: how a file that is not known is read.
            modes: whether unusual permissions are part of the listing.

        Raises:
            OSError: as the system says it.
        """
        self._cache = cache
        self._read = read
        self._modes = modes
        self._key = _key(root, modes=modes)
        self._fresh: dict[bytes, Whole] = {}
        self._is_sure = True
        hashed = hashlib.sha256()
        self._seen = list(_walk(root, hashed.update))
        self._print = hashed.digest()

    def known(self) -> Content | None:
        """Give what the folder holds, where it is as it was when that was last told."""
        row = self._cache.look(self._key)
        if row is None or row[0] != self._print:
            return None
        return msgspec.msgpack.decode(row[1], type=Content)

    def tree(self) -> Tree:
        """Give the folder's listing; files that are not known are read."""
        entries: list[Entry] = []
        empty: list[str] = []
        for seen in self._seen:
            if seen.names:
                entries += self._entries(seen)
            elif seen.prefix:
                empty.append(seen.prefix)
        entries.sort(key=lambda entry: entry.path)
        return Tree(tuple(entries), tuple(sorted(empty)))

    def unread(self) -> tuple[int, int]:
        """Give how many files must be read, and how many bytes they hold."""
        count = size = 0
        for seen in self._seen:
            known = self._cache.folder(os.fsencode(seen.path))
            data = seen.states.tobytes()
            for number, name in enumerate(seen.names):
                at = number * STATE_BYTES
                state = data[at + MODE_BYTES : at + STATE_BYTES]
                row = known.get(name.encode("utf-8", "surrogateescape"))
                if stat.S_ISREG(seen.states[number * _FIELDS]) and (not row or row[0] != state):
                    count += 1
                    size += seen.states[number * _FIELDS + 2]
        return count, size

    def keep(self, content: Content) -> None:
        """Remember what was found, and the whole of it where no file may change unnoticed."""
        look = (self._key, self._print, msgspec.msgpack.encode(content)) if self._is_sure else None
        self._cache.save_look(self._fresh, look)

    def _entries(self, seen: Seen) -> list[Entry]:
        names = "\0".join(seen.names).encode("utf-8", "surrogateescape")
        states = seen.states.tobytes()
        known = self._cache.whole(os.fsencode(seen.path))
        if known is None or known.names != names or known.states != states:
            known = self._renew(seen, Whole(names, states, b""))
        return list(_listed(seen, known.digests.hex(), modes=self._modes))

    def _renew(self, seen: Seen, whole: Whole) -> Whole:
        key = os.fsencode(seen.path)
        known = self._cache.folder(key)
        states: list[bytes] = []
        digests: list[bytes] = []
        for number, name in enumerate(whole.names.split(b"\0")):
            mode = seen.states[number * _FIELDS]
            state = whole.states[number * STATE_BYTES : (number + 1) * STATE_BYTES]
            path = f"{seen.path}/{seen.names[number]}"
            if stat.S_ISREG(mode):
                state, digest = self._file(Found(path, name, state, mode), known)
            else:
                _refuse_special(path, mode)
                digest = _NO_DIGEST
            states.append(state)
            digests.append(digest)
        found = Whole(whole.names, b"".join(states), b"".join(digests))
        self._fresh[key] = found
        return found

    def _file(self, file: Found, known: Known) -> tuple[bytes, bytes]:
        before = known.get(file.name)
        if before is not None and before[0] == file.state[MODE_BYTES:]:
            return file.state, bytes.fromhex(before[1].removeprefix(PREFIX))
        digest, state = self._read(file.path)
        raw = bytes.fromhex(digest.removeprefix(PREFIX))
        if state is None:
            self._is_sure = False
            return _NOTHING, raw
        if state != file.state[MODE_BYTES:]:
            self._is_sure = False
        return file.state[:MODE_BYTES] + state, raw


def tree_content(tree: Tree) -> Content:
    """Give the content that a listing stands for."""
    digest = PREFIX + hashlib.sha256(encode_tree(tree)).hexdigest()
    size = sum(entry.size_bytes for entry in tree.entries)
    return Content("folder", digest, size, files=len(tree.entries))


def adopt(cache: Cache, root: str, tree: Tree, settled: Callable[[int], bool]) -> None:
    """Take a listing's digests for what was just written at `root`, without reading it.

    Args:
        cache: where that is remembered.
        root: the folder, absolute.
        tree: what it was filled with, unusual permissions and all.
        settled: whether a modification time is so old that a further change would show.

    Raises:
        OSError: as the system says it.
    """
    entries = {entry.path: entry for entry in tree.entries if entry.link is None}
    wholes: dict[bytes, Whole] = {}
    hashed = hashlib.sha256()
    count = 0
    for seen in _walk(root, hashed.update):
        packed = seen.states.tobytes()
        states: list[bytes] = []
        digests: list[bytes] = []
        for number, name in enumerate(seen.names):
            state = packed[number * STATE_BYTES : (number + 1) * STATE_BYTES]
            at = number * _FIELDS
            entry = entries.get(seen.prefix + name)
            digest = _NO_DIGEST
            if stat.S_ISREG(seen.states[at]):
                is_ours = entry is not None and entry.size_bytes == seen.states[at + 2]
                if entry is not None and is_ours and settled(seen.states[at + 3]):
                    digest = bytes.fromhex(entry.digest[len(PREFIX) :])
                    count += 1
                else:
                    state = _NOTHING
            states.append(state)
            digests.append(digest)
        names = "\0".join(seen.names).encode("utf-8", "surrogateescape")
        wholes[os.fsencode(seen.path)] = Whole(names, b"".join(states), b"".join(digests))
    look = None
    if count == len(entries) and not any(entry.link is not None for entry in tree.entries):
        content = msgspec.msgpack.encode(tree_content(tree))
        look = (_key(root, modes=True), hashed.digest(), content)
    cache.save_look(wholes, look)


def _key(root: str, *, modes: bool) -> bytes:
    return os.fsencode(root) + (b"\0modes" if modes else b"\0")


def _walk(root: str, update: Callable[[bytes], object]) -> Iterator[Seen]:
    """Give each folder below a root, itself first; `update` is fed all that was seen."""
    waiting = [(root, "")]
    while waiting:
        path, prefix = waiting.pop()
        with os.scandir(path) as scan:
            # In an order of its own: equal folders then make equal packs, on any machine.
            items = sorted(scan, key=attrgetter("name"))
        names = [item.name for item in items]
        below: list[tuple[str, str]] = []
        numbers: list[int] = []
        put = numbers.extend
        for item in items:
            status = item.stat(follow_symlinks=False)
            mode = status.st_mode
            if mode & 0o170000 == stat.S_IFDIR:
                put((stat.S_IFDIR, 0, 0, 0, 0))
                below.append((item.path, f"{prefix}{item.name}/"))
                continue
            put(
                (
                    mode,
                    status.st_ino & _POSITIVE,
                    status.st_size,
                    status.st_mtime_ns,
                    status.st_ctime_ns,
                )
            )
        waiting.extend(reversed(below))
        states = array("q", numbers)
        update("\0".join((prefix, *names, "")).encode("utf-8", "surrogateescape"))
        update(states.tobytes())
        yield Seen(path, prefix, names, states)


def _listed(seen: Seen, digits: str, *, modes: bool) -> Iterator[Entry]:
    prefix, states = seen.prefix, seen.states
    for number, name in enumerate(seen.names):
        mode = states[number * _FIELDS]
        kind = mode & 0o170000
        if kind == stat.S_IFREG:
            digest = PREFIX + digits[number * 64 : number * 64 + 64]
            size = states[number * _FIELDS + 2]
            unusual = modes and mode & 0o7777 not in USUAL
            yield Entry(
                prefix + name,
                digest,
                size,
                bool(mode & 0o100),
                None,
                mode & 0o7777 if unusual else None,
            )
        elif kind == stat.S_IFLNK:
            target = os.readlink(f"{seen.path}/{name}")
            size = len(os.fsencode(target))
            yield Entry(prefix + name, digest_link(target), size, link=target)


def _refuse_special(path: str, mode: int) -> None:
    if stat.S_ISDIR(mode) or stat.S_ISLNK(mode):
        return
    raise not_a_file(path, mode)


def not_a_file(path: str, mode: int) -> StoreError:
    """Give the error for what is neither a file nor a folder nor a link."""
    kinds = {
        stat.S_IFSOCK: "a socket",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFBLK: "a block device",
        stat.S_IFCHR: "a device",
        stat.S_IFDIR: "a folder",
    }
    kind = kinds.get(stat.S_IFMT(mode), "of an unknown kind")
    return StoreError(
        f"{printable(path)}: expected a regular file, found {kind}",
        hint="remove it, or declare paths that leave it out",
    )
