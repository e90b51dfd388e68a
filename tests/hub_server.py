"""A hub for tests: the program itself, on a free port of this machine, ended after the block."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_PATIENCE_S = 60


class RunningHub(NamedTuple):
    """A hub that answers."""

    address: str
    process: subprocess.Popen[str]
    errors: Path
    """What it writes to stderr."""


def start(
    home: Path, database: str | None = None, variables: Mapping[str, str] | None = None
) -> RunningHub:
    """Start a hub; it is the caller's to end.

    Args:
        home: its home folder.
        database: a path or an address; by default the one in the home folder.
        variables: of its environment, beside those of this process.
    """
    home.mkdir(parents=True, exist_ok=True)
    words = ["hub", "--port", "0", *(("--database", database) if database else ())]
    errors = home / "hub.stderr"
    with errors.open("ab") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "modelcompose", *words],
            env={**os.environ, "MODELCOMPOSE_HOME": str(home), **(variables or {})},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    address = process.stdout.readline().strip()  # said when it answers; empty when it died
    if not address:
        process.wait(_PATIENCE_S)
        raise AssertionError(f"the hub does not start: {errors.read_text()}")
    return RunningHub(address, process, errors)


@contextmanager
def running(
    home: Path, database: str | None = None, variables: Mapping[str, str] | None = None
) -> Iterator[RunningHub]:
    """Run a hub while the block runs."""
    hub = start(home, database, variables)
    try:
        yield hub
    finally:
        stop(hub)


def stop(hub: RunningHub) -> None:
    """End a hub, and wait until it is gone."""
    hub.process.terminate()
    try:
        hub.process.wait(_PATIENCE_S)
    finally:
        hub.process.kill()
        if hub.process.stdout is not None:
            hub.process.stdout.close()
