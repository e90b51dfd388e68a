"""Taking away what nobody needs: first to a trash, out of which everything comes back by itself.

A pack goes only when nothing in it is needed; one of which less than half is needed is packed
anew, so that its rest can go. What is younger than `YOUNG_S` stays: its command may be about to
name it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from contextlib import suppress

from msgspec import Struct

from modelcompose.store.digests import PREFIX, digest_bytes
from modelcompose.store.failures import translated
from modelcompose.store.packed import Packed
from modelcompose.store.store import Store
from modelcompose.store.trash import INDEX_SUFFIX

YOUNG_S = 3600.0
_HEX_LENGTH = 64
_WORTH = 0.5


class Plan(Struct, frozen=True):
    """What would go."""

    blobs: tuple[str, ...]
    """Hex digests of blobs that nobody needs, packs among them."""
    repacked: tuple[str, ...]
    """Hex digests of packs of which little is needed."""
    size_bytes: int
    kept: int
    """How many needed objects there are."""


class Clearing:
    """Clears one store."""

    def __init__(self, store: Store, *, young_s: float = YOUNG_S) -> None:
        self._store = store
        self._young_s = young_s
        self._needed: frozenset[str] = frozenset()
        self._blobs = store.root / "blobs" / "sha256"
        self._trash = store.root / "trash"

    def _repack(self, name: str) -> None:
        """Keep what is needed of a pack in another one."""
        index = self._store.packs.indexes().get(name)
        if index is None:
            return
        with self._store.intake() as intake:
            for key, offset, size in index.items():
                digest = PREFIX + key.hex()
                if digest in self._needed:
                    data = self._store.packs.read(Packed(name, offset, size))
                    if digest_bytes(data) == digest:
                        intake.add_small(digest, data)
            intake.commit()

    def plan(self, needed: Collection[str]) -> Plan:
        """Find what is not among the digests that are needed; nothing is changed.

        Raises:
            StoreError: the store cannot be read.
        """
        self._needed = frozenset(needed)
        keys = {bytes.fromhex(digest[len(PREFIX) :]) for digest in needed}
        whole: set[str] = set()
        partly: set[str] = set()
        for name, index in self._store.packs.indexes().items():
            held = [key in keys for key, _, _ in index.items()]
            if any(held):
                (whole if sum(held) >= _WORTH * len(held) else partly).add(name)
        sizes = self._old()
        blobs = [n for n in sizes if bytes.fromhex(n) not in keys and n not in whole | partly]
        repacked = sorted(partly & sizes.keys())
        return Plan(
            tuple(sorted(blobs)), tuple(repacked), sum(sizes[name] for name in blobs), len(keys)
        )

    def carry_out(self, plan: Plan) -> int:
        """Move what a plan names to the trash; give how many blobs.

        Raises:
            StoreError: the store cannot be written.
        """
        with translated(self._store.root, "cannot be cleared"):
            for name in plan.repacked:
                self._repack(name)
            for name in (*plan.blobs, *plan.repacked):
                self._store.trash.discard(name)
        self._store.packs.forget()
        return len(plan.blobs) + len(plan.repacked)

    def purge(self, grace_s: float) -> int:
        """Delete what has been in the trash for longer; give how many blobs.

        Raises:
            StoreError: the store cannot be written.
        """
        count, now = 0, time.time()
        with translated(self._trash, "cannot be emptied"), suppress(FileNotFoundError):
            for item in list(os.scandir(self._trash)):
                if now - item.stat().st_ctime > grace_s:
                    os.unlink(item.path)
                    count += not item.name.endswith(INDEX_SUFFIX)
        return count

    def _old(self) -> dict[str, int]:
        """Give the size of each blob that has been there for a while, by hex digest."""
        found: dict[str, int] = {}
        now = time.time()
        with translated(self._blobs, "cannot be read"), suppress(FileNotFoundError):
            for item in os.scandir(self._blobs):
                status = item.stat(follow_symlinks=False)
                if len(item.name) == _HEX_LENGTH and now - status.st_ctime > self._young_s:
                    found[item.name] = status.st_size
        return found
