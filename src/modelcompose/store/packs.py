"""Packs: many small files as one blob.

A pack is the bytes of its objects, one after the other, then its index, then a footer:

    objects    the bytes of each, without gaps
    index      48 bytes for each object, sorted by digest: sha256 (32), offset (8), size (8)
    footer     the number of objects (8), then `MCPACK01`

Numbers are unsigned, little-endian. A pack is a blob as every other, named by its own sha256. A
copy of index and footer lies at `packs/<hex>` in the store: what names a pack as one, and can be
made anew from it.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from modelcompose.errors import ContentCorrupt
from modelcompose.store.copying import create, write_all
from modelcompose.store.failures import printable

PACKED_BELOW_BYTES = 256 << 10
"""What is smaller goes into packs, where there is enough of it."""
PACK_BYTES = 64 << 20
"""Size from which a pack is closed and the next one begun."""
FEWEST = 64
"""New small files up to which each stands alone."""
MAGIC = b"MCPACK01"

_RECORD = struct.Struct("<32sQQ")
_FOOTER = struct.Struct("<Q8s")
FOOTER_BYTES = _FOOTER.size
_WRITE_BYTES = 1 << 20


class Place(NamedTuple):
    """Where an object lies in a pack."""

    offset: int
    size_bytes: int


class PackIndex:
    """The index of one pack, searched where it lies; safe for threads."""

    def __init__(self, data: bytes | mmap.mmap, where: str) -> None:
        """Take index and footer.

        Args:
            data: both, and nothing before them.
            where: what is named when they are damaged.

        Raises:
            ContentCorrupt: it is no index.
        """
        self._data = data
        self.count = footer_count(data[-FOOTER_BYTES:], where)
        if len(data) != index_bytes(self.count):
            raise ContentCorrupt(f"{where}: the index of this pack is cut off")

    def find(self, digest: bytes) -> Place | None:
        """Give where an object lies, by its 32 bytes of sha256."""
        low, high, data, width = 0, self.count, self._data, _RECORD.size
        while low < high:
            middle = (low + high) // 2
            at = middle * width
            found = data[at : at + 32]
            if found == digest:
                _, offset, size = _RECORD.unpack_from(data, at)
                return Place(offset, size)
            if found < digest:
                low = middle + 1
            else:
                high = middle
        return None

    def items(self) -> Iterator[tuple[bytes, int, int]]:
        """Give every object: its sha256, offset and size, sorted by sha256."""
        return _RECORD.iter_unpack(self._data[: self.count * _RECORD.size])

    @property
    def objects_bytes(self) -> int:
        """Give how many bytes the objects take together."""
        return max((offset + size for _, offset, size in self.items()), default=0)


def index_bytes(count: int) -> int:
    """Give the size of an index with its footer."""
    return count * _RECORD.size + FOOTER_BYTES


def footer_count(footer: bytes, where: str) -> int:
    """Give how many objects a pack holds, from its footer.

    Raises:
        ContentCorrupt: it is no footer of a pack.
    """
    if len(footer) != FOOTER_BYTES:
        raise ContentCorrupt(f"{where}: is no pack: it ends too early")
    count, magic = _FOOTER.unpack(footer)
    if magic != MAGIC:
        raise ContentCorrupt(f"{where}: is no pack: expected {MAGIC!r} at its end, found {magic!r}")
    return int(count)


def open_index(path: Path) -> PackIndex:
    """Open the index that lies beside a store's packs.

    Raises:
        ContentCorrupt: it is damaged.
        OSError: as the system says it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        if size == 0:
            raise ContentCorrupt(f"{printable(path)}: the index of this pack is empty")
        data = mmap.mmap(descriptor, size, prot=mmap.PROT_READ)
    finally:
        os.close(descriptor)
    return PackIndex(data, printable(path))


def read_index(pack: Path) -> PackIndex:
    """Read the index of a pack out of the pack itself.

    Raises:
        ContentCorrupt: it is no pack.
        OSError: as the system says it.
    """
    with pack.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - FOOTER_BYTES))
        count = footer_count(stream.read(), printable(pack))
        if index_bytes(count) > size:
            raise ContentCorrupt(f"{printable(pack)}: is no pack: its index is longer than it")
        stream.seek(size - index_bytes(count))
        return PackIndex(stream.read(), printable(pack))


class PackWriter:
    """One pack being written; not for several threads."""

    def __init__(self, path: Path, mode: int) -> None:
        """Begin a new file at `path`."""
        self.path = path
        self._writing = create(path, mode)
        self._hashed = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._places: dict[bytes, tuple[int, int]] = {}
        self.size_bytes = 0

    def add(self, digest: bytes, data: bytes) -> None:
        """Append an object whose sha256 is `digest`; each once."""
        self._places[digest] = (self.size_bytes, len(data))
        self.size_bytes += len(data)
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= _WRITE_BYTES:
            self._write()

    def finish(self) -> tuple[str, bytes]:
        """Write the index and close the file; give the pack's hex digest, and its index."""
        index = encode_index((key, *place) for key, place in self._places.items())
        self._waiting.append(index)
        try:
            self._write()
        finally:
            self.close()
        return self._hashed.hexdigest(), index

    def close(self) -> None:
        """Close the file; may be called again."""
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1

    def _write(self) -> None:
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        self._hashed.update(data)
        write_all(self._writing, data)


def encode_index(items: Iterable[tuple[bytes, int, int]]) -> bytes:
    """Write index and footer of a pack that holds these objects."""
    records = [_RECORD.pack(*item) for item in sorted(items)]
    return b"".join([*records, _FOOTER.pack(len(records), MAGIC)])
