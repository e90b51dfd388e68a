"""Bringing a listed source: file by file, some at once, each gone on with after an interruption.

TARGET.partial/          held by the command that fills it
    done                 a line for each file that is whole: its key
    <key>                a file on its way; its key is of its path and its mark
    content              what is whole, and becomes TARGET at the end
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modelcompose.errors import RemoteError, StoreError
from modelcompose.store.copying import file_mode, write_all
from modelcompose.store.failures import printable, translated
from modelcompose.store.intake import sync_files
from modelcompose.store.placing import remove
from modelcompose.store.remotes.parallel import Progress, in_parallel
from modelcompose.store.sources.protocol import Item, Listed, Listing

_SYNC_BYTES = 8 << 20
"""Files are known as whole once this much of them is on the disk."""
Shortcut = Callable[[Item, Path], bool]


def bring_listed(
    source: Listed,
    target: Path,
    progress: Progress,
    *,
    shortcut: Shortcut = lambda _item, _path: False,
    finish: Callable[[Path, Listing], None] = lambda _path, _listing: None,
) -> str | None:
    """Do as `Source.bring` promises, for a source whose files can be read one by one.

    Args:
        source: what is brought.
        target: where to.
        progress: told of bytes as they come.
        shortcut: makes a file in another way where it can, and says whether it did.
        finish: told of what was brought, before it gets its name.
    """
    listing = source.listing()
    check_paths(source.where, listing)
    if os.path.lexists(target):
        raise StoreError(f"{printable(target)}: is there already", hint="name another place")
    with translated(target, "cannot be written"), held(target) as partial:
        bringing = _Bringing(source, partial, progress, shortcut)
        bringing.fill(listing)
        finish(partial / "content", listing)
        os.rename(partial / "content", target)
        remove(partial)
    return listing.mark


def check_paths(where: str, listing: Listing) -> None:
    """Make sure that every path of a listing stays inside, and that none is in another's way.

    Raises:
        RemoteError: names the first that does not.
    """
    files = {item.path for item in listing.items if not item.is_folder}
    if not listing.is_folder:
        return
    if len(files) != sum(not item.is_folder for item in listing.items):
        raise RemoteError(f"{where}: holds two files of the same path")
    for item in listing.items:
        parts = item.path.split("/")
        if "\0" in item.path or any(part in {"", ".", ".."} for part in parts):
            raise RemoteError(f"{where}: holds {item.path!r}, which is no path in a folder")
        if item.link is not None and (not item.link or "\0" in item.link):
            raise RemoteError(f"{where}: {item.path} is a link to {item.link!r}, which is no path")
        inner = f"{item.path}/" if item.is_folder else item.path
        blocking = next((path for path in folders_above(inner) if path in files), None)
        if blocking is not None:
            raise RemoteError(
                f"{where}: holds {blocking!r} both as a file and as a folder",
                hint="name what lies below it by its own address",
            )


def folders_above(path: str) -> Iterator[str]:
    """Give the folders that a path lies in, from the outermost on."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def bounded(source: Listed, item: Item, start: int = 0) -> Iterator[bytes]:
    """Give the bytes of a file from `start` on, and stop soon after its size is passed."""
    at = start
    for block in source.read(item, start):
        at += len(block)
        yield block
        if item.size_bytes is not None and at > item.size_bytes:
            return


def check_size(where: str, item: Item, size_bytes: int) -> None:
    """Make sure that as many bytes came as the listing says.

    Raises:
        RemoteError: there were more, or fewer.
    """
    if item.size_bytes not in {None, size_bytes}:
        raise RemoteError(
            f"{where}: {item.path or 'it'} was to have {item.size_bytes:,} bytes, "
            f"and gave {size_bytes:,}",
            hint="run this again; it may have been replaced meanwhile",
        )


