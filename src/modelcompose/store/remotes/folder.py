"""A folder as a remote: an OCI image layout, with a file for each tag; see `layout`.

Made for shares, too: names come by renames alone, and nothing relies on locks being there. What
lies at `ingest/<hex>` is a blob on its way; an interrupted one is gone on with.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from modelcompose.errors import ContentMissing, RemoteError, StorageFull
from modelcompose.store.copying import write_all
from modelcompose.store.digests import PREFIX, digest_bytes
from modelcompose.store.remotes import layout
from modelcompose.store.remotes.closing import Closing
from modelcompose.store.remotes.protocol import CHUNK_BYTES, Source


class FolderRemote(Closing):
    """A `Remote` in a folder that this machine sees."""

    def __init__(self, root: Path) -> None:
        """Name the folder; it is made at the first write, where the one above it is there."""
        self._root = root
        self._blobs = root / "blobs" / "sha256"

    @property
    def where(self) -> str:
        """Give the folder."""
        return str(self._root)

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int]:
        """Give the sizes of the blobs that are there."""
        found: dict[str, int] = {}
        with self._translated("cannot be read"):
            for digest in digests:
                with suppress(FileNotFoundError):
                    found[digest] = os.stat(self._blob(digest)).st_size
        return found

    def read(self, digest: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes of a blob."""
        with self._translated("cannot be read"):
            try:
                descriptor = os.open(self._blob(digest), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                raise ContentMissing(f"{self.where}: holds no blob {digest}") from None
            try:
                at, end = start, os.fstat(descriptor).st_size if stop is None else stop
                while at < end:
                    block = os.pread(descriptor, min(CHUNK_BYTES, end - at), at)
                    if not block:
                        return
                    at += len(block)
                    yield block
            finally:
                os.close(descriptor)

    def put(self, digest: str, source: Source) -> None:
        """Keep a blob."""
        with self._translated("cannot be written"):
            self._make()
            target = self._blob(digest)
            with suppress(FileNotFoundError):
                if os.stat(target).st_size == source.size_bytes:
                    return
            self._fill(digest, source, target)

    def manifest(self, reference: str) -> bytes | None:
        """Give a manifest."""
        digest = reference
        with self._translated("cannot be read"):
            if layout.DIGEST.fullmatch(reference) is None:
                try:
                    text = (self._root / "tags" / layout.checked_tag(reference)).read_text()
                except FileNotFoundError:
                    return None
                digest = layout.named_by(reference, text, self.where)
            try:
                return Path(self._blob(digest)).read_bytes()
            except FileNotFoundError:
                return None

    def put_manifest(self, reference: str, data: bytes) -> None:
        """Keep a manifest."""
        digest = digest_bytes(data)
        self.put(digest, Source(len(data), data=data))
        if reference == digest:
            return
        with self._translated("cannot be written"):
            tags = self._root / "tags"
            tags.mkdir(exist_ok=True)
            self._name(tags / layout.checked_tag(reference), digest.encode())

    def tags(self) -> Sequence[str]:
        """Give every tag."""
        with self._translated("cannot be read"):
            try:
                names = os.listdir(self._root / "tags")
            except FileNotFoundError:
                return []
            return sorted(name for name in names if layout.TAG.fullmatch(name))

    def _blob(self, digest: str) -> str:
        return f"{self._blobs}/{layout.checked_hex(digest, self.where)}"

    def _make(self) -> None:
        if (self._root / "ingest").exists():
            return
        self._root.mkdir(exist_ok=True)  # not what lies above: a share may not be mounted
        self._blobs.mkdir(parents=True, exist_ok=True)
        for name, data in layout.FILES.items():
            if not (self._root / name).exists():
                self._name(self._root / name, data)
        (self._root / "ingest").mkdir(exist_ok=True)

    def _name(self, path: Path, data: bytes) -> None:
        new = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
        try:
            with new.open("xb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(new, path)
        finally:
            new.unlink(missing_ok=True)
        _sync_folder(path.parent)

    def _fill(self, digest: str, source: Source, target: str) -> None:
        partial = self._root / "ingest" / digest[len(PREFIX) :]
        writing = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            if not (_is_held(writing) and _is_named(writing, partial)):
                os.close(writing)  # somebody else sends the same, or has just done so
                partial = partial.with_name(f"{partial.name}.{os.urandom(8).hex()}")
                writing = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
            found = _fill_up(writing, source)
            if found != digest:
                partial.unlink(missing_ok=True)
                raise layout.not_those(source, digest)
            os.fsync(writing)
            os.replace(partial, target)
            _sync_folder(self._blobs)
        finally:
            os.close(writing)

    @contextmanager
    def _translated(self, claim: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StorageFull(
                    f"{self.where}: {claim}: {reason}", hint=f"make room there: df -h {self.where}"
                ) from error
            raise RemoteError(
                f"{error.filename or self.where}: {claim}: {reason}",
                hint=f"see that it is mounted, and that you may use it: ls -la {self.where}",
            ) from error


def _is_held(descriptor: int) -> bool:
    """Lock a file; False where another process has. A share that knows no locks has none."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _is_named(descriptor: int, path: Path) -> bool:
    """Whether a path still names an open file: it may have been a blob before it was locked."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _fill_up(writing: int, source: Source) -> str:
    """Bring a file that may hold the beginning to the end; give the digest of all of it."""
    hashed = hashlib.sha256()
    size = os.fstat(writing).st_size
    if size > source.size_bytes:
        os.ftruncate(writing, 0)
        size = 0
    while block := os.read(writing, CHUNK_BYTES):
        hashed.update(block)
    for block in source.chunks(size):
        hashed.update(block)
        write_all(writing, block)
    return PREFIX + hashed.hexdigest()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some shares know no sync of folders
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
