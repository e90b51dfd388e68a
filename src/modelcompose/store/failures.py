"""What the operating system says, in the words of our errors."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelcompose.errors import ContentMissing, StorageFull, StoreError
from modelcompose.store.permissions import access_hint, printable

_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM}


@contextmanager
def translated(where: Path | str, claim: str) -> Iterator[None]:
    """Turn an `OSError` of the block into a `StoreError`.

    Args:
        where: what is named where the system's error names no file, and where a disk is full.
        claim: what failed, as in "cannot be read".

    Raises:
        StorageFull: the disk or the user's quota is full.
        StoreError: any other failure of the system.
    """
    try:
        yield
    except OSError as error:
        raise translate(error, where, claim) from error


def translate(error: OSError, where: Path | str, claim: str) -> StoreError:
    """Give the `StoreError` for a failure of the system; arguments as for `translated`."""
    reason = os.strerror(error.errno).lower() if error.errno else str(error)
    if error.errno in _FULL:
        return StorageFull(
            f"{printable(where)}: {claim}: {reason}",
            hint=f"make room on that disk, then run this again: df -h {_disk(Path(where))}",
        )
    named = printable(error.filename if error.filename is not None else where)
    hint = None
    if error.errno == errno.EROFS:
        hint = "mount that file system for writing, or work in a copy of the project on another"
    if error.errno in _DENIED:
        hint = access_hint(Path(os.fsdecode(error.filename or where)))
    return StoreError(f"{named}: {claim}: {reason}", hint=hint)


def _disk(path: Path) -> str:
    """Give where the disk of a path is mounted: the path itself may be gone by then."""
    path = path.absolute()
    while not path.is_mount() and path != path.parent:
        path = path.parent
    return shlex.quote(printable(path))


__all__ = ["printable", "translate", "translated"]


def missing(root: Path, digest: str) -> ContentMissing:
    """Give the error for an object that is not in the store at `root`."""
    return ContentMissing(
        f"{root}: holds no content {digest}",
        hint="`modelcompose pull` fetches it where it was pushed; `modelcompose run --force`"
        " makes it anew",
    )
