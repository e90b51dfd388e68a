"""The file-state cache of one project: what paths hold, without reading what has not changed."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from modelcompose.store.cache import Cache, Known
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import digest_link
from modelcompose.store.failures import translated
from modelcompose.store.file_state import is_settled, read_digest, state_of
from modelcompose.store.looking import Look, Read, adopt, not_a_file, tree_content
from modelcompose.store.modes import as_created

folder_content = tree_content
"""Gives the content that a listing stands for."""
Skip = Callable[[Path], bool]
"""Whether a path below the folder that is looked at is left out; a folder with all it holds."""

_PENDING_LIMIT = 512


class FileStates:
    """Digests of files, remembered for as long as their inode, size and times are the same.

    A file that changed within its file system's clock tick before it was read is not remembered:
    a second change in the same tick would not show. Such a file is read again at the next look.

    One object serves many threads, one database many processes. New digests are written in one
    transaction at the end of each look of a folder, and at `close`. A database that is corrupt is
    made anew, one that cannot be written is done without.
    """

    def __init__(self, path: Path) -> None:
        """Name the database, `.ml/cache/states.db` of a project; it is opened at the first use."""
        self._cache = Cache(path)
        self._lock = threading.Lock()
        self._pending: dict[tuple[bytes, bytes], tuple[bytes, str]] = {}
        self._memos: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def digest(self, path: Path) -> str:
        """Give the digest of a file's bytes; a symbolic link counts as what it points to.

        Raises:
            StoreError: nothing is there, it is no regular file, or it cannot be read.
        """
        with translated(path, "cannot be read"):
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                raise not_a_file(os.fspath(path), status.st_mode)
            return self._file_digest(path, status)

    def look(self, path: Path, *, skip: Skip | None = None, modes: bool = False) -> Content | None:
        """Give what a path holds, or None where nothing is.

        A symbolic link at `path` itself is followed; one that leads nowhere holds nothing. Those
        inside a folder are recorded as links.

        Args:
            path: a file or a folder.
            skip: tells which paths inside a folder to leave out.
            modes: whether unusual permissions count, as they do in versions of data; without
                `skip` alone.

        Raises:
            StoreError: something cannot be read, or is a socket, a pipe or a device.
        """
        with translated(path, "cannot be read"):
            try:
                status = os.stat(path)
            except (FileNotFoundError, NotADirectoryError):
                return None
            if stat.S_ISDIR(status.st_mode) and skip is None:
                look = self._look(path, modes=modes)
                return look.known() or self._renewed(look)[1]
            if stat.S_ISDIR(status.st_mode):
                return tree_content(self.tree(path, skip=skip))
            if not stat.S_ISREG(status.st_mode):
                raise not_a_file(os.fspath(path), status.st_mode)
            return Content(
                kind="file",
                digest=self._file_digest(path, status),
                size_bytes=status.st_size,
                executable=bool(status.st_mode & stat.S_IXUSR),
            )

    def known(self, path: Path) -> Content | None:
        """Give what a file holds, where that is known without reading it; else None."""
        status = os.stat(path)
        row = self._pending.get(_key(path)) or self._cache.file(*_key(path))
        if row is None or row[0] != state_of(status) or not stat.S_ISREG(status.st_mode):
            return None
        executable = bool(status.st_mode & stat.S_IXUSR)
        return Content("file", row[1], status.st_size, executable=executable)

    def unchanged(self, folder: Path) -> Content | None:
        """Give what a folder holds as a version of data, where nothing in it changed since a look.

        Raises:
            StoreError: as for `look`.
        """
        with translated(folder, "cannot be read"):
            return self._look(folder, modes=True).known()

    def tree(self, path: Path, *, skip: Skip | None = None, modes: bool = False) -> Tree:
        """Give a folder's listing; arguments and errors as for `look`."""
        if skip is None:
            return self.read_tree(path, modes=modes)[0]
        self.flush()
        walk = _Walk(self._cache, skip)
        with translated(path, "cannot be read"):
            walk.run(os.path.abspath(path))
        if walk.fresh or walk.gone:
            self._cache.save(walk.fresh, walk.gone)
        return walk.tree()

    def read_tree(
        self,
        path: Path,
        *,
        modes: bool = False,
        read: Read | None = None,
        expect: Callable[[int, int], None] | None = None,
        like: Tree | None = None,
    ) -> tuple[Tree, Content]:
        """Give a folder's listing and the content it stands for.

        Args:
            path: the folder.
            modes: as for `look`.
            read: called in place of `read_digest` for each file that must be read.
            expect: told before how many such files there are, and of how many bytes.
            like: the version that lay there; permissions that the umask gave in place of its own
                are left out.

        Raises:
            StoreError: as for `look`.
        """
        with translated(path, "cannot be read"):
            look = self._look(path, modes=modes, read=read)
            if expect is not None:
                expect(*look.unread())
            return self._renewed(look, like)

    def differs(
        self, path: Path, wanted: Content, like: Callable[[], Tree | None] | None = None
    ) -> tuple[Content | None, Tree | None]:
        """Look at a version of data; where it is not what is `wanted`, give its listing, too.

        Args:
            path: where it lies.
            wanted: what it ought to be.
            like: gives the listing of that where it is at hand; see `read_tree`.

        Raises:
            StoreError: as for `look`.
        """
        if not path.is_dir():
            return self.look(path), None
        with translated(path, "cannot be read"):
            look = self._look(path, modes=True)
            known = look.known()
            if known == wanted:
                return known, None
            tree, content = self._renewed(look, None if like is None else like())
            return content, None if content == wanted else tree

    def adopt(self, path: Path, tree: Tree) -> None:
        """Take a listing from a caller who just filled a folder, so that nobody need read it.

        Files that were written to so lately that a further change might not show are left out.
        """
        now = time.time_ns()
        with suppress(OSError):
            adopt(self._cache, os.path.abspath(path), tree, lambda stamp: is_settled(stamp, now))

    def _look(self, path: Path, *, modes: bool, read: Read | None = None) -> Look:
        self.flush()
        return Look(self._cache, os.path.abspath(path), read or read_digest, modes=modes)

    def _renewed(self, look: Look, like: Tree | None = None) -> tuple[Tree, Content]:
        tree = look.tree() if like is None else as_created(look.tree(), like)
        content = tree_content(tree)
        look.keep(content)
        return tree, content

    def remember(self, path: Path, digest: str) -> None:
        """Take a digest from a caller who just wrote the file, so that nobody needs to read it.

        Nothing is kept where the file changed so lately that a further change might not show.
        """
        self.remember_files({path: digest})

    def remember_files(self, digests: Mapping[Path, str]) -> None:
        """Do as `remember` for many files, in one transaction."""
        found: dict[tuple[bytes, bytes], tuple[bytes, str]] = {}
        now = time.time_ns()
        for path, digest in digests.items():
            try:
                status = os.stat(path)
            except OSError:
                continue
            # The caller may have renamed the file just now: only a late write makes it uncertain.
            if is_settled(status.st_mtime_ns, now):
                found[_key(path)] = (state_of(status), digest)
        with self._lock:
            self._pending.update(found)
        self.flush()

    def forget(self, folder: Path) -> None:
        """Drop what is known of the files below a folder that will not come back."""
        below = os.fsencode(os.path.abspath(folder))
        with self._lock:
            self._pending = {
                key: value
                for key, value in self._pending.items()
                if key[0] != below and not key[0].startswith(below + b"/")
            }
        self._cache.forget(below)

    def stat_digest(self, path: Path) -> Content:
        """Identify external data by names, sizes and modification times; no byte is read.

        The `digest` is one of these facts, not of content: it compares with digests of this
        method alone, and nothing in a store goes by it.

        Raises:
            StoreError: nothing is there, or a folder cannot be listed.
        """
        from modelcompose.store.external import stat_content

        return stat_content(path)

    def get(self, key: str) -> bytes | None:
        """Give what `set` kept under `key` in this project, or None; old ones may be dropped."""
        with self._lock:
            if key in self._memos:
                return self._memos[key]
        return self._cache.memo(key)

    def set(self, key: str, value: bytes) -> None:
        """Keep a value under `key`, for a cache: it may be gone at any time."""
        with self._lock:
            self._memos[key] = value

    def flush(self) -> None:
        """Write what is kept in memory to the database."""
        with self._lock:
            pending, self._pending = self._pending, {}
            memos, self._memos = self._memos, {}
        if pending or memos:
            self._cache.save(pending, memos=memos)

    def close(self) -> None:
        """Write what is kept in memory, and close the database; it opens again when needed."""
        self.flush()
        self._cache.close()

    def _file_digest(self, path: Path, status: os.stat_result) -> str:
        key, state = _key(path), state_of(status)
        with self._lock:
            known = self._pending.get(key)
        known = known or self._cache.file(*key)
        if known is not None and known[0] == state:
            return known[1]
        digest, state_read = read_digest(path)
        if state_read is not None:
            self._keep(key, (state_read, digest))
        return digest

    def _keep(self, key: tuple[bytes, bytes], value: tuple[bytes, str]) -> None:
        with self._lock:
            self._pending[key] = value
            is_due = len(self._pending) >= _PENDING_LIMIT
        if is_due:
            self.flush()


