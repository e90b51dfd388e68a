"""The packs of one store: which objects they hold, and their bytes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from modelcompose.errors import ContentCorrupt
from modelcompose.store.packs import PackIndex, open_index, read_index

_SEARCHED_ONE_BY_ONE = 200
"""More objects than this are looked for by reading the indexes, not by searching them."""

_TICK_NS = 50_000_000
"""Longer than a kernel's clock tick: a folder that changed later than that is listed again."""


class Packed(NamedTuple):
    """Where an object lies: in which pack, and where in it."""

    pack: str
    """The pack's hex digest."""
    offset: int
    size_bytes: int


class Packs:
    """The packs in a store's folder; one object serves many threads.

    Packs that other processes add are seen at the next miss.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / "packs"
        self._blobs = root / "blobs" / "sha256"
        self._guard = threading.Lock()
        self._indexes: dict[str, PackIndex] = {}
        self._stamp = 0

    def find(self, digest: str) -> Packed | None:
        """Give where an object lies, by its hex digest; None where no pack holds it."""
        key = bytes.fromhex(digest)
        for pack, index in self._looked_at().items():
            place = index.find(key)
            if place is not None:
                return Packed(pack, *place)
        return None

    def find_many(self, digests: Iterable[str]) -> dict[str, Packed]:
        """Give where objects lie, by hex digest; those that no pack holds are left out."""
        wanted = set(digests)
        if len(wanted) <= _SEARCHED_ONE_BY_ONE:
            found = {digest: self.find(digest) for digest in wanted}
            return {digest: place for digest, place in found.items() if place is not None}
        keys = {bytes.fromhex(digest): digest for digest in wanted}
        places: dict[str, Packed] = {}
        for pack, index in self._looked_at().items():
            for key, offset, size in index.items():
                if key in keys:
                    places[keys[key]] = Packed(pack, offset, size)
        return places

    def indexes(self) -> dict[str, PackIndex]:
        """Give every pack's index, by the pack's hex digest."""
        return dict(self._looked_at())

    def read(self, place: Packed) -> bytes:
        """Give an object's bytes, unverified.

        Raises:
            OSError: as the system says it.
        """
        descriptor = self.open(place.pack)
        try:
            return os.pread(descriptor, place.size_bytes, place.offset)
        finally:
            os.close(descriptor)

    def open(self, pack: str) -> int:
        """Open a pack; give its descriptor.

        Raises:
            OSError: as the system says it.
        """
        return os.open(self._blobs / pack, os.O_RDONLY | os.O_CLOEXEC)

    def forget(self) -> None:
        """Look at the folder anew before the next search."""
        with self._guard:
            self._stamp = 0
            self._indexes = {}

    def _looked_at(self) -> dict[str, PackIndex]:
        try:
            stamp = os.stat(self._folder).st_mtime_ns
        except FileNotFoundError:
            return {}
        with self._guard:
            if stamp != self._stamp:
                names = {name for name in os.listdir(self._folder) if not name.startswith(".")}
                kept = {name: self._indexes.get(name) or self._open(name) for name in names}
                self._indexes = {name: index for name, index in kept.items() if index is not None}
                is_settled = stamp + _TICK_NS < time.time_ns()
                self._stamp = stamp if is_settled else 0
            return self._indexes

    def _open(self, name: str) -> PackIndex | None:
        with suppress(OSError):
            try:
                return open_index(self._folder / name)
            except ContentCorrupt:  # a copy: the pack has it, too
                with suppress(ContentCorrupt):
                    return read_index(self._blobs / name)
        return None
