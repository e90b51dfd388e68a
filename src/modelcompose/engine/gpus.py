"""The NVIDIA GPUs of this machine, as `nvidia-smi` tells."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache

from msgspec import Struct

_LISTED = re.compile(r"^GPU (\d+):", re.MULTILINE)
_TIMEOUT_S = 10


class Usage(Struct, frozen=True):
    """How much of some GPUs is in use at one moment."""

    percent: float
    """Mean over the GPUs, 0 to 100."""
    memory_bytes: int
    """Sum over the GPUs."""


@cache
def indices() -> tuple[str, ...]:
    """Give the indices of the GPUs; empty where there is none, or no driver."""
    return parse_list(_ask("-L"))


def usage(device_ids: Sequence[str]) -> Usage | None:
    """Measure these GPUs; None where they cannot be measured."""
    query = ("--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits")
    return parse_usage(_ask(*query, f"--id={','.join(device_ids)}")) if device_ids else None


def parse_list(text: str) -> tuple[str, ...]:
    """Read the answer to `nvidia-smi -L`."""
    return tuple(_LISTED.findall(text))


def parse_usage(text: str) -> Usage | None:
    """Read lines of `percent, mebibytes`; a GPU that reports `[N/A]` does not count."""
    rows = [row for line in text.splitlines() if (row := _row(line)) is not None]
    if not rows:
        return None
    percents, mebibytes = zip(*rows, strict=True)
    return Usage(sum(percents) / len(percents), int(sum(mebibytes) * 2**20))


def _row(line: str) -> tuple[float, float] | None:
    try:
        percent, mebibytes = (float(cell) for cell in line.split(","))
    except ValueError:
        return None
    return percent, mebibytes


def _ask(*arguments: str) -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    try:
        answer = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout if answer.returncode == 0 else ""
