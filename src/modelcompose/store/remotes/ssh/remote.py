"""A folder on another machine as a `Remote`, over the user's own ssh.

It lies there as a folder remote lies here (see `layout`): both may be used for the same.
"""

from __future__ import annotations

import os
import shlex
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from modelcompose.errors import ContentMissing, RemoteError, UsageError
from modelcompose.store.digests import digest_bytes
from modelcompose.store.remotes import layout
from modelcompose.store.remotes.closing import Closing
from modelcompose.store.remotes.protocol import Source
from modelcompose.store.remotes.ssh.address import SshAddress
from modelcompose.store.remotes.ssh.channel import Channel
from modelcompose.store.remotes.ssh.files import SshFiles
from modelcompose.store.remotes.ssh.uploads import Uploads
from modelcompose.store.remotes.ssh.writing import make_folder, remove, rename, write_small

ORPHAN_AGE_S = 14 * 24 * 3600.0
"""Age from which an upload that nobody went on with is cleared away there."""


class SshRemote(Closing):
    """A `Remote` in a folder that another machine sees."""

    def __init__(
        self,
        address: SshAddress | str,
        state: Path | None = None,
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Name the folder; it is made at the first write, where the one above it is there.

        Args:
            address: as `ssh://[USER@]HOST[:PORT]/PATH`.
            state: a folder in which interrupted uploads are remembered.
            wait: waits for some seconds, before something is tried again.

        Raises:
            UsageError: the address is none, or names no folder.
        """
        self._files = SshFiles(address, wait=wait)
        if self._files.address.path == "/":
            raise UsageError(
                f"{self._files.address}: names no folder there",
                hint="such as: ssh://build.example.com/srv/flights, or /~/flights at home",
            )
        self._uploads = Uploads(self._files, state)
        self._guard = threading.Lock()
        self._is_made = False

    @property
    def where(self) -> str:
        """Give the address."""
        return self._files.where

    def close(self) -> None:
        """Close every connection."""
        self._files.close()

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int]:
        """Give the sizes of the blobs that are there."""
        if not digests:
            return {}
        found = self._files.stats([self._blob(digest) for digest in digests])
        return {
            digest: each.size_bytes
            for digest, each in zip(digests, found, strict=True)
            if each is not None
        }

    def read(self, digest: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes of a blob; goes on where a connection broke."""
        try:
            yield from self._files.read(self._blob(digest), start, stop)
        except ContentMissing:
            raise ContentMissing(f"{self.where}: holds no blob {digest}") from None

    def put(self, digest: str, source: Source) -> None:
        """Keep a blob."""
        there = self._files.stat(self._blob(digest))
        if there is None or there.size_bytes != source.size_bytes:
            self._make()
            self._uploads.put(digest, source)

    def manifest(self, reference: str) -> bytes | None:
        """Give a manifest."""
        digest = reference
        if layout.DIGEST.fullmatch(reference) is None:
            text = self._whole(f"tags/{layout.checked_tag(reference)}")
            if text is None:
                return None
            digest = layout.named_by(reference, text.decode("ascii", "replace"), self.where)
        return self._whole(self._blob(digest))

    def put_manifest(self, reference: str, data: bytes) -> None:
        """Keep a manifest."""
        digest = digest_bytes(data)
        self.put(digest, Source(len(data), data=data))
        if reference != digest:
            self._make()
            self._write(f"tags/{layout.checked_tag(reference)}", digest.encode())

    def tags(self) -> Sequence[str]:
        """Give every tag."""
        try:
            names = [name for name, _ in self._files.listing("tags")]
        except ContentMissing:
            return []
        return [name for name in names if layout.TAG.fullmatch(name)]

    def _blob(self, digest: str) -> str:
        return f"blobs/sha256/{layout.checked_hex(digest, self.where)}"

    def _whole(self, path: str) -> bytes | None:
        try:
            return b"".join(self._files.read(path))
        except ContentMissing:
            return None

    def _make(self) -> None:
        with self._guard:
            if self._is_made:
                return
            if self._files.stat("ingest") is None:
                self._make_anew()
            else:
                self._clear_orphans()
            self._is_made = True

    def _make_anew(self) -> None:
        def make(channel: Channel) -> None:
            for name in ("", "blobs", "blobs/sha256", "tags"):
                make_folder(channel, self._files.full(name))

        try:
            self._files.tried(make, "cannot be made")
        except ContentMissing as error:  # not what lies above: a disk may not be mounted
            address = self._files.address
            raise RemoteError(
                f"{self.where}: the folder above it is not there",
                hint=f"make it: ssh {address.login} mkdir -p {shlex.quote(address.path)}",
            ) from error
        for name, data in layout.FILES.items():
            self._write(name, data)
        ingest = self._files.full("ingest")
        self._files.tried(lambda channel: make_folder(channel, ingest), "cannot be made")

    def _write(self, path: str, data: bytes) -> None:
        folder, _, name = path.rpartition("/")
        new = self._files.full(f"{folder}/.{name}.{os.urandom(6).hex()}".lstrip("/"))
        whole = self._files.full(path)

        def write(channel: Channel) -> None:
            write_small(channel, new, data)
            rename(channel, new, whole)

        self._files.tried(write, "cannot be written")

    def _clear_orphans(self) -> None:
        until = time.time() - ORPHAN_AGE_S
        with suppress(RemoteError, ContentMissing):
            for name, found in self._files.listing("ingest"):
                if found.is_file and found.mtime_s < until:
                    path = self._files.full(f"ingest/{name}")
                    self._files.tried(lambda channel, path=path: remove(channel, path), "")  # type: ignore[misc]
