"""Uploads to a registry: in pieces, gone on with after a break, or mounted from next door."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from modelcompose.errors import ContentCorrupt, RemoteError, StorageFull, StoreError
from modelcompose.store.digests import digest_bytes
from modelcompose.store.remotes.http import (
    TRIES,
    Answer,
    Body,
    Unreachable,
    asked_s,
    may_pass,
)
from modelcompose.store.remotes.protocol import Source

if TYPE_CHECKING:
    from modelcompose.store.remotes.oci.remote import OciRemote

PIECE_BYTES = 32 << 20
"""What is larger goes in pieces of this size."""
MOUNTED_ABOVE_BYTES = 1 << 20
_MOST_NEIGHBOURS = 3
_FORGOTTEN = frozenset({404, 416})
"""What a registry answers that does not know an upload any more, or stands elsewhere in it."""
_NO_PIECES = frozenset({400, 405, 411, 416, 501})
_CREATED, _ACCEPTED, _NO_CONTENT, _WRONG = 201, 202, 204, 400


class _Broken(RemoteError):
    """An upload that may go better from the start, or from where it stands."""

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class _TakesNoPieces(RemoteError):
    """Some registries take a blob at once alone."""


class Uploads:
    """Uploads to one repository; for any thread."""

    def __init__(self, remote: OciRemote, state: Path | None) -> None:
        self._remote = remote
        self._state = state
        self._takes_pieces = True

    def put(self, digest: str, source: Source) -> None:
        """Bring a blob to the registry.

        Raises:
            ContentCorrupt: the bytes are not those of the digest.
            RemoteError: the registry fails or refuses.
        """
        location = self._begun(digest) or self._begin(digest, source)
        failures = 0
        while location is not None:  # None: it was mounted, and is there
            try:
                self._send(location, digest, source)
            except _TakesNoPieces:
                self._takes_pieces = False
                location = _location(self._post(self._place))
            except (Unreachable, _Broken) as error:
                failures += 1
                if failures >= TRIES:
                    raise
                self._remote.client.pause(failures, getattr(error, "wait_s", 0.0))
                location = self._again(digest, source)
            else:
                break
        self._forget(digest)
        self._note()

    def _send(self, location: str, digest: str, source: Source) -> None:
        offset = 0
        if source.size_bytes > PIECE_BYTES and self._takes_pieces:
            self._remember(digest, location)
            location, offset = self._pieces(location, digest, source)
        self._finish(location, digest, source, offset)

    def _again(self, digest: str, source: Source) -> str | None:
        """Give where a broken upload goes on, or begins anew; None where all came through.

        Docker's registry forgets an upload of which a piece came in half.
        """
        if self._remote.sizes([digest]).get(digest) == source.size_bytes:
            return None
        return self._begun(digest) or _location(self._post(self._place))

    @property
    def _place(self) -> str:
        return f"{self._remote.base}/blobs/uploads/"

    def _begin(self, digest: str, source: Source) -> str | None:
        location = None
        neighbours = self._neighbours() if source.size_bytes >= MOUNTED_ABOVE_BYTES else []
        for neighbour in neighbours:
            with suppress(RemoteError):  # this user may not read there: that is no failure
                answer = self._post(
                    f"{self._place}?mount={digest}&from={quote(neighbour, safe='')}"
                )
                if answer.status == _CREATED:
                    return None
                location = _location(answer)
        if location is not None:  # nobody had it: the registry has begun an upload
            return location
        return _location(self._post(self._place))

    def _post(self, url: str) -> Answer:
        answer = self._remote.send("POST", url)
        data = self._remote.body(answer)
        if answer.status not in {_CREATED, _ACCEPTED}:
            self._remote.check(answer, data, _CREATED, _ACCEPTED)
        return answer

    def _pieces(self, location: str, digest: str, source: Source) -> tuple[str, int]:
        """Send all but the last piece; give where to go on, and from which byte."""
        location, offset = self._standing(location)
        while source.size_bytes - offset > PIECE_BYTES:
            size = PIECE_BYTES
            answer = self._remote.send(
                "PATCH",
                location,
                {
                    "Content-Type": "application/octet-stream",
                    "Content-Range": f"{offset}-{offset + size - 1}",
                },
                body=_body(source, offset, size),
                tries=1,
            )
            data = self._remote.body(answer)
            if answer.status in _NO_PIECES and offset == 0:
                raise _TakesNoPieces(f"{self._remote.where}: takes no uploads in pieces")
            self._check(answer, data, _ACCEPTED, _NO_CONTENT)
            location, offset = _location(answer), offset + size
            self._remember(digest, location)
        return location, offset

    def _check(self, answer: Answer, data: bytes, *wanted: int) -> None:
        """Do as the remote's `check`; what a new try may mend is told apart."""
        try:
            self._remote.check(answer, data, *wanted)
        except StorageFull:
            raise
        except RemoteError as error:
            if may_pass(answer.status) or answer.status in _FORGOTTEN:
                wait_s = asked_s(answer.headers.get("retry-after"), time.time())
                raise _Broken(error.message, wait_s) from error
            raise

    def _standing(self, location: str) -> tuple[str, int]:
        """Ask how far an upload is; give its location, and the next byte."""
        answer = self._remote.send("GET", location)
        self._check(answer, self._remote.body(answer), _NO_CONTENT)
        _, _, last = answer.headers.get("range", "0-0").rpartition("-")
        reached = int(last) if last.isdecimal() else 0
        return _location(answer), reached + 1 if reached else 0

    def _finish(self, location: str, digest: str, source: Source, offset: int) -> None:
        joint = "&" if "?" in location else "?"
        answer = self._remote.send(
            "PUT",
            f"{location}{joint}digest={digest}",
            {"Content-Type": "application/octet-stream"},
            body=_body(source, offset, source.size_bytes - offset),
            tries=1,
        )
        data = self._remote.body(answer)
        if answer.status == _WRONG and b"DIGEST" in data:
            self._forget(digest)
            raise ContentCorrupt(
                f"{source.path or 'memory'}: the bytes are not those of {digest}",
                hint="see what is damaged: modelcompose data verify",
            )
        self._check(answer, data, _CREATED, _NO_CONTENT)

    def _begun(self, digest: str) -> str | None:
        """Give where an upload of this blob was broken off, if the registry still knows of it."""
        path = self._path(digest)
        if path is None:
            return None
        try:
            location = path.read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return None
        with suppress(RemoteError):
            return self._standing(location)[0]
        self._forget(digest)
        return None

    def _remember(self, digest: str, location: str) -> None:
        path = self._path(digest)
        if path is not None:
            _write(path, location)

    def _forget(self, digest: str) -> None:
        path = self._path(digest)
        if path is not None:
            path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path | None:
        if self._state is None:
            return None
        return self._state / digest_bytes(f"{self._remote.base} {digest}".encode())[7:39]

    def _neighbours(self) -> list[str]:
        """Give other repositories of the registry that this user has pushed to."""
        return [name for name in self._known() if name != self._remote.name][:_MOST_NEIGHBOURS]

    def _known(self) -> list[str]:
        if self._state is None:
            return []
        try:
            found = json.loads((self._state / self._host_file).read_bytes())
        except (OSError, ValueError):
            return []
        return [str(name) for name in found] if isinstance(found, list) else []

    def _note(self) -> None:
        known = self._known()
        if self._state is not None and self._remote.name not in known[:1]:
            others = [name for name in known if name != self._remote.name]
            _write(self._state / self._host_file, json.dumps([self._remote.name, *others][:16]))

    @property
    def _host_file(self) -> str:
        return f"{self._remote.host.replace(':', '_')}.json"


def _location(answer: Answer) -> str:
    location = answer.headers.get("location")
    if not location:
        place = urlsplit(answer.url).netloc.rpartition("@")[2]
        raise RemoteError(f"{place}: the registry does not say where to upload to")
    return urljoin(answer.url, location)


def _body(source: Source, start: int, size: int) -> Body:
    return Body(lambda: _reading(source, start, size), size)


def _reading(source: Source, start: int, size: int) -> Iterator[bytes]:
    """Give a part of a source; what fails then is no trouble of the connection's."""
    left = size
    try:
        for block in source.chunks(start):
            yield block[:left]
            left -= len(block)
            if left <= 0:
                return
    except OSError as error:
        raise StoreError(f"{source.path}: cannot be read: {error.strerror}") from error
    if left > 0:
        raise ContentCorrupt(f"{source.path}: is shorter than it should be")


def _write(path: Path, text: str) -> None:
    with suppress(OSError):  # without it an upload begins anew, no more
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
        new.write_text(text, "ascii")
        new.replace(path)
