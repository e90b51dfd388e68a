"""Blobs on their way to another machine, gone on with where an interrupted one stood.

A blob is written to a name that nobody else uses, and takes its own only when it is whole. How far
it came is remembered here, with the sha256 of what was written: what is gone on from is never
something that the source does not hold.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from modelcompose.errors import ContentMissing, StorageFull, StoreError
from modelcompose.store.digests import PREFIX, digest_bytes
from modelcompose.store.remotes.layout import not_those
from modelcompose.store.remotes.protocol import Source
from modelcompose.store.remotes.ssh import wire
from modelcompose.store.remotes.ssh.channel import Channel, Lost
from modelcompose.store.remotes.ssh.files import LARGE_BYTES, SshFiles
from modelcompose.store.remotes.ssh.writing import Writer, opened, remove, rename, room_bytes

POINT_BYTES = 32 << 20
"""How often it is remembered how far an upload is."""


class _Point(msgspec.Struct, frozen=True):
    """How far an upload came."""

    name: str
    at: int = 0
    sha256: str = ""


class Uploads:
    """Uploads to one folder of a machine; for any thread."""

    def __init__(self, files: SshFiles, state: Path | None) -> None:
        self._files = files
        self._state = state

    def put(self, digest: str, source: Source) -> None:
        """Bring a blob there, which may be there already.

        Raises:
            ContentCorrupt: the bytes are not those of the digest.
            StorageFull: the disk there is full.
            RemoteError: the machine cannot be reached, or refuses.
        """
        name = digest[len(PREFIX) :]
        points = [self._remembered(digest) or _Point(f"{name}.{os.urandom(6).hex()}")]

        def send(channel: Channel) -> None:
            self._send(channel, digest, source, points)

        try:
            is_large = source.size_bytes > LARGE_BYTES
            self._files.tried(send, "cannot be written", is_large=is_large)
        except StorageFull:
            raise
        except StoreError:
            if points[-1].at == 0:
                with suppress(StoreError, OSError):
                    path = self._files.full(f"ingest/{points[-1].name}")
                    self._files.tried(lambda channel: remove(channel, path), "cannot be removed")
            raise

    def _send(self, channel: Channel, digest: str, source: Source, points: list[_Point]) -> None:
        path = self._files.full(f"ingest/{points[-1].name}")
        hashed, at = _gone_on(channel, path, source, points[-1])
        flags = 0 if at else wire.OPEN_TRUNCATE
        try:
            with opened(channel, path, flags) as writer:
                for block, upto in _counted(source, at):
                    hashed.update(block)
                    writer.write(upto - len(block), block)
                    if upto - points[-1].at >= POINT_BYTES:
                        writer.sync()  # what is gone on from must outlast a crash of that machine
                        points.append(_Point(points[-1].name, upto, hashed.hexdigest()))
                        self._remember(digest, points[-1])
                _check(writer, source, digest, hashed.hexdigest())
        except Lost:
            raise
        except FileNotFoundError:
            raise
        except OSError as error:
            self._say_if_full(channel, source)
            raise error from None
        except StoreError:
            self._forget(digest)
            points.append(_Point(points[-1].name))
            raise
        self._name(channel, path, digest, source)
        self._forget(digest)

    def _name(self, channel: Channel, path: str, digest: str, source: Source) -> None:
        target = self._files.full(f"blobs/sha256/{digest[len(PREFIX) :]}")
        try:
            rename(channel, path, target)
        except FileNotFoundError:  # another command went on with the same upload
            there = self._files.stat(target)
            if there is None or there.size_bytes != source.size_bytes:
                raise

    def _say_if_full(self, channel: Channel, source: Source) -> None:
        room = room_bytes(channel, self._files.full("ingest"))
        if room is not None and room < min(source.size_bytes, 1 << 20) + (64 << 10):
            raise StorageFull(
                f"{self._files.where}: cannot be written: no space is left on that disk",
                hint=f"make room there: ssh {self._files.address.login} df -h",
            )

    def _remembered(self, digest: str) -> _Point | None:
        path = self._path(digest)
        if path is None:
            return None
        try:
            return msgspec.json.decode(path.read_bytes(), type=_Point)
        except (OSError, msgspec.MsgspecError, ContentMissing):
            return None

    def _remember(self, digest: str, point: _Point) -> None:
        path = self._path(digest)
        if path is not None:
            with suppress(OSError):  # without it an upload begins anew, no more
                path.parent.mkdir(parents=True, exist_ok=True)
                new = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
                new.write_bytes(msgspec.json.encode(point))
                new.replace(path)

    def _forget(self, digest: str) -> None:
        path = self._path(digest)
        if path is not None:
            path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path | None:
        if self._state is None:
            return None
        return self._state / digest_bytes(f"{self._files.where} {digest}".encode())[7:39]


def _gone_on(
    channel: Channel, path: str, source: Source, point: _Point
) -> tuple[hashlib._Hash, int]:
    """Give where to go on: from a point that both sides still hold, or from the start."""
    if point.at:
        with suppress(FileNotFoundError):
            asked = channel.ask(wire.STAT, wire.text(path))
            there = channel.take(asked, wire.ATTRIBUTES, path).attributes().size_bytes
            hashed = _hashed(source, point.at)
            if point.at <= there <= source.size_bytes and hashed.hexdigest() == point.sha256:
                return hashed, point.at
    return hashlib.sha256(), 0


def _hashed(source: Source, stop: int) -> hashlib._Hash:
    hashed = hashlib.sha256()
    for block, upto in _counted(source, 0):
        hashed.update(block[: max(0, len(block) - (upto - stop))] if upto > stop else block)
        if upto >= stop:
            break
    return hashed


def _counted(source: Source, start: int) -> Iterator[tuple[bytes, int]]:
    """Give the blocks of a source, each with where it ends.

    Raises:
        StoreError: it cannot be read; that is no trouble of the other machine's.
    """
    at = start
    try:
        for block in source.chunks(start):
            at += len(block)
            yield block, at
    except OSError as error:
        raise StoreError(f"{source.path}: cannot be read: {error.strerror}") from error


def _check(writer: Writer, source: Source, digest: str, found: str) -> None:
    writer.settle()
    if PREFIX + found != digest:
        raise not_those(source, digest)
    writer.sync()