class _Walk:
    """One look at one folder, with what is to be kept of it."""

    def __init__(self, cache: Cache, skip: Skip | None) -> None:
        self._cache = cache
        self._skip = skip
        self._entries: list[Entry] = []
        self._empty: list[str] = []
        self.fresh: dict[tuple[bytes, bytes], tuple[bytes, str]] = {}
        self.gone: list[tuple[bytes, bytes]] = []

    def run(self, folder: str) -> None:
        waiting = [(folder, "")]
        while waiting:
            here, prefix = waiting.pop()
            waiting.extend(self._folder(here, prefix))

    def tree(self) -> Tree:
        self._entries.sort(key=lambda entry: entry.path)
        return Tree(entries=tuple(self._entries), empty_folders=tuple(sorted(self._empty)))

    def _folder(self, folder: str, prefix: str) -> Iterable[tuple[str, str]]:
        """Take in one folder's own files; give its folders, each with its prefix."""
        key = os.fsencode(folder)
        known = self._cache.folder(key)
        with os.scandir(folder) as scan:
            items = list(scan)
        below = []
        for item in items:
            if self._skip is not None and self._skip(Path(item.path)):
                continue
            if item.is_symlink():
                self._link(item, prefix)
            elif item.is_dir(follow_symlinks=False):
                below.append((item.path, f"{prefix}{item.name}/"))
            else:
                self._file(item, prefix, key, known)
        if known:
            names = {os.fsencode(item.name) for item in items}
            self.gone.extend((key, name) for name in known if name not in names)
        if prefix and not items:
            self._empty.append(prefix)
        return below

    def _link(self, item: os.DirEntry[str], prefix: str) -> None:
        target = os.readlink(item.path)
        size = len(os.fsencode(target))
        self._entries.append(
            Entry(prefix + item.name, digest_link(target), size_bytes=size, link=target)
        )

    def _file(self, item: os.DirEntry[str], prefix: str, key: bytes, known: Known) -> None:
        status = item.stat(follow_symlinks=False)
        mode = status.st_mode
        name = os.fsencode(item.name)
        row = known.get(name)
        if row is not None and row[0] == state_of(status):
            digest = row[1]
        elif not stat.S_ISREG(mode):
            raise not_a_file(item.path, mode)
        else:
            digest, state = read_digest(item.path)
            if state is not None:
                self.fresh[key, name] = (state, digest)
        path = prefix + item.name
        self._entries.append(Entry(path, digest, status.st_size, bool(mode & stat.S_IXUSR)))


def _key(path: Path) -> tuple[bytes, bytes]:
    folder, name = os.path.split(os.path.abspath(path))
    return os.fsencode(folder), os.fsencode(name)
