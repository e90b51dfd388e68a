"""Clocks that differ: this machine's, the file systems', and the engine's."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from modelcompose.diagnosis.finding import Finding, warning
from modelcompose.diagnosis.machine.disk import existing
from modelcompose.diagnosis.subject import Subject

TOLERATED_S = 2.0
"""File systems that stamp every second one, as FAT does, are no further off."""
TOLERATED_ENGINE_S = 10.0
"""The answer takes its time to come."""

_SET_CLOCK = "sudo timedatectl set-ntp true"


def look_at_clocks(subject: Subject) -> Iterator[Finding]:
    """Compare the clock with the stamps of new files, and with the engine's."""
    places = {"the project": subject.folder} if subject.has_project else {}
    for what, folder in {**places, "the home folder": existing(subject.home)}.items():
        yield from judge_files(what, folder, _file_clock_ahead_s(folder))
    yield from _engine_clock(subject)


def judge_files(what: str, folder: Path, ahead_s: float | None) -> Iterator[Finding]:
    """Tell whether the times of files can be trusted.

    Args:
        what: what the folder is, in words.
        folder: where files are stamped.
        ahead_s: how far their stamps are ahead of the clock; None where that is not known.
    """
    if ahead_s is not None and abs(ahead_s) > TOLERATED_S:
        yield warning(
            f"files in {what} get times {_apart(ahead_s)} this machine's clock: "
            "changed files may pass for unchanged",
            where=str(folder),
            fix=f"set the clocks of this machine and of the file server by the network:\n"
            f"{_SET_CLOCK}",
        )


def _file_clock_ahead_s(folder: Path) -> float | None:
    """Give how far the stamp of a new file is ahead; None where none can be made."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
            file.flush()
            return os.fstat(file.fileno()).st_mtime - time.time()
    except OSError:  # that it may not be written to is another check's finding
        return None


def _engine_clock(subject: Subject) -> Iterator[Finding]:
    docker = subject.docker.known()
    try:
        told = datetime.fromisoformat(docker.info["SystemTime"])
    except (KeyError, ValueError):
        return
    ahead_s = told.timestamp() - docker.asked_at
    if abs(ahead_s) > TOLERATED_ENGINE_S:
        yield warning(
            f"the Docker engine's clock is {_apart(ahead_s)} this machine's",
            fix=f"restart Docker Desktop, or set both clocks by the network:\n{_SET_CLOCK}",
        )


def _apart(ahead_s: float) -> str:
    return f"{abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'}"
