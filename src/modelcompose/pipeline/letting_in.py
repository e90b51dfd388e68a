"""Folders that a step writes where they are: open to whomever the project folder is open to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

_OTHERS = 0o022
_FILES = 0o666


def let_in(folder: Path, project: Path) -> None:
    """Let a container's user write a folder and what is in it, as far as it may the project.

    Root gives it to the project's owner, who may be that user; for anybody else the project's
    permission for others holds here, too. What belongs to the caller stays writable for them.

    Raises:
        OSError: as the system says it.
    """
    like = project.stat()
    open_to = stat.S_IMODE(like.st_mode) if like.st_mode & _OTHERS else 0
    if os.geteuid() != 0 and not open_to:
        return
    for path in _all(folder):
        status = path.lstat()
        if os.geteuid() == 0 and (status.st_uid, status.st_gid) != (like.st_uid, like.st_gid):
            os.lchown(path, like.st_uid, like.st_gid)
        if not open_to or stat.S_ISLNK(status.st_mode):
            continue
        more = open_to if stat.S_ISDIR(status.st_mode) else open_to & _FILES
        if more & ~status.st_mode:
            path.chmod(stat.S_IMODE(status.st_mode) | more)


def _all(folder: Path) -> Iterator[Path]:
    yield folder
    for name, folders, files in os.walk(folder):
        for inner in (*folders, *files):
            yield Path(name, inner)
