"""What the file system refuses, in our words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from modelcompose.errors import ModelComposeError, StorageFull, StoreError, UsageError
from modelcompose.hub.artifacts.paths import Parts

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BLOCKED = frozenset({errno.ENOTDIR, errno.ELOOP, errno.EISDIR})


@contextmanager
def translated(path: Parts) -> Iterator[None]:
    """Turn what the file system raises inside the block into our errors.

    Args:
        path: the artifact, which the message names.

    Raises:
        StorageFull: the disk is full.
        UsageError: the path leads through what is no folder.
        StoreError: anything else.
    """
    try:
        yield
    except OSError as error:
        raise _failure(error, "/".join(path)) from error


def _failure(error: OSError, path: str) -> ModelComposeError:
    if error.errno in _FULL:
        return StorageFull(
            f"{path}: the disk of the hub is full",
            hint="delete runs that are not needed, then: modelcompose hub gc",
        )
    if error.errno in _BLOCKED:
        return UsageError(f"Invalid path: {path!r} leads through what is no folder")
    if error.errno == errno.ENAMETOOLONG:
        return UsageError(f"Invalid path: {path!r} is too long")
    return StoreError(f"{path}: {error.strerror or error}")
