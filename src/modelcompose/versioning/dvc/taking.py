"""Taking objects of DVC's into the store: each is read once, for its md5 and for our digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.copying import share_blocks, write_all
from modelcompose.store.digests import PREFIX
from modelcompose.store.failures import translated
from modelcompose.store.intake import Intake
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.store import Store
from modelcompose.versioning.dvc.hashes import Hashes, Known, of_files
from modelcompose.versioning.dvc.hashing import Md5, file_blocks, whole_blocks
from modelcompose.versioning.dvc.remotes import FolderPlace, Place, object_names

_BATCH = 2000
"""Objects after which what came is named: an interrupted command goes on from there."""
_LISTING_BYTES = 1 << 30


class Came(NamedTuple):
    """An object that was read; its bytes are in memory where they are few."""

    oid: str
    known: Known
    data: bytes | None
    path: Path | None


class Taking:
    """Takes objects from one cache or remote. For one thread, which has others read."""

    def __init__(self, store: Store, hashes: Hashes, place: Place, progress: Progress) -> None:
        self._store = store
        self._hashes = hashes
        self._place = place
        self._progress = progress
        self.damaged: list[str] = []
        """Names of objects that are not what they are called; nothing of them was kept."""

    def take(self, oids: Iterable[str], *, is_legacy: bool) -> dict[str, Known]:
        """Take objects in; give those that came, by their md5.

        Raises:
            RemoteError: the place cannot be reached, or refuses.
            StoreError: something cannot be read or kept.
        """
        found: dict[str, Known] = {}
        waiting = iter(oids)
        while some := list(islice(waiting, _BATCH)):
            found |= self._batch(some, is_legacy=is_legacy)
        return found

    def listing(self, oid: str, *, is_legacy: bool) -> bytes | None:
        """Give the bytes of a folder's listing; None where it is not there, or damaged.

        Raises:
            RemoteError: the place cannot be reached, or refuses.
        """
        for name in object_names(oid, is_legacy=is_legacy):
            with suppress(ContentMissing):
                data = _bounded(self._place.read(name))
                if hashlib.md5(data, usedforsecurity=False).hexdigest() == oid.partition(".")[0]:
                    return data
                self.damaged.append(f"{self._place.where}/{name}")
        return None

    def _batch(self, oids: Sequence[str], *, is_legacy: bool) -> dict[str, Known]:
        found: dict[str, Known] = {}
        with translated(self._store.root, "cannot be written"), self._store.intake() as intake:
            for came in self._read_all(oids, intake, is_legacy=is_legacy):
                known = came.known
                if came.data is not None:
                    intake.add_small(known.digest, came.data)
                elif came.path is not None and known.digest not in intake:
                    intake.add_created(known.digest, came.path)
                found[came.oid] = known
                self._progress.done(1, known.size_bytes)
            intake.commit()
        kind = of_files(is_legacy=is_legacy)
        self._hashes.keep(kind, {known: oid for oid, known in found.items()})
        return found

    def _read_all(self, oids: Sequence[str], intake: Intake, *, is_legacy: bool) -> Iterator[Came]:
        def read(oid: str) -> Came | None:
            return self._read(oid, intake, is_legacy=is_legacy)

        jobs = 1 if isinstance(self._place, FolderPlace) else self._progress.jobs
        if len(oids) <= 1 or jobs <= 1:
            yield from filter(None, map(read, oids))
            return
        from concurrent.futures import ThreadPoolExecutor

        # A few at a time: what was read waits in memory until it is taken in.
        with ThreadPoolExecutor(jobs) as pool:
            waiting = iter(oids)
            while some := list(islice(waiting, 16 * jobs)):
                yield from filter(None, pool.map(read, some))

    def _read(self, oid: str, intake: Intake, *, is_legacy: bool) -> Came | None:
        for name in object_names(oid, is_legacy=is_legacy):
            with suppress(ContentMissing):
                came = self._one(name, oid, intake, is_legacy=is_legacy)
                if came is not None:
                    return came
                self.damaged.append(f"{self._place.where}/{name}")
        return None

    def _one(self, name: str, oid: str, intake: Intake, *, is_legacy: bool) -> Came | None:
        if isinstance(self._place, FolderPlace):
            shared = self._shared(self._place.path(name), oid, intake, is_legacy=is_legacy)
            if shared is not None:
                return shared
        ours, theirs = hashlib.sha256(), Md5(is_legacy=is_legacy)
        data, size, writing, path = b"", 0, -1, None
        try:
            for block in whole_blocks(self._place.read(name)):
                ours.update(block)
                theirs.update(block)
                size += len(block)
                if size < PACKED_BELOW_BYTES:
                    data = block
                    continue
                if path is None:
                    writing, path = intake.create_file()
                write_all(writing, block)
        finally:
            if writing >= 0:
                os.close(writing)
        if theirs.hexdigest() != oid:
            if path is not None:
                path.unlink()
            return None
        known = Known(PREFIX + ours.hexdigest(), size)
        return Came(oid, known, data if path is None else None, path)

    def _shared(self, source: Path, oid: str, intake: Intake, *, is_legacy: bool) -> Came | None:
        """Share the blocks of a large file; None where that cannot be, or it is another."""
        try:
            reading = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise ContentMissing(f"{source}: is not there") from None
        try:
            if os.fstat(reading).st_size < PACKED_BELOW_BYTES:
                return None
            writing, path = intake.create_file()
            try:
                is_shared = share_blocks(reading, writing, source, path)
            finally:
                os.close(writing)
        finally:
            os.close(reading)
        if is_shared:
            known, found = _digests(path, is_legacy=is_legacy)
            if found == oid:
                return Came(oid, known, None, path)
        path.unlink()
        return None


def _digests(path: Path, *, is_legacy: bool) -> tuple[Known, str]:
    ours, theirs, size = hashlib.sha256(), Md5(is_legacy=is_legacy), 0
    reading = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for block in file_blocks(reading):
            size += len(block)
            ours.update(block)
            theirs.update(block)
    finally:
        os.close(reading)
    return Known(PREFIX + ours.hexdigest(), size), theirs.hexdigest()


def _bounded(chunks: Iterator[bytes]) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > _LISTING_BYTES:
            raise ContentCorrupt("the listing of a folder is larger than any can be")
    return bytes(found)
