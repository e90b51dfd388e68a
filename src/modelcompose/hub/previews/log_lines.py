"""Lines of a log by their numbers, however long it is, and while it grows.

What is kept of a log is how many lines end in each of its blocks: 100 MB are counted in a tenth
of a second, once, and any line is then found by reading one block.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from threading import Lock
from typing import BinaryIO

BLOCK_BYTES = 1 << 16
LONGEST_LINE_BYTES = 10_000
_KEPT = 64

_known: OrderedDict[str, LineIndex] = OrderedDict()
_known_lock = Lock()


class LineIndex:
    """Where the lines of one log are. Any number of threads may use one."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._ends: array[int] = array("Q")
        """Lines that end up to the end of each block."""
        self._lock = Lock()

    def grow(self, log: BinaryIO, size: int) -> None:
        """Count what came since the last time; a log that became shorter is counted anew."""
        with self._lock:
            if size < len(self._ends) * BLOCK_BYTES:
                self._ends = array("Q")
            log.seek(len(self._ends) * BLOCK_BYTES)
            while (len(self._ends) + 1) * BLOCK_BYTES <= size:
                before = self._ends[-1] if self._ends else 0
                self._ends.append(before + log.read(BLOCK_BYTES).count(b"\n"))

    def number_at(self, log: BinaryIO, offset: int) -> int:
        """Tell how many lines end before a byte."""
        block = min(offset // BLOCK_BYTES, len(self._ends))
        log.seek(block * BLOCK_BYTES)
        before = self._ends[block - 1] if block else 0
        return before + log.read(offset - block * BLOCK_BYTES).count(b"\n")

    def begin_of(self, log: BinaryIO, line: int, size: int) -> int:
        """Give the byte where a line begins; the log's size where there is no such line."""
        if line <= 0:
            return 0
        block = bisect_left(self._ends, line)
        missing = line - (self._ends[block - 1] if block else 0)
        log.seek(block * BLOCK_BYTES)
        data = log.read(min(BLOCK_BYTES, size - block * BLOCK_BYTES))
        at = -1
        for _ in range(missing):
            at = data.find(b"\n", at + 1)
            if at < 0:
                return size
        return block * BLOCK_BYTES + at + 1

    def count(self, log: BinaryIO, size: int) -> int:
        """Tell how many lines there are, with one that has no end yet."""
        if size == 0:
            return 0
        ended = self.number_at(log, size)
        log.seek(size - 1)
        return ended + (log.read(1) != b"\n")

    def read(self, log: BinaryIO, first: int, many: int, size: int, limit: int) -> list[str]:
        """Give lines, without their ends; a very long one is cut and ends with `…`.

        Args:
            log: the log.
            first: the number of the first line, from 0.
            many: lines at most.
            size: how far the log is read, in bytes.
            limit: bytes at most.
        """
        at = self.begin_of(log, first, size)
        until = min(at + limit, size)
        found: list[str] = []
        while len(found) < many and at < until:
            log.seek(at)
            data = log.readline(min(LONGEST_LINE_BYTES, size - at))
            at += len(data)
            is_cut = not data.endswith(b"\n") and at < size
            if is_cut:
                at = self.begin_of(log, first + len(found) + 1, size)
            found.append(data.decode(errors="replace").rstrip("\r\n") + ("…" if is_cut else ""))
        return found


def line_index(key: str) -> LineIndex:
    """Give what is known of a log; the newest are kept."""
    with _known_lock:
        index = _known.setdefault(key, LineIndex())
        _known.move_to_end(key)
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return index
