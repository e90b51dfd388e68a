"""One hub is kept for a home folder: who it is, and where, stands in a file that it holds locked.

kept-hub/lock       locked by the hub, as long as it lives
kept-hub/hub.json   its process and addresses; the last ones' port is taken again
kept-hub/wanted     locked, shared, by every `up` that is about to start what needs it
kept-hub/log        what it has to say
kept-hub/tokens/    see `access`
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from modelcompose import __version__
from modelcompose.hub.listening.addresses import Addresses
from modelcompose.store.failures import translated

LABEL = "modelcompose.tracked"
"""On every container that the hub stays up for; its value names the home folder."""


class KeptHub(Struct, frozen=True):
    """A hub that is kept."""

    pid: int
    version: str
    addresses: Addresses


def folder_of(home: Path) -> Path:
    """Give the folder of the hub that is kept for a home folder, made where it is missing.

    Raises:
        StoreError: it cannot be made.
    """
    folder = home / "kept-hub"
    with translated(folder, "cannot be made"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def label_value(home: Path) -> str:
    """Give what stands for a home folder in the label of its containers."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def running(home: Path) -> KeptHub | None:
    """Give the hub that is kept now; None where none is, or where it has not begun to listen."""
    folder = folder_of(home)
    with _opened(folder / "lock") as lock:
        if _locks(lock, fcntl.LOCK_SH):
            return None
    return _read(folder)


@contextmanager
def announced(home: Path, addresses: Addresses) -> Iterator[None]:
    """Tell who this process is, whose lock is held already, and where it listens."""
    path = folder_of(home) / "hub.json"
    new = path.with_name(".hub.json.new")
    with translated(path, "cannot be written"):
        new.write_bytes(msgspec.json.encode(KeptHub(os.getpid(), __version__, addresses)))
        new.replace(path)
    yield


@contextmanager
def held(home: Path) -> Iterator[int | None]:
    """Be the hub that is kept, until the block ends; gives the port of the last one, or 0.

    Where another process is it already, gives None.
    """
    folder = folder_of(home)
    with _opened(folder / "lock") as lock:
        if not _locks(lock, fcntl.LOCK_EX):
            yield None
            return
        last = _read(folder)
        (folder / "hub.json").unlink(missing_ok=True)
        try:
            yield 0 if last is None else last.addresses.port
        finally:
            with suppress(OSError):
                if last is not None and not (folder / "hub.json").exists():
                    (folder / "hub.json").write_bytes(msgspec.json.encode(last))


def want(home: Path) -> None:
    """Keep the hub from ending while this process lives, also as the program that it becomes."""
    descriptor = os.open(folder_of(home) / "wanted", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - it has no name; open on purpose


def is_wanted(home: Path) -> bool:
    """Tell whether somebody is about to start what needs the hub."""
    with _opened(folder_of(home) / "wanted") as descriptor:
        return not _locks(descriptor, fcntl.LOCK_EX)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    with translated(path, "cannot be opened"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locks(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(folder: Path) -> KeptHub | None:
    try:
        return msgspec.json.decode((folder / "hub.json").read_bytes(), type=KeptHub)
    except (OSError, msgspec.MsgspecError):
        return None
