"""How a file leaves a store where the user says how: copied, by shared blocks, or hard-linked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from modelcompose.errors import StoreError
from modelcompose.store.content import Entry
from modelcompose.store.copying import copy_hashing, create, file_mode, share_blocks
from modelcompose.store.failures import printable
from modelcompose.store.placing import SEAL_NS, place_file

Link = Literal["copy", "reflink", "hardlink"]


def place_linked(blob: Path, entry: Entry, target: Path, link: Link) -> bool:
    """Make a file of a blob as it is said; False, and no file, where the blob is damaged.

    Raises:
        StoreError: the file system cannot do what was asked for.
        OSError: as the system says it.
    """
    if link == "hardlink":
        return _hard_linked(blob, entry, target)
    if link == "copy":
        return _copied(blob, entry, target)
    if not _shares(blob, target):
        raise StoreError(
            f"{printable(target.name)}: link: reflink, and the file system shares no blocks "
            f"between {printable(blob.parent)} and {printable(target.parent)}",
            hint="let it be copied, without `link`, or leave it in the store alone: link: mount",
        )
    return place_file(blob, entry, target)


def _hard_linked(blob: Path, entry: Entry, target: Path) -> bool:
    status = os.lstat(blob)
    if status.st_size != entry.size_bytes or status.st_mtime_ns != SEAL_NS:
        return place_file(blob, entry, target)  # somebody wrote to it: looked at byte by byte
    if entry.executable or entry.mode is not None:
        return place_file(blob, entry, target)  # permissions are the inode's, which is the blob's
    try:
        os.link(blob, target)
    except OSError as error:
        raise StoreError(
            f"{printable(target.name)}: link: hardlink, and {printable(target.parent)} cannot "
            f"hold a link to {printable(blob.parent)}: {error.strerror}",
            hint="let it be copied, without `link`, or leave it in the store alone: link: mount",
        ) from error
    return True


def _copied(blob: Path, entry: Entry, target: Path) -> bool:
    with open(blob, "rb", buffering=0) as reading:
        writing = create(target, file_mode(executable=entry.executable, mode=entry.mode))
        is_whole = False
        try:
            if entry.mode is not None:
                os.fchmod(writing, entry.mode)
            is_whole = copy_hashing(reading.fileno(), writing) == entry.digest
        finally:
            os.close(writing)
            if not is_whole:
                target.unlink()
    return is_whole


def _shares(blob: Path, target: Path) -> bool:
    """Whether a file beside the target can share blocks with a blob."""
    probe = target.with_name(f".{target.name[:100]}.probe")
    with open(blob, "rb", buffering=0) as reading:
        writing = create(probe, 0o600)
        try:
            return share_blocks(reading.fileno(), writing, blob, probe)
        finally:
            os.close(writing)
            probe.unlink(missing_ok=True)
