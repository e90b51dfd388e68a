"""Whether there is room for what an exchange brings to another disk than it was staged on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from modelcompose.store.swapping import Operation


def check_room(operations: Iterable[Operation], project: Path, staged: Path) -> None:
    """Make sure that operations do not end in the middle for want of room.

    A move on one file system takes none. To another it is a copy, which takes the room of the new
    file before the old one's is given back.

    Raises:
        OSError: with ENOSPC, names the first file that finds no room.
    """
    here = os.stat(staged).st_dev
    devices: dict[Path, int] = {}
    room: dict[int, int] = {}
    for kind, path in operations:
        target = project / path
        if target.parent not in devices:
            devices[target.parent] = _device(target.parent)
        device = devices[target.parent]
        if device == here or kind not in ("move", "unlink"):
            continue
        if device not in room:
            room[device] = _room_bytes(target.parent)
        if kind == "move":
            room[device] -= _occupied_bytes(staged / path)
            if room[device] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        room[device] += _occupied_bytes(target)


def _device(folder: Path) -> int:
    """Give the file system of a folder, which may be about to be made."""
    while True:
        try:
            return os.stat(folder).st_dev
        except (FileNotFoundError, NotADirectoryError):
            folder = folder.parent
        except OSError as error:
            if error.errno != errno.ELOOP:  # a link to itself, which is about to be replaced
                raise
            folder = folder.parent


def _room_bytes(folder: Path) -> int:
    while not folder.is_dir():
        folder = folder.parent
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def _occupied_bytes(path: Path) -> int:
    """Give how much a file takes, in whole blocks; nothing where there is none."""
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return 0
    block = status.st_blksize or 4096
    return -(-status.st_size // block) * block
