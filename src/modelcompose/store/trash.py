"""The trash of a store: what `gc` took away, and how it comes back when somebody needs it."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from modelcompose.errors import ContentCorrupt
from modelcompose.store.file_state import FINE_TICK_NS
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
        """Bring back the blob of a hex digest, or the pack that holds it; whether it is there."""
        holder = self.holder(name)
        if holder is not None:
            return self.back(holder)
        # Between a look for the blob and this one, somebody else may have brought it back.
        return bool(self._names) and os.path.exists(f"{self._root}/blobs/sha256/{name}")

    def is_used(self) -> bool:
        """Whether anything is in the trash."""
        self._look()
        return bool(self._names)

    def holder(self, name: str) -> str | None:
        """Give the blob in the trash that has this hex digest, or the pack that holds it."""
        self._look()
        if name in self._names:
            return name
        if not self._indexes:
            return None
        key = bytes.fromhex(name)
        return next((n for n, index in self._indexes.items() if index.find(key)), None)

    def discard(self, name: str) -> bool:
        """Move a blob to the trash, with its index where it is a pack.

        Returns:
            Whether it is there now: not where somebody touched it at that moment, to name it.

        Raises:
            OSError: as the system says it.
        """
        os.makedirs(self._folder, exist_ok=True)
        blob, target = f"{self._root}/blobs/sha256/{name}", f"{self._folder}/{name}"
        try:
            touched = os.stat(blob).st_atime_ns
            # The index goes first: it never says of a pack in the trash that it is here.
            with suppress(FileNotFoundError):  # only a pack has one
                os.rename(f"{self._root}/packs/{name}", f"{target}{INDEX_SUFFIX}")
            os.rename(blob, target)
        except FileNotFoundError:  # somebody else clears, too
            return False
        with suppress(FileNotFoundError):  # somebody who needs it has it back
            if os.stat(target).st_atime_ns == touched:
                return True
            self.back(name)
        return False

    def back(self, name: str) -> bool:
        """Bring back a blob with its index; whether it is there then, be it by somebody else."""
        blob = f"{self._root}/blobs/sha256/{name}"
        with suppress(OSError):
            os.rename(f"{self._folder}/{name}", blob)
        if not os.path.exists(blob):
            return False
        # Also where the blob never went: who moved it may have been killed after the index.
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
            is_settled = stamp + FINE_TICK_NS < time.time_ns()
            self._names, self._indexes = frozenset(names), indexes
            self._stamp = stamp if is_settled else 0
