"""An OCI registry as a `Remote`: blobs and manifests of one repository.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import urljoin, urlsplit

from modelcompose.errors import ContentMissing, RemoteError, StorageFull, UsageError
from modelcompose.store.digests import digest_bytes
from modelcompose.store.remotes.artifacts import media_type
from modelcompose.store.remotes.closing import Closing
from modelcompose.store.remotes.http import TRIES, Answer, Body, Client, in_memory, unreachable
from modelcompose.store.remotes.oci.authorization import Authorization, is_loopback, refused
from modelcompose.store.remotes.oci.uploads import Uploads
from modelcompose.store.remotes.protocol import INDEX_TYPE, MANIFEST_TYPE, Source
from modelcompose.store.remotes.routes import certificate_folders

_NAME = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")
_ACCEPTED = f"{MANIFEST_TYPE}, {INDEX_TYPE}"
_LARGEST_MANIFEST_BYTES = 4 << 20
_MANIFEST_TRIES = 4
_UNKNOWN_BLOB = b"MANIFEST_BLOB_UNKNOWN"
_AT_ONCE = 8
_OK, _CREATED, _ACCEPTED_STATUS, _PARTIAL, _EMPTY = 200, 201, 202, 206, 204
_UNAUTHORIZED, _FORBIDDEN, _MISSING, _NO_RANGE = 401, 403, 404, 416
_FULL = 507
_NO_ROOM = re.compile(rb'"Err":28\b|no space left on device')
"""How Docker's registry says that its disk is full, beside a status of 500."""
_HINTS = {
    405: "it is read-only: push to another one, as with --remote oci://HOST/NAME",
    413: "what stands before it takes no bodies of 32 MB: nginx calls that client_max_body_size",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 6
_MOST_CHALLENGES = 2
"""To see somebody at all, then a token that has not run out meanwhile."""


class OciRemote(Closing):
    """A repository of a registry."""

    def __init__(
        self, host: str, name: str, state: Path | None = None, *, client: Client | None = None
    ) -> None:
        """Name it.

        Args:
            host: of the registry, with its port.
            name: of the repository.
            state: a folder in which interrupted uploads are remembered.
            client: sends the requests.
        """
        self.host = host
        self.name = name
        is_plain = is_loopback(host) and not certificate_folders(host)
        scheme = "http" if is_plain else "https"
        served = "registry-1.docker.io" if host == "docker.io" else host
        self.base = f"{scheme}://{served}/v2/{name}"
        self.client = client or Client()
        self._authorization = Authorization(self.client, host, f"repository:{name}:pull,push")
        self._uploads = Uploads(self, state)

    @classmethod
    def at(cls, address: str, state: Path | None = None) -> Self:
        """Open `HOST/NAME`.

        Raises:
            UsageError: it is no such address.
        """
        host, _, name = address.rstrip("/").partition("/")
        if not host or _NAME.fullmatch(name) is None:
            raise UsageError(
                f"oci://{address}: expected oci://HOST/NAME, the name in lower case",
                hint="such as: oci://localhost:5000/acme/flights",
            )
        return cls(host, name, state)

    @property
    def where(self) -> str:
        """Give the address."""
        return f"oci://{self.host}/{self.name}"

    def close(self) -> None:
        """Close every connection."""
        self.client.close()

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int]:
        """Give the sizes of the blobs that are there."""
        from concurrent.futures import ThreadPoolExecutor

        if not digests:
            return {}
        with ThreadPoolExecutor(min(_AT_ONCE, len(digests))) as pool:
            sizes = pool.map(self._size, digests)
            return {d: size for d, size in zip(digests, sizes, strict=True) if size is not None}

    def read(self, digest: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes of a blob; goes on where a connection broke."""
        at, tries = start, 0
        while stop is None or at < stop:
            answer = self._open(digest, at, stop)
            if answer is None:
                return
            try:
                for block in _from(answer, at, stop):
                    at += len(block)
                    tries = 0
                    yield block
            except OSError as error:
                tries += 1
                if tries >= TRIES:
                    raise unreachable(self.base, error) from error
                continue
            return

    def put(self, digest: str, source: Source) -> None:
        """Keep a blob."""
        if self._size(digest) != source.size_bytes:
            self._uploads.put(digest, source)

    def manifest(self, reference: str) -> bytes | None:
        """Give a manifest."""
        url = f"{self.base}/manifests/{reference}"
        answer, data = self._ask(url, {"Accept": _ACCEPTED})
        if answer.status == _MISSING:
            return None
        self.check(answer, data, _OK)
        return data

    def put_manifest(self, reference: str, data: bytes) -> None:
        """Keep a manifest."""
        if len(data) > _LARGEST_MANIFEST_BYTES:
            raise RemoteError(f"{self.where}: a manifest of {len(data):,} bytes is too large")
        url, headers = f"{self.base}/manifests/{reference}", {"Content-Type": media_type(data)}
        for failures in range(1, _MANIFEST_TRIES + 1):
            answer = self.send("PUT", url, headers, body=in_memory(data))
            told = self.body(answer)
            if _UNKNOWN_BLOB not in told or failures == _MANIFEST_TRIES:
                break
            # Docker's registry loses sight of a blob while another machine puts the same one.
            self.client.pause(failures)
        self.check(answer, told, _CREATED)
        there = answer.headers.get("docker-content-digest", digest_bytes(data))
        if there != digest_bytes(data):
            raise RemoteError(f"{self.where}: keeps another manifest than was sent: {there}")

    def tags(self) -> Sequence[str]:
        """Give every tag."""
        found: list[str] = []
        url: str | None = f"{self.base}/tags/list?n=1000"
        while url is not None:
            answer, data = self._ask(url, {})
            if answer.status == _MISSING:
                return []
            self.check(answer, data, _OK)
            try:
                found += [str(tag) for tag in json.loads(data)["tags"] or ()]
            except (ValueError, KeyError, TypeError) as error:
                raise RemoteError(f"{self.where}: gave no list of tags: {error!r}") from error
            following = re.match(r"<([^>]+)>", answer.headers.get("link", ""))
            url = urljoin(url, following[1]) if following else None
        return sorted(found)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: Body | None = None,
        tries: int = TRIES,
    ) -> Answer:
        """Send a request as the user whom Docker knows; redirects are followed without that.

        Raises:
            RemoteError: the registry cannot be reached, or wants what nobody has.
        """
        challenges = 0
        for _ in range(_MOST_REDIRECTS):
            shown = self._authorization.header() if self._is_ours(url) else None
            known = {**(headers or {}), **({"Authorization": shown} if shown else {})}
            answer = self.client.request(method, url, known, body=body, tries=tries)
            if answer.status in _REDIRECTS and method in {"GET", "HEAD"}:
                url = urljoin(url, answer.headers.get("location", ""))
                place = urlsplit(url).netloc.rpartition("@")[2]
                if not url.startswith("https://") and not is_loopback(place):
                    raise RemoteError(f"{self.where}: leads to {place} unencrypted")
                answer.close()
                continue
            challenge = answer.headers.get("www-authenticate")
            if answer.status != _UNAUTHORIZED or challenge is None or not self._is_ours(url):
                return answer
            answer.close()
            challenges += 1
            if challenges > _MOST_CHALLENGES or not self._authorization.answer(challenge, shown):
                raise refused(
                    f"{self.host}/{self.name}",
                    "the user or the password is wrong, may not do that, or nobody signed in",
                )
        raise RemoteError(f"{self.where}: leads in circles")

    def body(self, answer: Answer) -> bytes:
        """Give an answer's whole body.

        Raises:
            RemoteError: the connection broke.
        """
        try:
            return answer.body()
        except OSError as error:
            raise unreachable(self.base, error) from error

    def check(self, answer: Answer, data: bytes, *wanted: int) -> None:
        """Make sure that an answer is what was expected.

        Raises:
            StorageFull: its disk is full.
            RemoteError: it is not; in the registry's own words.
        """
        if answer.status in wanted:
            return
        told = _told(data)
        if answer.status in {_UNAUTHORIZED, _FORBIDDEN}:
            raise refused(self.host, told or f"it answers {answer.status}")
        if answer.status == _FULL or _NO_ROOM.search(data):
            raise StorageFull(
                f"{self.where}: the registry's disk is full",
                hint="make room there, then push again",
            )
        told = f"the registry answers {answer.status}{f': {told}' if told else ''}"
        raise RemoteError(f"{self.where}: {told}", hint=_HINTS.get(answer.status))

    def _ask(self, url: str, headers: Mapping[str, str]) -> tuple[Answer, bytes]:
        """Give an answer with its whole body, also where the connection breaks a few times."""
        for _ in range(TRIES - 1):
            answer = self.send("GET", url, headers)
            try:
                return answer, answer.body()
            except OSError:
                continue
        answer = self.send("GET", url, headers)
        return answer, self.body(answer)

    def _is_ours(self, url: str) -> bool:
        """Whether a URL is of the registry itself: nobody else is shown the user's secrets."""
        ours, other = urlsplit(self.base), urlsplit(url)
        return (ours.scheme, ours.netloc) == (other.scheme, other.netloc)

    def _size(self, digest: str) -> int | None:
        answer = self.send("HEAD", f"{self.base}/blobs/{digest}")
        answer.close()
        if answer.status == _MISSING:
            return None
        self.check(answer, b"", _OK)
        length = answer.headers.get("content-length", "")
        return int(length) if length.isdecimal() else None

    def _open(self, digest: str, start: int, stop: int | None) -> Answer | None:
        """Ask for a blob from a byte on; None where nothing is left of it."""
        headers = {}
        if start or stop is not None:
            headers["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
        answer = self.send("GET", f"{self.base}/blobs/{digest}", headers)
        if answer.status in {_OK, _PARTIAL}:
            return answer
        if answer.status == _NO_RANGE:
            answer.close()  # its body is shorter than some registries claim
            return None
        data = self.body(answer)
        if answer.status == _MISSING:
            raise ContentMissing(f"{self.where}: holds no blob {digest}")
        self.check(answer, data, _OK)
        return None


def _from(answer: Answer, start: int, stop: int | None) -> Iterator[bytes]:
    """Give what was asked for, also of a registry that knows no ranges and sends everything."""
    skipped = 0 if answer.status == _PARTIAL else start
    left = None if stop is None else stop - start
    for block in answer.chunks():
        data = block[skipped:]
        skipped = max(0, skipped - len(block))
        if left is not None:
            data = data[:left]
            left -= len(data)
        if data:
            yield data
        if left == 0:
            answer.close()
            return


def _told(data: bytes) -> str:
    try:
        errors = json.loads(data)["errors"]
        return "; ".join(f"{error.get('message') or error.get('code')}" for error in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
