"""The home folder: whether it can be written, and what its file system is good for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from modelcompose.database.home import HOME_VARIABLE
from modelcompose.diagnosis.finding import Finding, ok, problem, warning
from modelcompose.diagnosis.machine.disk import existing
from modelcompose.diagnosis.subject import Subject
from modelcompose.store.copying import share_blocks
from modelcompose.store.permissions import command_to_own

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "fuse.sshfs", "9p"})
_PASSING = frozenset({"tmpfs", "ramfs"})
_ELSEWHERE = f"choose another folder:\nexport {HOME_VARIABLE}=/path/on/a/local/disk"


def look_at_home(subject: Subject) -> Iterator[Finding]:
    """Try to write into the home folder, and to share blocks within it."""
    home, there = subject.home, existing(subject.home)
    if not there.is_dir():
        yield problem("the home folder is a file", where=str(there), fix=_ELSEWHERE)
        return
    if not os.access(there, os.W_OK | os.X_OK):
        yield problem(
            f"the home folder {home} cannot be written: no run can be recorded",
            where=str(there),
            fix="make it yours, or choose another folder:\n"
            f"{command_to_own(home)}\n{_ELSEWHERE.splitlines()[-1]}",
        )
        return
    yield judge(home, file_system(there), shares=shares_blocks(there))


def judge(home: Path, kind: str, *, shares: bool | None) -> Finding:
    """Tell whether a file system is good for a home folder.

    Args:
        home: the folder.
        kind: the file system's name, such as `ext4`; empty where it cannot be told.
        shares: whether files can share blocks there; None where that could not be tried.
    """
    if kind in _NETWORK:
        return warning(
            f"{home} lies on a network file system ({kind}): SQLite's write-ahead log is not "
            "safe there, and every command is slower",
            fix=_ELSEWHERE,
        )
    if kind in _PASSING:
        return warning(
            f"{home} lies in memory ({kind}): all runs are gone at the next restart",
            fix=_ELSEWHERE,
        )
    told = {True: "content is shared, not copied", False: "content is copied", None: ""}[shares]
    details = ", ".join(part for part in (kind, told) if part)
    return ok(f"{home} can be written" + (f" ({details})" if details else ""))


def shares_blocks(folder: Path) -> bool | None:
    """Try to let one file share the blocks of another (a reflink)."""
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".modelcompose-doctor-") as scratch:
            source, target = Path(scratch, "source"), Path(scratch, "target")
            source.write_bytes(b"\0" * 4096)
            with source.open("rb") as reading, target.open("wb") as writing:
                return share_blocks(reading.fileno(), writing.fileno(), source, target)
    except OSError:
        return None


def file_system(folder: Path) -> str:
    """Give the name of a folder's file system, such as `ext4`; empty where it cannot be told."""
    import psutil

    real = folder.resolve()
    mounts = {Path(p.mountpoint): p.fstype for p in psutil.disk_partitions(all=True)}
    return next((mounts[path] for path in (real, *real.parents) if path in mounts), "")
