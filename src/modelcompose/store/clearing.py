"""Taking away what nobody needs: first to a trash, out of which everything comes back by itself.

A pack goes only when nothing in it is needed; one of which less than half is needed is packed
anew, so that its rest can go. What is younger than `YOUNG_S` stays: its command may be about to
name it (see `holdings`). What is needed and lies in the trash comes back before anything is
deleted.
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
    """What would be free at last."""
    kept: int
    """How many needed objects there are."""
    recalled: tuple[str, ...] = ()
    """Hex digests of blobs in the trash that somebody needs."""


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
        names, sizes = self._found()
        whole: set[str] = set()
        partly: set[str] = set()
        here = {key for name in names if (key := bytes.fromhex(name)) in keys}
        freed = 0
        for name, index in self._store.packs.indexes().items():
            held = {key for key, _, _ in index.items() if key in keys}
            here |= held
            is_worth = len(held) < _WORTH * index.count and name in sizes
            if held:
                (partly if is_worth else whole).add(name)
            if held and is_worth:
                freed += sum(size for key, _, size in index.items() if key not in keys)
        blobs = [n for n in sizes if bytes.fromhex(n) not in keys and n not in whole | partly]
        return Plan(
            tuple(sorted(blobs)),
            tuple(sorted(partly)),
            freed + sum(sizes[name] for name in blobs),
            len(here),
            tuple(sorted(self._needed_in_trash())),
        )

    def carry_out(self, plan: Plan) -> int:
        """Move what a plan names to the trash; give how many blobs.

        Raises:
            StoreError: the store cannot be written.
        """
        count = 0
        with translated(self._store.root, "cannot be cleared"):
            for name in plan.recalled:
                self._store.trash.back(name)
            self._store.packs.forget()
            for name in plan.repacked:
                self._repack(name)
            for name in (*plan.blobs, *plan.repacked):
                # A plan takes its time: what was touched meanwhile is about to be named.
                if not self._is_young(name):
                    count += self._store.trash.discard(name)
        self._store.packs.forget()
        return count

    def purge(self, grace_s: float) -> int:
        """Delete what has been in the trash, or set aside as damaged, for longer.

        Returns:
            How many blobs.

        Raises:
            StoreError: the store cannot be written.
        """
        count, now = 0, time.time()
        needed = self._needed_in_trash()
        for folder in (self._trash, self._store.root / "corrupt"):
            with translated(folder, "cannot be emptied"), suppress(FileNotFoundError):
                for item in list(os.scandir(folder)):
                    name = item.name.removesuffix(INDEX_SUFFIX)
                    with suppress(FileNotFoundError):  # somebody needs it, or clears, too
                        if name not in needed and now - item.stat().st_ctime > grace_s:
                            os.unlink(item.path)
                            count += item.name == name
        return count

    def _needed_in_trash(self) -> set[str]:
        """Give the blobs in the trash of which something is needed that is nowhere else."""
        if not self._store.trash.is_used():
            return set()
        wanted = {digest[len(PREFIX) :] for digest in self._needed}
        wanted -= self._store.packs.find_many(wanted).keys()
        lacking = [name for name in wanted if not os.path.exists(self._blobs / name)]
        return set(filter(None, map(self._store.trash.holder, lacking)))

    def _is_young(self, name: str) -> bool:
        try:
            changed = os.stat(self._blobs / name).st_ctime
        except FileNotFoundError:
            return True
        return time.time() - changed <= self._young_s

    def _found(self) -> tuple[list[str], dict[str, int]]:
        """Give the names of all blobs, and the sizes of those that have been there for a while."""
        names: list[str] = []
        old: dict[str, int] = {}
        now = time.time()
        with translated(self._blobs, "cannot be read"), suppress(FileNotFoundError):
            for item in os.scandir(self._blobs):
                if len(item.name) != _HEX_LENGTH:
                    continue
                names.append(item.name)
                status = item.stat(follow_symlinks=False)
                if now - status.st_ctime > self._young_s:
                    old[item.name] = status.st_size
        return names, old
