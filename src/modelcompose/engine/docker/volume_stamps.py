"""What tells that a volume is as it was, without reading its files: names, sizes and times."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator

_TICK_S = 2.0
"""A change so shortly before a look may be followed by one that the times do not show."""

SCRIPT = (
    'cd {} && found="$(find . -exec stat -c "%Z %Y %s %i %f %u %g %n" {{}} + | sort -n)" && '
    'printf %s "$found" | sha256sum && printf \'%s\\n\' "$found" | tail -n 1 && date +%s'
)
"""For a shell with GNU's or busybox's tools: a digest, the newest change, and the time."""


def stamp_of_folder(root: str, now: float) -> str | None:
    """Look at a folder of this machine; None where it was written to just now.

    Args:
        root: the folder.
        now: seconds since the epoch.

    Raises:
        OSError: it cannot be read.
    """
    lines = sorted(_lines(root, "."))
    newest = max(changed for changed, _ in lines)
    if now - newest / 1e9 < _TICK_S:
        return None
    hashed = hashlib.sha256()
    for changed, line in lines:
        hashed.update(b"%d %s\0" % (changed, line))
    return f"times {hashed.hexdigest()}"


def stamp_of_output(printed: bytes) -> str | None:
    """Read what the script printed; None where the volume was written to just now."""
    lines = printed.split(b"\n")
    try:
        digest, newest, now = lines[0].split()[0], int(lines[-3].split()[0]), int(lines[-2])
    except (IndexError, ValueError):
        return None
    return f"listed {digest.decode('ascii', 'replace')}" if now - newest >= _TICK_S else None


def _lines(path: str, name: str) -> Iterator[tuple[int, bytes]]:
    status = os.lstat(path)
    facts = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)
    line = " ".join(map(str, (*facts, status.st_uid, status.st_gid))).encode()
    yield status.st_ctime_ns, line + b" " + os.fsencode(name)
    if stat.S_ISDIR(status.st_mode):
        for item in os.scandir(path):
            yield from _lines(item.path, f"{name}/{item.name}")
