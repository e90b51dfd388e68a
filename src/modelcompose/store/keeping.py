"""Reading files once: for their digest, and for the store at the same time."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from modelcompose.store.copying import copy_hashing, share_blocks
from modelcompose.store.digests import PREFIX, digest_file
from modelcompose.store.intake import Intake
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.states import is_sure, state_of

_BLOCK_BYTES = 1 << 18


class Keeper:
    """Reads files for a look, and takes in what the store does not hold. For one thread."""

    def __init__(self, intake: Intake, holds: Callable[[str, int], bool]) -> None:
        """Prepare.

        Args:
            intake: where to.
            holds: whether the store holds a digest of that size already.
        """
        self._intake = intake
        self._holds = holds

    def read(self, path: str) -> tuple[str, bytes | None]:
        """Read a file; give its digest, and its state when that can be trusted.

        Raises:
            OSError: as the system says it.
        """
        now = time.time_ns()
        reading = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            before = os.fstat(reading)
            if before.st_size < PACKED_BELOW_BYTES and stat.S_ISREG(before.st_mode):
                digest = self._small(reading, before.st_size)
            else:
                digest = self._large(reading, path)
            after = os.fstat(reading)
        finally:
            os.close(reading)
        return digest, state_of(before) if is_sure(before, after, now) else None

    def _small(self, reading: int, size: int) -> str:
        data = os.read(reading, size + 1)
        if len(data) != size:  # it grows or shrinks, or the system gave less than asked for
            data += b"".join(iter(lambda: os.read(reading, _BLOCK_BYTES), b""))
        digest = PREFIX + hashlib.sha256(data).hexdigest()
        if digest not in self._intake and not self._holds(digest, len(data)):
            self._intake.add_small(digest, data)
        return digest

    def _large(self, reading: int, path: str) -> str:
        writing, target = self._intake.create_file()
        try:
            if share_blocks(reading, writing, Path(path), target):
                digest = digest_file(target)  # of the clone: it is of one moment
            else:
                digest = copy_hashing(reading, writing)
            size = os.fstat(writing).st_size
        finally:
            os.close(writing)
        if digest in self._intake or self._holds(digest, size):
            os.unlink(target)
        else:
            self._intake.add_created(digest, target)
        return digest
