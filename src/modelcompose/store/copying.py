"""Copies of files: shared blocks where the file system can, else bytes."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from modelcompose.store.digests import PREFIX, blocks

_FICLONE = 0x40049409
"""The request of ioctl_ficlone(2)."""
_CLONE_NOOWNERCOPY = 2
"""The flag of clonefile(2): the clone belongs to the caller."""
_CHUNK_BYTES = 1 << 30
_BLOCK_BYTES = 1 << 20
_UNSUPPORTED = {
    errno.EXDEV,
    errno.EINVAL,
    errno.ENOSYS,
    errno.EOPNOTSUPP,
    errno.ENOTSUP,
    errno.ENOTTY,
    errno.EPERM,
    errno.EBADF,
    errno.ETXTBSY,
}
"""What a file system answers that cannot share blocks, or not between these two files."""


def copy_file(source: Path, target: Path) -> None:
    """Make a new file `target` with the bytes of `source` and its executable bit.

    The two share no inode: writing one never changes the other. `source` is followed when it is a
    symbolic link; `target` must not exist, not even as a link. What was begun is removed when the
    copy fails.

    Raises:
        OSError: as the system says it.
    """
    reading = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    try:
        executable = bool(os.fstat(reading).st_mode & stat.S_IXUSR)
        writing = create(target, file_mode(executable=executable))
        try:
            if not share_blocks(reading, writing, source, target):
                _copy_bytes(reading, writing)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            os.close(writing)
    finally:
        os.close(reading)


def copy_all(source: Path, target: Path) -> None:
    """Copy a file or a folder with all it holds; links inside a folder stay links.

    Args:
        source: followed when it is a link itself.
        target: must not exist.

    Raises:
        OSError: as the system says it.
    """
    if not source.is_dir():
        copy_file(source, target)
        return
    target.mkdir()
    for item in source.iterdir():
        if item.is_symlink():
            os.symlink(os.readlink(item), target / item.name)
        else:
            copy_all(item, target / item.name)


def create(path: Path | str, mode: int) -> int:
    """Open a new file for writing, never through a link; the umask applies to `mode`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, mode)


def file_mode(*, executable: bool, mode: int | None = None) -> int:
    """Give the mode that a placed file is created with, before the umask.

    Args:
        executable: whether it is.
        mode: what it is given once it is filled: nobody else is to read it before.
    """
    if mode is not None:
        return 0o600
    return 0o777 if executable else 0o666


def share_blocks(reading: int, writing: int, source: Path, target: Path) -> bool:
    """Let a new, empty file share the blocks of another (a reflink); False where it cannot.

    Args:
        reading: `source`, open.
        writing: `target`, open; on macOS it no longer is what `target` names after a success.
        source: the file whose blocks are shared.
        target: what `create` made; keeps its mode.

    Raises:
        OSError: the disk is full or fails.
    """
    try:
        if sys.platform == "linux":
            _share_in_linux(reading, writing)
        elif sys.platform == "darwin":
            _share_in_macos(writing, source, target)
        else:
            return False
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return False
        raise
    return True


def _share_in_linux(reading: int, writing: int) -> None:
    from fcntl import ioctl

    ioctl(writing, _FICLONE, reading)


def _share_in_macos(writing: int, source: Path, target: Path) -> None:
    import ctypes

    # clonefile(2) makes its target itself, with the source's mode and times: clone beside, mend
    # those, and let the clone take the place of the empty file.
    libc = ctypes.CDLL(None, use_errno=True)
    clone = target.with_name(f".{os.getpid()}-{target.stat().st_ino}.clone")
    if libc.clonefile(os.fsencode(source), os.fsencode(clone), _CLONE_NOOWNERCOPY) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(target))
    try:
        os.chmod(clone, stat.S_IMODE(os.fstat(writing).st_mode))
        os.utime(clone)
        os.replace(clone, target)
    except BaseException:
        clone.unlink(missing_ok=True)
        raise


def _copy_bytes(reading: int, writing: int) -> None:
    if hasattr(os, "copy_file_range"):
        _copy_in_kernel(reading, writing)
    # What the kernel left, which is all where it cannot: both files stand where it stopped.
    while block := os.read(reading, _BLOCK_BYTES):
        write_all(writing, block)


def _copy_in_kernel(reading: int, writing: int) -> None:
    try:
        while os.copy_file_range(reading, writing, _CHUNK_BYTES):
            pass
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def copy_hashing(reading: int, writing: int, told: Callable[[int], None] | None = None) -> str:
    """Copy the bytes of one open file to another; give the digest of what was copied.

    Args:
        reading: open for reading.
        writing: open for writing.
        told: called with the size of each part that was copied.
    """
    hashed = hashlib.sha256()
    for block in blocks(reading):
        hashed.update(block)
        write_all(writing, block)
        if told is not None:
            told(len(block))
    return PREFIX + hashed.hexdigest()


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of `data`; a plain `os.write` may stop early when the disk fills."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
