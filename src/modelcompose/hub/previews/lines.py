"""A file as lines and as a stream, read from any place in bounded memory."""

from __future__ import annotations

import io
from collections.abc import Iterator

from modelcompose.hub.artifacts.protocol import Reading

_BLOCK_BYTES = 1 << 18
LONGEST_LINE_BYTES = 1 << 20


class Lines:
    """Lines of a file from a place on, as text; `at` is the byte after the line given last."""

    def __init__(self, reading: Reading, start: int = 0) -> None:
        """Take the file, which stays the caller's to close."""
        self.at = start
        self._size = reading.size_bytes
        self._reading = reading

    def __iter__(self) -> Iterator[str]:
        """Give each line with its end; what is no UTF-8 stands as �."""
        for line in self._cut():
            self.at += len(line)
            yield line.decode("utf-8-sig" if self.at == len(line) else "utf-8", "replace")

    def _cut(self) -> Iterator[bytes]:
        rest, start = b"", self.at
        while start < self._size:
            stop = min(start + _BLOCK_BYTES, self._size)
            rest += b"".join(self._reading.chunks(start, stop))
            start = stop
            # Not `splitlines`: a carriage return inside of a cell ends no line.
            *lines, rest = rest.split(b"\n")
            for line in lines:
                yield line + b"\n"
            if len(rest) > LONGEST_LINE_BYTES:
                yield rest
                rest = b""
        if rest:
            yield rest


class Stream(io.RawIOBase):
    """A file as Python's libraries read it."""

    def __init__(self, reading: Reading) -> None:
        """Take the file, which stays the caller's to close."""
        super().__init__()
        self._reading = reading
        self._at = 0

    def readable(self) -> bool:
        """Tell that it is read."""
        return True

    def seekable(self) -> bool:
        """Tell that it is read from any place."""
        return True

    def tell(self) -> int:
        """Give where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._reading.size_bytes}
        self._at = max(0, begin[whence] + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill a buffer."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        stop = min(self._at + len(view), self._reading.size_bytes)
        filled = 0
        if stop > self._at:
            for piece in self._reading.chunks(self._at, stop):
                view[filled : filled + len(piece)] = piece
                filled += len(piece)
        self._at += filled
        return filled
