"""inotify, as much of it as tells which files of some folders are opened and closed.

A small wrapper exists on PyPI (inotify_simple); it asks `ldconfig` or a compiler for the C
library at its first use, which minimal systems lack and which takes longer than all the rest.

Source: inotify(7).
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator

CLOSE_WRITE = 0x00000008
CLOSE_NOWRITE = 0x00000010
QUEUE_OVERFLOW = 0x00004000
IS_FOLDER = 0x40000000

_ONLY_FOLDERS = 0x01000000
_HEAD = struct.Struct("iIII")
_READ_BYTES = 1 << 18

Event = tuple[int, int, bytes]
"""The watch, what happened as bits, and the name of the file in the watched folder."""


class Inotify:
    """One queue of events. `read` is for one thread."""

    def __init__(self) -> None:
        """Open a queue.

        Raises:
            OSError: the system has no inotify, or grants this user no more queues.
        """
        if sys.platform != "linux":
            raise OSError(f"{sys.platform} has no inotify")
        self._library = ctypes.CDLL(None, use_errno=True)
        self._descriptor = _checked(self._library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))

    def fileno(self) -> int:
        """Give the descriptor to wait on."""
        return self._descriptor

    def watch(self, folder: str, events: int) -> int:
        """Watch the files right in a folder, and give the watch.

        Raises:
            OSError: there is no such folder, or this user may have no more watches.
        """
        return _checked(
            self._library.inotify_add_watch(
                self._descriptor, os.fsencode(folder), ctypes.c_uint32(events | _ONLY_FOLDERS)
            )
        )

    def read(self) -> Iterator[Event]:
        """Give the events that are there, without waiting."""
        while True:
            try:
                data = os.read(self._descriptor, _READ_BYTES)
            except BlockingIOError:
                return
            at = 0
            while at < len(data):
                watch, events, _, length = _HEAD.unpack_from(data, at)
                at += _HEAD.size
                yield watch, events, data[at : at + length].rstrip(b"\0")
                at += length

    def close(self) -> None:
        """Give the queue back, with its watches."""
        os.close(self._descriptor)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
