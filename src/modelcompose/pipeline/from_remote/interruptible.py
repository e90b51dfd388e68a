"""A remote whose transfers end when the command is stopped; what came by then is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from modelcompose.errors import Interrupted
from modelcompose.store.remotes.protocol import Remote, Source


class Interruptible:
    """A `Remote` that passes everything on, and looks between two pieces of a blob."""

    def __init__(self, remote: Remote, is_stopped: Callable[[], bool]) -> None:
        """Take a remote, and what tells that nothing more is wanted of it; any thread asks."""
        self._remote = remote
        self._is_stopped = is_stopped

    @property
    def where(self) -> str:
        """Give its address."""
        return self._remote.where

    def __enter__(self) -> Self:
        self._remote.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remote.__exit__(kind, error, trace)

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int]:
        """Give the sizes of the blobs that are there."""
        return self._remote.sizes(digests)

    def read(self, digest: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes of a blob; raises `Interrupted` once the command is stopped."""
        return _until(self._is_stopped, self._remote.read(digest, start, stop))

    def put(self, digest: str, source: Source) -> None:
        """Keep a blob; raises `Interrupted` once the command is stopped."""
        given = (source.size_bytes, source.path, source.offset, source.data, source.moved)
        self._remote.put(digest, _Watched(*given, self._is_stopped))

    def manifest(self, reference: str) -> bytes | None:
        """Give a manifest."""
        return self._remote.manifest(reference)

    def put_manifest(self, reference: str, data: bytes) -> None:
        """Keep a manifest."""
        self._remote.put_manifest(reference, data)

    def tags(self) -> Sequence[str]:
        """Give every tag."""
        return self._remote.tags()


class _Watched(Source, frozen=True):
    is_stopped: Callable[[], bool] = bool

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        return _until(self.is_stopped, Source.chunks(self, start))


def _until(is_stopped: Callable[[], bool], blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        if is_stopped():
            raise Interrupted("stopped in the middle of a transfer")
        yield block
