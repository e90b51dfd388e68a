"""The trash of a store: what `gc` took away, and how it comes back when somebody needs it."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from modelcompose.errors import ContentCorrupt
from modelcompose.store.packs import PackIndex, open_index

INDEX_SUFFIX = ".index"


class Trash:
    """What lies in the trash; one object serves many threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = f"{root}/trash"
        self._guard = threading.Lock()
        self._stamp = 0
        self._names: frozenset[str] = frozenset()
        self._indexes: dict[str, PackIndex] = {}

    def recall(self, name: str) -> bool:
        """Bring back the blob of a hex digest, or the pack that holds it; whether it was there."""
        self._look()
        if name in self._names:
            return self._back(name)
        key = bytes.fromhex(name)
        holder = next((n for n, index in self._indexes.items() if index.find(key)), None)
        return holder is not None and self._back(holder)

    def discard(self, name: str) -> None:
        """Move a blob to the trash, with its index where it is a pack.

        Raises:
            OSError: as the system says it.
        """
        os.makedirs(self._folder, exist_ok=True)
        with suppress(FileNotFoundError):  # only a pack has one
            os.rename(f"{self._root}/packs/{name}", f"{self._folder}/{name}{INDEX_SUFFIX}")
        with suppress(FileNotFoundError):  # somebody else clears, too
            os.rename(f"{self._root}/blobs/sha256/{name}", f"{self._folder}/{name}")

    def _back(self, name: str) -> bool:
        try:
            os.rename(f"{self._folder}/{name}", f"{self._root}/blobs/sha256/{name}")
        except OSError:
            return False
        with suppress(OSError):
            os.rename(f"{self._folder}/{name}{INDEX_SUFFIX}", f"{self._root}/packs/{name}")
        return True

    def _look(self) -> None:
        try:
            stamp = os.stat(self._folder).st_mtime_ns
        except FileNotFoundError:
            self._names, self._indexes = frozenset(), {}
            return
        with self._guard:
            if stamp == self._stamp:
                return
            names = os.listdir(self._folder)
            indexes: dict[str, PackIndex] = {}
            for name in names:
                if name.endswith(INDEX_SUFFIX):
                    with suppress(OSError, ContentCorrupt):
                        found = open_index(Path(self._folder, name))
                        indexes[name.removesuffix(INDEX_SUFFIX)] = found
            self._names, self._indexes, self._stamp = frozenset(names), indexes, stamp
