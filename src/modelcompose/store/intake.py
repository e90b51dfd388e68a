"""How blobs enter a store: written beside it, verified, then renamed in.

What is on the way lies in a folder of its own below `ingest/`, locked while its writer lives. So
the next writer can tell what a killed one left behind, and clears it; it looks at nothing else.

Durability: a blob has its name only after its bytes are on the disk. Up to `FSYNC_LIMIT` new blobs
are synced one by one, more with one sync of the whole file system where the system can.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from modelcompose.errors import StoreError
from modelcompose.store.copying import copy_hashing, create, share_blocks, write_all
from modelcompose.store.digests import PREFIX, digest_bytes
from modelcompose.store.failures import printable
from modelcompose.store.packs import FEWEST, PACK_BYTES, PackIndex, PackWriter, encode_index
from modelcompose.store.placing import SEAL_NS
from modelcompose.store.states import FileStates

FSYNC_LIMIT = 64
"""New blobs up to which each is synced by itself."""
ORPHAN_AGE_S = 60.0
"""Age from which an intake that nobody holds is cleared away."""
LOCKLESS_AGE_S = 24 * 3600.0
"""The same on file systems that know no locks."""
_BLOB_MODE = 0o444


class Intake:
    """Blobs on their way in, named all together by `commit`; without it, all are dropped.

    A context manager for one thread. Several intakes may bring the same blob: the last rename
    wins, over equal bytes.
    """

    def __init__(self, ingest: Path, blobs: Path, packs: Path) -> None:
        """Prepare an intake.

        Args:
            ingest: the store's folder for what is on the way.
            blobs: the store's folder of blobs, named by hex digest.
            packs: the store's folder of the indexes of packs.
        """
        self._ingest = ingest
        self._blobs = blobs
        self._packs = packs
        self._waiting: dict[str, Path] = {}
        self._taken: set[str] = set()
        self._small: dict[bytes, bytes] = {}
        self._writer: PackWriter | None = None
        self._full: list[PackWriter] = []
        self._packed: dict[str, tuple[Path, Path]] = {}

    def __enter__(self) -> Self:
        clear_orphans(self._ingest)
        self._folder = self._ingest / f"{os.getpid()}-{os.urandom(8).hex()}"
        self._folder.mkdir()
        self._lock = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        _try_lock(self._lock)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in (*self._full, *filter(None, [self._writer])):
            writer.close()
        _remove_flat(self._folder)
        os.close(self._lock)

    def __contains__(self, digest: str) -> bool:
        return digest in self._taken

    def add_small(self, digest: str, data: bytes) -> None:
        """Take in bytes that go into a pack, where enough such come together.

        Args:
            digest: their digest, which is not checked.
            data: the bytes.
        """
        if digest in self._taken:
            return
        self._taken.add(digest)
        raw = bytes.fromhex(digest[len(PREFIX) :])
        if self._writer is None and len(self._small) < FEWEST:
            self._small[raw] = data
            return
        self._pack(raw, data)

    def _pack(self, raw: bytes, data: bytes) -> None:
        if self._writer is None:
            path = self._folder / f"pack-{len(self._full)}"
            self._writer = PackWriter(path, _BLOB_MODE)
            small, self._small = self._small, {}
            for key, value in small.items():
                self._writer.add(key, value)
        self._writer.add(raw, data)
        if self._writer.size_bytes >= PACK_BYTES:
            self._full.append(self._writer)
            self._writer = None

    def _finish_packs(self) -> None:
        small, self._small = self._small, {}
        if small and not self._full:
            for raw, data in small.items():
                self._loose(PREFIX + raw.hex(), data)
        elif small:  # what is left after full packs is a last pack, however little
            self._writer = PackWriter(self._folder / f"pack-{len(self._full)}", _BLOB_MODE)
            for raw, data in small.items():
                self._writer.add(raw, data)
        for writer in (*self._full, *filter(None, [self._writer])):
            name, index = writer.finish()
            _seal(writer.path)
            beside = self._folder / f"{name}.index"
            _write_new(beside, index)
            self._packed[name] = (writer.path, beside)
        self._full, self._writer = [], None

    def create_file(self) -> tuple[int, Path]:
        """Begin a blob whose digest is not known yet; give its descriptor and its path."""
        path = self._folder / f"new-{os.urandom(8).hex()}"
        return create(path, _BLOB_MODE), path

    def add_created(self, digest: str, path: Path) -> None:
        """Take in what was written where `create_file` told."""
        _seal(path)
        self._taken.add(digest)
        self._waiting[digest] = path

    def add_index(self, digest: str, index: PackIndex) -> None:
        """Say that a blob that was taken in is a pack."""
        name = digest[len(PREFIX) :]
        beside = self._folder / f"{name}.index"
        _write_new(beside, encode_index(index.items()))
        self._packed[name] = (self._waiting.pop(digest), beside)

    def add_bytes(self, data: bytes) -> str:
        """Take in bytes that stand alone; give their digest."""
        digest = digest_bytes(data)
        self._loose(digest, data)
        return digest

    def _loose(self, digest: str, data: bytes) -> None:
        target = self._target(digest)
        _write_new(target, data)
        _seal(target)
        self._taken.add(digest)
        self._waiting[digest] = target

    def add_file(self, source: Path, digest: str, states: FileStates) -> None:
        """Take in a file whose content was looked at.

        Raises:
            StoreError: its bytes are no longer those of `digest`.
        """
        if digest in self._waiting:
            return
        target = self._target(digest)
        reading = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        try:
            writing = create(target, _BLOB_MODE)
            try:
                if share_blocks(reading, writing, source, target):
                    # The clone is of one moment: the file was not touched before it if, looked
                    # at after it, the file is still the same.
                    found = states.digest(source)
                else:
                    found = copy_hashing(reading, writing)
            finally:
                os.close(writing)
        finally:
            os.close(reading)
        if found != digest:
            raise changed(source)
        _seal(target)
        self._taken.add(digest)
        self._waiting[digest] = target

    def commit(self) -> None:
        """Make every blob durable and give it its name: packs first, others as they came."""
        self._finish_packs()
        packs = list(self._packed.items())
        sync_files([*self._waiting.values(), *(path for _, pair in packs for path in pair)])
        for name, (pack, _) in packs:
            os.rename(pack, self._blobs / name)
        for name, (_, index) in packs:
            os.rename(index, self._packs / name)
        if packs:
            sync_folder(self._packs)
        for digest, waiting in self._waiting.items():
            os.rename(waiting, self._blobs / digest.removeprefix(PREFIX))
        sync_folder(self._blobs)
        self._waiting.clear()
        self._packed.clear()

    def _target(self, digest: str) -> Path:
        return self._folder / digest.removeprefix(PREFIX)


def changed(path: Path) -> StoreError:
    """Give the error for a file that was written while it was being kept."""
    return StoreError(
        f"{printable(path)}: changed while it was being kept",
        hint="run this again when nothing else writes there",
    )


def sync_files(paths: list[Path]) -> None:
    """Have the bytes of files on the disk; they lie on one file system."""
    if len(paths) > FSYNC_LIMIT and _sync_file_system(paths[0]):
        return
    for path in paths:
        _sync(path, os.O_RDONLY)


def sync_tree(root: Path, files: list[str]) -> None:
    """Have the bytes of files in a folder, all of them by their paths in it, on the disk."""
    if len(files) > FSYNC_LIMIT and _sync_file_system(root):
        return
    sync_files([root / path for path in files])


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def clear_orphans(ingest: Path) -> None:
    """Remove what killed writers left; costs one look per intake on the way, not per blob."""
    now = time.time()
    with os.scandir(ingest) as scan:
        for item in scan:
            try:
                age_s = now - item.stat(follow_symlinks=False).st_mtime
                if age_s > ORPHAN_AGE_S and _is_orphan(item.path, age_s):
                    _remove_flat(Path(item.path))
            except OSError:  # another writer clears it too, or it is another user's
                continue


def _is_orphan(folder: str, age_s: float) -> bool:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        is_free = _try_lock(descriptor)
    finally:
        os.close(descriptor)
    return age_s > LOCKLESS_AGE_S if is_free is None else is_free


def _try_lock(descriptor: int) -> bool | None:
    """Lock if nobody else has; None where the file system knows no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove_flat(folder: Path) -> None:
    try:
        for name in os.listdir(folder):
            os.unlink(folder / name)
        os.rmdir(folder)
    except FileNotFoundError:
        return


def _write_new(path: Path, data: bytes) -> None:
    writing = create(path, _BLOB_MODE)
    try:
        write_all(writing, data)
    finally:
        os.close(writing)


def _seal(blob: Path) -> None:
    os.utime(blob, ns=(SEAL_NS, SEAL_NS))


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file_system(path: Path) -> bool:
    """Sync the file system that holds `path`; False where the system cannot."""
    if sys.platform != "linux":
        return False
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.syncfs(descriptor) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))
    finally:
        os.close(descriptor)
    return True
