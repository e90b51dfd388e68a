"""Carrying out the operations of an exchange; each may be carried out again after a crash."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from modelcompose.errors import StoreError
from modelcompose.store.copying import copy_file
from modelcompose.store.digests import digest_bytes
from modelcompose.store.failures import printable

Operation = tuple[Literal["unlink", "rmdir", "mkdir", "move"], str]
"""What to do with a path relative to the project; `move` brings it from the staged outputs."""
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def carry_out(operations: Iterable[Operation], project: Path, staged: Path) -> None:
    """Carry out operations in their order; what has been done already is passed over.

    No symbolic link is followed below `project` or `staged`, also not one that an earlier
    operation brought.

    Raises:
        StoreError: something is in the way that was not there when the operations were planned.
        OSError: as the system says it.
    """
    with _Folders(project) as there, _Folders(staged) as here:
        for kind, path in operations:
            if kind == "unlink":
                _unlink(there, path)
            elif kind == "rmdir":
                _rmdir(there, path)
            elif kind == "mkdir":
                _mkdir(there, path)
            else:
                _move(here, there, path)


class _Folders:
    """The folders below a root, opened one name after the other, never through a link."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._path: str | None = None
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._release()

    def _release(self) -> None:
        """Let go of the folder that is open: what it is may be about to change."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._path = self._descriptor = None

    def parent(self, path: str) -> tuple[int, str] | None:
        """Give the open folder that holds a path, and the name in it; None where there is none."""
        folder, _, name = path.rpartition("/")
        if folder != self._path or self._descriptor is None:
            self._release()
            self._descriptor = self._open(folder)
            self._path = folder
        return None if self._descriptor is None else (self._descriptor, name)

    def _open(self, folder: str) -> int | None:
        try:
            descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        for name in filter(None, folder.split("/")):
            try:
                below = os.open(name, _FOLDER_FLAGS, dir_fd=descriptor)
            except OSError as error:
                if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}:
                    return None
                raise
            finally:
                os.close(descriptor)
            descriptor = below
        return descriptor


def _mode(where: tuple[int, str] | None) -> int | None:
    if where is None:
        return None
    try:
        return os.stat(where[1], dir_fd=where[0], follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None


def _unlink(there: _Folders, path: str) -> None:
    where = there.parent(path)
    mode = _mode(where)
    if where is not None and mode is not None and not stat.S_ISDIR(mode):
        os.unlink(where[1], dir_fd=where[0])


def _rmdir(there: _Folders, path: str) -> None:
    where = there.parent(path)
    mode = _mode(where)
    if where is None or mode is None or not stat.S_ISDIR(mode):
        return
    try:
        os.rmdir(where[1], dir_fd=where[0])
    except OSError as error:
        # Somebody else put a file there meanwhile: theirs, so the folder stays.
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise


def _mkdir(there: _Folders, path: str) -> None:
    where = there.parent(path)
    if where is None:
        raise _in_the_way(there.root / path)
    try:
        os.mkdir(where[1], dir_fd=where[0])
    except FileExistsError:
        mode = _mode(where)
        if mode is None or not stat.S_ISDIR(mode):
            raise _in_the_way(there.root / path) from None


def _move(here: _Folders, there: _Folders, path: str) -> None:
    source = here.parent(path)
    if source is None or _mode(source) is None:
        return  # moved before the crash
    target = there.parent(path)
    if target is None:
        raise _in_the_way(there.root / path)
    try:
        os.replace(source[1], target[1], src_dir_fd=source[0], dst_dir_fd=target[0])
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_across(here.root / path, there.root / path)


def _move_across(source: Path, target: Path) -> None:
    """Move between file systems: beside the target first, so that it is swapped at once."""
    beside = target.with_name(f".modelcompose-{digest_bytes(os.fsencode(target.name))[-16:]}")
    beside.unlink(missing_ok=True)
    if source.is_symlink():
        os.symlink(os.readlink(source), beside)
    else:
        copy_file(source, beside)
    os.replace(beside, target)
    source.unlink()


def _in_the_way(path: Path) -> StoreError:
    return StoreError(
        f"{printable(path)}: cannot be written: a folder on its way is gone, a file or a link",
        hint="put the folder back, then run this again",
    )
