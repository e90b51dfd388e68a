"""The code of a commit, read from the user's own repository beside the hub.

Only commands that read objects are asked: they run no hook, filter or helper that a repository
could configure, and take nothing from the network.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from modelcompose.hub.tokens.principal import OWNER, caller
from modelcompose.tracking.code import LARGEST_FILE_BYTES, NO_CODE
from modelcompose.tracking.git import ask_git

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LINE = re.compile(r"(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)", re.DOTALL)
_LOCK = "ml.lock"
_FILES = frozenset({"100644", "100755", "120000"})
"""Also links, whose blob is their target."""


class Commit:
    """A commit, as it lies in a folder's repository."""

    def __init__(self, folder: Path, commit: str) -> None:
        """Take the folder; `commit_of` tells whether it may be looked at."""
        self._folder = folder
        self._commit = commit

    def blobs(self) -> Mapping[str, str] | None:
        """Give git's ids of the folder's files, by path; None where the commit is not there."""
        told = ask_git(self._folder, "ls-tree", "-r", "-z", "-l", self._commit)
        if told is None:
            return None
        lines = (match for line in told.split("\0") if (match := _LINE.fullmatch(line)))
        return {
            path: blob
            for mode, kind, blob, size, path in (match.groups() for match in lines)
            if mode in _FILES and kind == "blob" and _is_code(path, int(size))
        }

    def read(self, blob: str) -> bytes | None:
        """Give a file's bytes by git's id of it."""
        told = ask_git(self._folder, "cat-file", "blob", blob)
        return None if told is None else os.fsencode(told)


def _is_code(path: str, size_bytes: int) -> bool:
    """Tell what a run's code would hold too, so that the rest does not look removed."""
    is_small = size_bytes <= LARGEST_FILE_BYTES
    return is_small and path != _LOCK and NO_CODE.isdisjoint(path.split("/"))


def commit_of(folder: str, commit: str | None) -> Commit | None:
    """Give a run's commit; None where it cannot be looked at from here.

    Only somebody on this machine may ask, and only for a folder that is the hub's user's own: the
    folder of a run is what its client said.
    """
    if caller.get() != OWNER or commit is None or not _COMMIT.fullmatch(commit):
        return None
    path = Path(folder)
    try:
        is_own = path.is_absolute() and path.is_dir() and path.stat().st_uid == os.getuid()
    except OSError:
        return None
    return Commit(path, commit) if is_own else None


def blob_id(data: bytes, like: str) -> str:
    """Give git's id of a file's bytes, in the repository's kind of hash."""
    made = hashlib.sha256() if len(like) > 40 else hashlib.sha1(usedforsecurity=False)  # noqa: PLR2004
    made.update(b"blob %d\0" % len(data))
    made.update(data)
    return made.hexdigest()
