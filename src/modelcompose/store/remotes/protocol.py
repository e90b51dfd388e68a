"""What a remote is: blobs by digest, manifests by tag or digest, as an OCI registry has them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from msgspec import Struct

CHUNK_BYTES = 1 << 20
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


class Source(Struct, frozen=True):
    """Bytes to be sent: a part of a file, or what is in memory."""

    size_bytes: int
    path: Path | None = None
    offset: int = 0
    data: bytes = b""
    moved: Callable[[int], None] | None = None
    """Told of the bytes of each chunk that was taken; of those that are taken again, too."""

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Give the bytes from `start` on, about a megabyte at a time.

        Raises:
            OSError: the file cannot be read.
        """
        if self.path is None:
            yield self.data[start:]
            return
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            at, stop = self.offset + start, self.offset + self.size_bytes
            while at < stop:
                block = os.pread(descriptor, min(CHUNK_BYTES, stop - at), at)
                if not block:
                    return
                at += len(block)
                yield block
                if self.moved is not None:
                    self.moved(len(block))
        finally:
            os.close(descriptor)


def in_memory(data: bytes) -> Source:
    """Give the source of a few bytes."""
    return Source(len(data), data=data)


class Remote(Protocol):
    """One remote; a context manager, whose connections close with it.

    Threads: any may call every method at the same time. Memory: no method holds more than a few
    megabytes, however large a blob is. Atomicity: a blob or a manifest is there whole or not at
    all, also for those who read meanwhile, and after a kill. Idempotence: putting again what is
    there changes nothing, and is as good as having put it. Trouble that passes (429, 5xx, a broken
    connection) is waited out, within bounds. Truth: what was put is checked to be what its digest
    says; what is read is not: that is for the caller, who may read a part.
    """

    @property
    def where(self) -> str:
        """Give its address, without credentials."""

    def __enter__(self) -> Self:
        """Give the remote itself; nothing is opened yet."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int]:
        """Give the sizes of the blobs that are there, by digest; others are left out.

        Raises:
            RemoteError: it cannot be reached, or refuses.
        """

    def read(self, digest: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes of a blob from `start` up to `stop`, or its end.

        Raises:
            ContentMissing: the blob is not there.
            RemoteError: it cannot be reached, refuses, or the connection broke for good.
        """

    def put(self, digest: str, source: Source) -> None:
        """Keep a blob. What an interrupted call left is gone on from where that can be.

        Raises:
            ContentCorrupt: the bytes of `source` are not those of `digest`; nothing is kept.
            RemoteError: it cannot be reached, refuses, or is full.
        """

    def manifest(self, reference: str) -> bytes | None:
        """Give the manifest of a tag or a digest; None where it is not there.

        Raises:
            RemoteError: it cannot be reached, or refuses.
        """

    def put_manifest(self, reference: str, data: bytes) -> None:
        """Keep a manifest under a tag, or under its own digest.

        All that it refers to must have been put before.

        Raises:
            RemoteError: it cannot be reached, or refuses.
        """

    def tags(self) -> Sequence[str]:
        """Give every tag, sorted.

        Raises:
            RemoteError: it cannot be reached, or refuses.
        """
