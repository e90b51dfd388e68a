"""DVC's digests of bytes: md5, and DVC 2's of text as Unix ends its lines."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable

from modelcompose.store.digests import PREFIX
from modelcompose.store.file_state import is_sure, state_of
from modelcompose.store.mapped import hand_over

BLOCK_BYTES = 1 << 20
"""DVC 2 looks for ends of lines in blocks of this size, and misses those that lie across two: so
must who wants its digest."""
_LOOKED_AT_BYTES = 512
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
_MOST_OTHERS = 0.30


class Md5:
    """The md5 of bytes that come in blocks; legacy ones of `BLOCK_BYTES` each, but the last."""

    def __init__(self, *, is_legacy: bool) -> None:
        self._is_text = None if is_legacy else False
        self._hashed = hashlib.md5(usedforsecurity=False)

    def update(self, block: bytes) -> None:
        """Take in the next block; how the first begins tells what the whole is."""
        if self._is_text is None:
            self._is_text = is_text(block[:_LOOKED_AT_BYTES])
        if self._is_text:
            block = block.replace(b"\r\n", b"\n")
        self._hashed.update(block)

    def hexdigest(self) -> str:
        """Give the md5 of what came, in 32 hex digits."""
        return self._hashed.hexdigest()


def is_text(block: bytes) -> bool:
    """Whether DVC 2 takes a file that begins like this for text.

    Source: dvc_data.hashfile.istextfile; DVC 3 judges each block anew, and so takes some large
    files of DVC 2 for changed.
    """
    if not block:
        return True
    if b"\0" in block:
        return False
    return len(block.translate(None, _TEXT)) / len(block) <= _MOST_OTHERS


def whole_blocks(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Give bytes in blocks of `BLOCK_BYTES`, however they come."""
    waiting = bytearray()
    for chunk in chunks:
        if not waiting and len(chunk) == BLOCK_BYTES:
            yield chunk
            continue
        waiting += chunk
        while len(waiting) >= BLOCK_BYTES:
            yield bytes(waiting[:BLOCK_BYTES])
            del waiting[:BLOCK_BYTES]
    if waiting:
        yield bytes(waiting)


def file_blocks(descriptor: int) -> Iterable[bytes]:
    """Give what an open file holds from its position on."""
    return whole_blocks(iter(lambda: os.read(descriptor, BLOCK_BYTES), b""))


class Reader:
    """Reads files for a look, for both digests at once."""

    def __init__(self, *, is_legacy: bool) -> None:
        self._is_legacy = is_legacy
        self.found: dict[str, tuple[str, int]] = {}
        """DVC's digest and the size of what was read, by our digest."""

    def read(self, path: str) -> tuple[str, bytes | None]:
        """Read a file; give our digest, and its state where that can be trusted.

        Raises:
            OSError: as the system says it.
        """
        now = time.time_ns()
        reading = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            before = os.fstat(reading)
            hand_over(reading, before, now)
            ours, theirs, size = hashlib.sha256(), Md5(is_legacy=self._is_legacy), 0
            for block in file_blocks(reading):
                size += len(block)
                ours.update(block)
                theirs.update(block)
            after = os.fstat(reading)
        finally:
            os.close(reading)
        digest = PREFIX + ours.hexdigest()
        self.found[digest] = (theirs.hexdigest(), size)
        return digest, state_of(before) if is_sure(before, after, now) else None
