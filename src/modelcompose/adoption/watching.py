"""Which files of some folders are read while something runs, seen by the kernel's own account.

A container that mounts a folder opens the very files of this machine, so that its reads show.
Whose read it was does not show: what an editor or an indexer opens meanwhile counts too.
"""

from __future__ import annotations

import errno
import os
import selectors
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from modelcompose.adoption.inotify import (
    CLOSE_NOWRITE,
    CLOSE_WRITE,
    IS_FOLDER,
    QUEUE_OVERFLOW,
    Inotify,
)
from modelcompose.engine.waking import Wake

Completeness = Literal["seen", "incomplete", "unknown"]

_NO_MORE_WATCHES = (
    "the system watches no more than /proc/sys/fs/inotify/max_user_watches folders at once"
)


class Opened(Struct, frozen=True):
    """Absolute paths that were opened, each with the time when that was last seen."""

    read: Mapping[str, float] = {}
    """Opened for reading alone."""
    written: Mapping[str, float] = {}
    """Opened so that they could be written, whether they were or not."""
    completeness: Completeness = "seen"
    reason: str = ""
    """Why there may be more, in words."""


class Watch:
    """Watches folders from its making to `stop`, in a thread of its own."""

    def __init__(self, folders: Iterable[str]) -> None:
        """Begin to watch the files right in each of these folders; errors are told by `stop`."""
        self._read: dict[str, float] = {}
        self._written: dict[str, float] = {}
        self._folders: dict[int, str] = {}
        self._completeness: Completeness = "seen"
        self._reason = ""
        self._inotify: Inotify | None = None
        self._is_stopping = threading.Event()
        try:
            self._inotify = Inotify()
        except OSError as error:
            self._fail("unknown", f"files that are read cannot be watched: {error}")
            return
        self._add(self._inotify, folders)
        self._wake = Wake()
        self._thread = threading.Thread(target=self._collect, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> Opened:
        """Stop watching and give what was seen."""
        if self._inotify is not None:
            self._is_stopping.set()
            self._wake.ring()
            self._thread.join()
            self._wake.close()
            self._inotify.close()
            self._inotify = None
        return Opened(self._read, self._written, self._completeness, self._reason)

    def _fail(self, completeness: Completeness, reason: str) -> None:
        self._completeness, self._reason = completeness, reason

    def _add(self, inotify: Inotify, folders: Iterable[str]) -> None:
        for folder in folders:
            try:
                self._folders[inotify.watch(folder, CLOSE_NOWRITE | CLOSE_WRITE)] = folder
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    self._fail("incomplete", _NO_MORE_WATCHES)
                    return
                if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
                    self._fail("incomplete", f"{folder}: cannot be watched: {error.strerror}")

    def _collect(self) -> None:
        if self._inotify is None:
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._inotify, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while not self._is_stopping.is_set():
                selector.select()
                self._take(self._inotify)
            self._take(self._inotify)

    def _take(self, inotify: Inotify) -> None:
        now = time.time()
        for watch, events, name in inotify.read():
            if events & QUEUE_OVERFLOW:
                self._fail("incomplete", "so many files were read at once that some were missed")
            elif name and not events & IS_FOLDER and watch in self._folders:
                path = f"{self._folders[watch]}/{os.fsdecode(name)}"
                (self._written if events & CLOSE_WRITE else self._read)[path] = now