class _Bringing:
    def __init__(
        self, source: Listed, partial: Path, progress: Progress, shortcut: Shortcut
    ) -> None:
        self._source = source
        self._partial = partial
        self._content = partial / "content"
        self._progress = progress
        self._shortcut = shortcut
        self._done = _Done(partial / "done")

    def fill(self, listing: Listing) -> None:
        files = [item for item in listing.items if item.link is None and not item.is_folder]
        known = {_key(item): item for item in files if item.mark}
        ready = {self._path(item) for key, item in known.items() if self._is_ready(key, item)}
        self._drop_others(ready, set(known))
        if listing.is_folder:
            self._make_folders(listing)
        lacking = [item for item in files if self._path(item) not in ready]
        started = sum(self._size_of(item) for item in lacking)
        self._progress.expect(
            len(lacking), max(0, sum(item.size_bytes or 0 for item in lacking) - started)
        )
        try:
            in_parallel(self._bring, lacking, self._progress.jobs)
        finally:
            self._done.flush()
        for item in listing.items:
            if item.link is not None:
                os.symlink(item.link, self._path(item))

    def _path(self, item: Item) -> Path:
        return self._content / item.path if item.path else self._content

    def _is_ready(self, key: str, item: Item) -> bool:
        if key not in self._done:
            return False
        try:
            status = os.lstat(self._path(item))
        except OSError:
            return False
        # A folder may be in its place: what was unpacked when the command was interrupted.
        is_file = stat.S_ISREG(status.st_mode)
        return is_file and item.size_bytes in {None, status.st_size}

    def _size_of(self, item: Item) -> int:
        try:
            return os.stat(self._partial / _key(item)).st_size if item.mark else 0
        except FileNotFoundError:
            return 0

    def _drop_others(self, ready: set[Path], keys: set[str]) -> None:
        """Remove what is of no use any more: files that changed at the source meanwhile."""
        for path in self._partial.iterdir():
            if path.name not in keys and path.name not in {"done", "content"}:
                remove(path)
        if self._content.is_dir() and not self._content.is_symlink():
            for folder, folders, names in os.walk(self._content, topdown=False):
                for name in (*names, *(f for f in folders if (Path(folder) / f).is_symlink())):
                    path = Path(folder) / name
                    if path not in ready:
                        path.unlink()
                if Path(folder) != self._content:
                    with suppress(OSError):
                        os.rmdir(folder)
        elif self._content not in ready:
            self._content.unlink(missing_ok=True)

    def _make_folders(self, listing: Listing) -> None:
        if self._content.exists() and not self._content.is_dir():
            self._content.unlink()
        folders = {Path()}
        for item in listing.items:
            folders.add(Path(item.path) if item.is_folder else Path(item.path).parent)
        for folder in folders:
            (self._content / folder).mkdir(parents=True, exist_ok=True)

    def _bring(self, item: Item) -> None:
        key, target = _key(item), self._path(item)
        path = self._partial / key
        if not item.mark:
            path.unlink(missing_ok=True)
        if not self._shortcut(item, path):
            self._download(item, path)
        os.rename(path, target)
        self._progress.done(1, 0)
        if item.mark:
            self._done.add(key, target, item.size_bytes or 0)

    def _download(self, item: Item, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        writing = os.open(path, flags, file_mode(executable=item.executable))
        try:
            size = os.fstat(writing).st_size
            if item.size_bytes is not None and size > item.size_bytes:
                os.ftruncate(writing, 0)
                size = 0
            if item.size_bytes is None or size < item.size_bytes or not size:
                for block in bounded(self._source, item, size):
                    write_all(writing, block)
                    size += len(block)
                    self._progress.done(0, len(block))
        finally:
            os.close(writing)
        if item.size_bytes not in {None, size}:
            path.unlink()
        check_size(self._source.where, item, size)


class _Done:
    """Which files are whole, on the disk: each named only once its bytes are safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._waiting: dict[str, Path] = {}
        self._waiting_bytes = 0
        try:
            self._keys = set(path.read_text().split())
        except FileNotFoundError:
            self._keys = set()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def add(self, key: str, path: Path, size_bytes: int) -> None:
        with self._guard:
            self._waiting[key] = path
            self._waiting_bytes += size_bytes
            if self._waiting_bytes >= _SYNC_BYTES:
                self._write()

    def flush(self) -> None:
        with self._guard:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        sync_files(list(self._waiting.values()))
        with self._path.open("a") as stream:
            stream.write("".join(f"{key}\n" for key in self._waiting))
        self._waiting, self._waiting_bytes = {}, 0


def _key(item: Item) -> str:
    text = f"{item.path}\0{item.mark}\0{item.size_bytes}\0{item.executable}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


@contextmanager
def held(target: Path) -> Iterator[Path]:
    """Make the folder beside a target in which it comes together, and hold it.

    Raises:
        StoreError: a folder of that name is there, and is the user's.
    """
    partial = target.with_name(f"{target.name}.partial")
    while True:
        partial.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with suppress(OSError):  # some file systems know no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), os.stat(partial)):
                break
        os.close(descriptor)
    try:
        _claim(partial)
        yield partial
    finally:
        os.close(descriptor)


def _claim(partial: Path) -> None:
    """Have a folder hold `done`, by which it is known as ours: all else in it may be removed."""
    if (partial / "done").is_file():
        return
    if any(partial.iterdir()):
        raise StoreError(
            f"{printable(partial)}: is there already, and nothing of it is touched",
            hint="what comes is put together in a folder of that name: move it away",
        )
    (partial / "done").touch()
