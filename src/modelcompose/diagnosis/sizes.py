"""How much there is, and in words."""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000


def in_words(size_bytes: float) -> str:
    """Give a size, `512 B`, `3.4 MB`; units are powers of 1000, as on disks."""
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 999.5:  # noqa: PLR2004 - what rounds to less than the next unit
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.4g} TB"


def count(many: int, name: str) -> str:
    """Give a count with its noun, `1 file`, `2 files`."""
    return f"{many:,} {name}{'' if many == 1 else 's'}"


def listed(names: list[str], most: int = 3) -> str:
    """Name the first few of many."""
    more = len(names) - most
    return ", ".join([*names[:most], f"{more} more"] if more > 0 else names)


def size_of(path: Path) -> int:
    """Give the bytes of a file, or of all files below a folder; links are not followed."""
    try:
        status = path.lstat()
    except OSError:
        return 0
    if not path.is_dir() or path.is_symlink():
        return status.st_size
    return sum(_sizes_below(os.fspath(path)))


def _sizes_below(folder: str) -> list[int]:
    sizes: list[int] = []
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as items:
                for item in items:
                    if item.is_dir(follow_symlinks=False):
                        waiting.append(item.path)
                    else:
                        sizes.append(item.stat(follow_symlinks=False).st_size)
        except OSError:  # it may not be read, or is gone meanwhile
            continue
    return sizes
