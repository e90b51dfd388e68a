"""A hub served over real HTTP, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Give the address of a hub over a home folder."""
    process = subprocess.Popen(
        [sys.executable, "-m", "modelcompose", "hub", "--port", "0"],
        env={**os.environ, "MODELCOMPOSE_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
