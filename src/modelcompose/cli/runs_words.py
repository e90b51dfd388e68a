"""Moments, sizes and numbers as people read them in a table; `times` has the spans of time."""

from __future__ import annotations

import math
from datetime import datetime

_LARGEST_EXACT = 1e15


def moment(time_s: float) -> str:
    """Give a moment in local time, `2025-03-01 14:30:00`."""
    return datetime.fromtimestamp(time_s).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def number(value: float) -> str:
    """Give a number with four digits that count; whole numbers whole."""
    if math.isfinite(value) and value == int(value) and abs(value) < _LARGEST_EXACT:
        return str(int(value))
    return f"{value:.4g}"


def size(size_bytes: float) -> str:
    """Give a size, `512 B`, `3.4 MB`; units are powers of 1000, as on disks."""
    if size_bytes < 1000:  # noqa: PLR2004 - the first unit
        return f"{int(size_bytes)} B"
    for unit in ("kB", "MB", "GB"):
        size_bytes /= 1000
        if size_bytes < 999.5:  # noqa: PLR2004 - what rounds to less than 1000
            return f"{size_bytes:.3g} {unit}"
    return f"{size_bytes / 1000:.4g} TB"


def count(many: int, name: str) -> str:
    """Give a count with its noun, `1 file`, `2 files`."""
    return f"{many} {name}{'' if many == 1 else 's'}"
