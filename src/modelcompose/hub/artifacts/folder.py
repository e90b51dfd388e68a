"""Artifacts in a folder of this machine, or of a volume."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.hub.artifacts.durable import sync_file, sync_folder
from modelcompose.hub.artifacts.failures import translated
from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.artifacts.protocol import Entry
from modelcompose.hub.artifacts.staging import Staging

CHUNK_BYTES = 1 << 20

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Folder(Staging):
    """The `Artifacts` of a folder.

    Every name on the way is opened by itself and without following links, so that no link that
    somebody put there leads out. What is being written lies beside the root, where no request
    reaches.
    """

    def __init__(self, root: Path) -> None:
        """Take the folder; it need not exist yet. What is unfinished is kept in `ROOT.uploads`."""
        super().__init__(root.with_name(root.name + ".uploads"))
        self._root = root

    def entries(self, path: Parts) -> list[Entry]:
        """Give what is in a folder, by name."""
        with translated(path):
            try:
                folder = self._folder(path)
            except (FileNotFoundError, NotADirectoryError):
                return []
            try:
                with os.scandir(folder) as entries:
                    found = [entry for item in entries if (entry := _entry(item)) is not None]
            finally:
                os.close(folder)
        return sorted(found, key=lambda entry: entry.name)

    def open(self, path: Parts) -> FileReading:
        """Open an artifact."""
        with translated(path):
            if not path:
                raise _missing(path)
            try:
                folder = self._folder(path[:-1])
            except (FileNotFoundError, NotADirectoryError):
                raise _missing(path) from None
            try:
                return FileReading(os.open(path[-1], _FILE, dir_fd=folder), path)
            except FileNotFoundError:
                raise _missing(path) from None
            finally:
                os.close(folder)

    def delete(self, path: Parts) -> bool:
        """Delete an artifact, or a folder with all in it."""
        if not path:
            raise UsageError("the root of all artifacts cannot be deleted")
        with translated(path):
            try:
                folder = self._folder(path[:-1])
            except (FileNotFoundError, NotADirectoryError):
                return False
            try:
                return _deleted(path[-1], folder)
            finally:
                os.close(folder)

    def place(self, file: Path, path: Parts) -> None:
        """Move a finished file to its path, at once; a power cut afterwards does not undo it."""
        sync_file(file)
        folder = self._folder(path[:-1], make=True)
        try:
            os.rename(file, path[-1], dst_dir_fd=folder)
            sync_folder(folder)
        except IsADirectoryError:
            raise UsageError(f"Invalid path: {_text(path)} is a folder") from None
        finally:
            os.close(folder)

    def _folder(self, path: Parts, *, make: bool = False) -> int:
        if make:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = os.open(self._root, _FOLDER & ~os.O_NOFOLLOW)
        for name in path:
            try:
                below = _below(name, folder, make=make)
            finally:
                os.close(folder)
            folder = below
        return folder


class FileReading:
    """An open file."""

    def __init__(self, descriptor: int, path: Parts) -> None:
        """Take a descriptor, which is closed here; refuses what is no file."""
        self._descriptor = descriptor
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise _missing(path)
        self.size_bytes = status.st_size
        self.tag = f"{status.st_mtime_ns:x}-{status.st_size:x}"

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        """Give the bytes from `start` up to `stop`."""
        while start < stop:
            data = os.pread(self._descriptor, min(CHUNK_BYTES, stop - start), start)
            if not data:  # somebody made it shorter: the connection breaks, as it should
                raise StoreError("an artifact became shorter while it was read")
            start += len(data)
            yield data

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _below(name: str, folder: int, *, make: bool) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):  # another request was quicker
        os.mkdir(name, 0o777, dir_fd=folder)
        sync_folder(folder)
    return os.open(name, _FOLDER, dir_fd=folder)


def _entry(item: os.DirEntry[str]) -> Entry | None:
    if item.is_dir(follow_symlinks=False):
        return Entry(item.name, is_dir=True)
    if item.is_file(follow_symlinks=False):
        with suppress(FileNotFoundError):  # it was there a moment ago
            status = item.stat(follow_symlinks=False)
            return Entry(item.name, is_dir=False, size_bytes=status.st_size)
    return None


def _deleted(name: str, folder: int) -> bool:
    try:
        mode = os.lstat(name, dir_fd=folder).st_mode
        if stat.S_ISDIR(mode):
            shutil.rmtree(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _missing(path: Parts) -> NotFound:
    return NotFound(f"No such artifact: '{_text(path)}'")


def _text(path: Parts) -> str:
    return "/".join(path)
