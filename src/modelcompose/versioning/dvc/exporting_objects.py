"""Filling DVC's cache with what lies in a project: objects by their md5, and folders' listings."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from modelcompose.errors import NotFound, StoreError
from modelcompose.store.copying import create, share_blocks, write_all
from modelcompose.store.failures import translated
from modelcompose.store.intake import sync_files
from modelcompose.store.remotes.parallel import Progress
from modelcompose.versioning.dvc.formats import FOLDER_SUFFIX, DvcOut
from modelcompose.versioning.dvc.formats_manifest import (
    ManifestFile,
    encode_manifest,
    manifest_oid,
)
from modelcompose.versioning.dvc.hashing import file_blocks
from modelcompose.versioning.dvc.looking import Listed, Looking
from modelcompose.versioning.dvc.remotes import object_names

_MODE = 0o444
"""What DVC gives its objects."""


class Lying:
    """What lies at paths below a folder, by DVC's digests."""

    def __init__(self, root: Path, looking: Looking) -> None:
        """Take the folder, and what looks there."""
        self.root = root
        self._looking = looking
        self._known: dict[str, tuple[DvcOut, dict[str, Listed]]] = {}

    def of(self, path: str) -> DvcOut:
        """Give what lies at a path; see `exporting_lock.Facts`."""
        return self._look(path)[0]

    def files(self, path: str) -> Mapping[str, Listed]:
        """Give the files of a folder by their paths in it; of a file, itself by the empty path."""
        return self._look(path)[1]

    def _look(self, path: str) -> tuple[DvcOut, dict[str, Listed]]:
        if path not in self._known:
            self._known[path] = self._facts(path)
        return self._known[path]

    def _facts(self, path: str) -> tuple[DvcOut, dict[str, Listed]]:
        target = self.root / path
        if target.is_dir():
            files = self._looking.files(path, is_legacy=False)
            oid = manifest_oid(manifest(files))
            size = sum(file.size_bytes or 0 for file in files.values())
            return DvcOut(path, oid, size, len(files)), files
        seen = self._looking.look(path, is_legacy=False)
        if seen is None:
            raise NotFound(f"{path}: is not there")
        content = seen.content
        out = DvcOut(path, seen.oid, content.size_bytes, executable=content.executable)
        return out, {"": Listed(seen.oid, content.size_bytes)}


def manifest(files: Mapping[str, Listed]) -> bytes:
    """Give the bytes of a folder's listing."""
    return encode_manifest(ManifestFile(file.md5, inner) for inner, file in files.items())


class ObjectCache:
    """DVC's cache, to be filled. What is there already is not written again."""

    def __init__(self, root: Path) -> None:
        """Name its folder, `.dvc/cache` of a project."""
        self._root = root
        self._wanted: list[tuple[Lying, str]] = []
        self._fresh: list[Path] = []
        self.count = 0
        """How many objects were written."""

    def want(self, lying: Lying, path: str) -> None:
        """Note what lies at a path, as what the cache is to hold; nothing is written yet.

        Raises:
            NotFound: nothing is there.
        """
        lying.of(path)
        self._wanted.append((lying, path))

    def fill(self, progress: Progress) -> None:
        """Have the cache hold all that is wanted, on the disk.

        Raises:
            StoreError: something cannot be read or written, or changed since it was looked at.
        """
        for lying, path in self._wanted:
            out = lying.of(path)
            progress.expect(len(lying.files(path)), out.size_bytes or 0)
        for lying, path in self._wanted:
            self._fill(lying, path, progress)
        self._wanted.clear()
        if self._fresh:
            sync_files(self._fresh)
        self._fresh.clear()

    def _fill(self, lying: Lying, path: str, progress: Progress) -> None:
        """Put in the files of a path, then its listing."""
        out = lying.of(path)
        with translated(self._root, "cannot be written"):
            for inner, file in lying.files(path).items():
                self._file(lying.root / path / inner if inner else lying.root / path, file)
                progress.done(1, file.size_bytes or 0)
            if out.oid is not None and out.oid.endswith(FOLDER_SUFFIX):
                self._bytes(out.oid, manifest(lying.files(path)))

    def _place(self, oid: str) -> Path:
        return self._root / object_names(oid, is_legacy=False)[0]

    def _file(self, source: Path, file: Listed) -> None:
        target = self._place(file.md5)
        if _size(target) == file.size_bytes is not None:
            return
        with translated(source, "cannot be read"):
            reading = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with self._new(target) as (writing, beside):
                if _copied(reading, writing, source, beside) != file.md5:
                    raise StoreError(
                        f"{source}: changed while it was copied",
                        hint="run this again when nothing else writes there",
                    )
        finally:
            os.close(reading)

    def _bytes(self, oid: str, data: bytes) -> None:
        target = self._place(oid)
        if _size(target) == len(data):
            return
        with self._new(target) as (writing, _):
            write_all(writing, data)

    @contextmanager
    def _new(self, target: Path) -> Iterator[tuple[int, Path]]:
        """Give a file beside an object, open; it becomes the object once all went well."""
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
        writing = create(beside, 0o600)
        try:
            try:
                yield writing, beside
            finally:
                os.close(writing)
            beside.chmod(_MODE)
            beside.replace(target)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
        self._fresh.append(target)
        self.count += 1


def _copied(reading: int, writing: int, source: Path, target: Path) -> str:
    """Copy a file, or share its blocks; give the md5 of what was copied."""
    hashed = hashlib.md5(usedforsecurity=False)
    if share_blocks(reading, writing, source, target):
        copied = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
        try:
            for block in file_blocks(copied):
                hashed.update(block)
        finally:
            os.close(copied)
        return hashed.hexdigest()
    for block in file_blocks(reading):
        hashed.update(block)
        write_all(writing, block)
    return hashed.hexdigest()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
