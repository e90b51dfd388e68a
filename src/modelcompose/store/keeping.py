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
from modelcompose.store.file_state import is_sure, state_of
from modelcompose.store.intake import Intake
from modelcompose.store.mapped import hand_over
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.remotes.parallel import Progress

_BLOCK_BYTES = 1 << 18


class Keeper:
    """Reads files for a look, and takes in what the store does not hold. For one thread."""

    def __init__(
        self, intake: Intake, holds: Callable[[str, int], bool], progress: Progress | None = None
    ) -> None:
        """Prepare.

        Args:
            intake: where to.
            holds: whether the store holds a digest of that size already.
            progress: told of what was read.
        """
        self._intake = intake
        self._holds = holds
        self._progress = progress

    def read(self, path: str) -> tuple[str, bytes | None]:
        """Read a file; give its digest, and its state when that can be trusted.

        Raises:
            OSError: as the system says it.
        """
        now = time.time_ns()
        reading = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            before = os.fstat(reading)
            hand_over(reading, before, now)
            if before.st_size < PACKED_BELOW_BYTES and stat.S_ISREG(before.st_mode):
                digest = self._small(reading, before.st_size)
                self._done(before.st_size)
            else:
                digest = self._large(reading, path)
            self._done(0, files=1)
            after = os.fstat(reading)
        finally:
            os.close(reading)
        return digest, state_of(before) if is_sure(before, after, now) else None

    def _done(self, size_bytes: int, files: int = 0) -> None:
        if self._progress is not None:
            self._progress.done(files, size_bytes)

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
                self._done(os.fstat(reading).st_size)
            else:
                digest = copy_hashing(reading, writing, self._done)
            size = os.fstat(writing).st_size
        finally:
            os.close(writing)
        if digest in self._intake or self._holds(digest, size):
            os.unlink(target)
        else:
            self._intake.add_created(digest, target)
        return digest
