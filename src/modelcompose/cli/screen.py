"""What steps show goes on without an onlooker: a stream that may lose its reader."""

from __future__ import annotations

import os
from typing import TextIO

_NO_LIMIT = 100_000
"""Columns where nobody looks, or a terminal does not say how many it has."""


class Screen:
    """A text stream whose reader may go away: what is written after that is dropped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_unseen = False
        self.encoding = getattr(stream, "encoding", "utf-8")

    def write(self, text: str) -> int:
        """Write a text, as long as somebody is there to see."""
        if not self._is_unseen:
            try:
                self._stream.write(text)
            except OSError:  # a closed pipe, or a terminal that went away
                self._is_unseen = True
        return len(text)

    def flush(self) -> None:
        """Have it seen."""
        if not self._is_unseen:
            try:
                self._stream.flush()
            except OSError:  # as above
                self._is_unseen = True

    def show(self, data: bytes) -> None:
        """Write a text that is given as UTF-8, and have it seen."""
        self.write(data.decode())
        self.flush()

    @property
    def width(self) -> int:
        """Give the columns of the terminal as it is now."""
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _NO_LIMIT
        except (OSError, ValueError):  # no terminal; no file; a closed one
            return _NO_LIMIT

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Give the file's number."""
        return self._stream.fileno()
