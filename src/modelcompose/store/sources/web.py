"""A file that a web server gives: looked at by its ETag, gone on with by ranges."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from modelcompose.errors import NotFound, RemoteError, UsageError
from modelcompose.store.remotes.http import TRIES, Answer, Client
from modelcompose.store.remotes.oci.authorization import is_loopback
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.sources.bringing import bring_listed
from modelcompose.store.sources.marks import web_mark
from modelcompose.store.sources.opening import shown
from modelcompose.store.sources.protocol import Item, Listing

_OK, _PARTIAL = 200, 206
_UNAUTHORIZED, _FORBIDDEN, _MISSING, _GONE, _NO_RANGE = 401, 403, 404, 410, 416
_NO_METHOD, _NOT_IMPLEMENTED = 405, 501
_REFUSES_HEAD = frozenset({_UNAUTHORIZED, _FORBIDDEN, _MISSING, _NO_METHOD, _NOT_IMPLEMENTED})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 10
_NO_HOST = re.compile(r"[\s\x00-\x20\x7f\\]")
_RANGE = re.compile(r"bytes (\d{1,18})-")
_PLAIN = {"Accept-Encoding": "identity", "Accept": "*/*"}


class WebSource:
    """A `Source` at `http://` or `https://`."""

    def __init__(
        self,
        address: str,
        client: Client | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Name it; nothing is reached yet.

        Args:
            address: of the file.
            client: sends the requests; a new one where there is none.
            headers: which sign in; no other host is shown them. Without, `~/.netrc` has them.

        Raises:
            UsageError: it is no such address.
        """
        self._where = shown(address)
        try:
            self._url = _quoted(address)
        except ValueError as error:
            raise UsageError(
                f"{self._where}: is no address: {error}", hint="such as https://HOST/PATH"
            ) from error
        self._client = client or Client()
        self._headers = headers

    @property
    def where(self) -> str:
        """Give the address."""
        return self._where

    def look(self) -> str | None:
        """Give the ETag, or the time of the last change and the size."""
        return self.listing().mark

    def bring(self, target: Path, progress: Progress) -> str | None:
        """Download it."""
        return bring_listed(self, target, progress)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def listing(self) -> Listing:
        """Ask for the headers alone; some servers give them for a download only."""
        answer = self._send("HEAD", {})
        if answer.status in _REFUSES_HEAD:
            answer.close()
            answer = self._send("GET", {})
        answer.close()
        self._check(answer, _OK)
        size = _size(answer)
        mark = web_mark(answer.headers, size)
        return Listing(mark, (Item("", size, mark or ""),), is_folder=False)

    def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
        """Give the bytes from `start` on."""
        at, tries = start, 0
        while True:
            answer = self._open(item, at)
            if answer is None:
                return
            skipped = 0 if answer.status == _PARTIAL else at
            try:
                for block in answer.chunks():
                    piece = block[skipped:]
                    skipped = max(0, skipped - len(block))
                    if piece:
                        at += len(piece)
                        tries = 0
                        yield piece
            except OSError as error:
                tries += 1
                if tries >= TRIES:
                    raise self._unreachable(str(error) or repr(error)) from error
                continue
            finally:
                answer.close()
            return

    def _open(self, item: Item, start: int) -> Answer | None:
        """Ask for it from a byte on; None where nothing is left of it."""
        answer = self._send("GET", {"Range": f"bytes={start}-"} if start else {})
        if start and answer.status == _NO_RANGE:
            answer.close()
            return None
        if answer.status not in {_OK, _PARTIAL}:
            answer.close()
        self._check(answer, _OK, _PARTIAL)
        if answer.status == _PARTIAL and not _begins_at(start, answer):
            answer.close()
            raise RemoteError(
                f"{self.where}: gave another part of the file than was asked for",
                hint="fetch it by another way, and add it: modelcompose data add PATH",
            )
        if not _is_same(item.mark, answer):
            answer.close()
            raise RemoteError(
                f"{self.where}: was replaced while it was fetched",
                hint="run this again: it begins with the new one",
            )
        return answer

    def _send(self, method: str, headers: dict[str, str]) -> Answer:
        """Send a request; redirects are followed, and never from encrypted to plain."""
        url = self._url
        for _ in range(_MOST_REDIRECTS):
            try:
                answer = self._client.request(
                    method, url, {**_PLAIN, **headers, **self._signing_in(url)}
                )
            except RemoteError as error:
                raise self._unreachable(error.message) from error
            if answer.status not in _REDIRECTS:
                return answer
            answer.close()
            url = self._following(url, answer.headers.get("location", ""))
        raise RemoteError(f"{self.where}: leads in circles")

    def _signing_in(self, url: str) -> Mapping[str, str]:
        if self._headers and urlsplit(url)[:2] == urlsplit(self._url)[:2]:
            return self._headers
        return _authorization(url)

    def _following(self, url: str, location: str) -> str:
        """Give where a redirect leads to.

        Raises:
            RemoteError: to nothing of the web, or from encrypted to plain.
        """
        try:
            following = urljoin(url, location)
            before, after = urlsplit(url), urlsplit(following)
        except ValueError as error:
            raise RemoteError(f"{self.where}: leads to what is no address: {error}") from error
        if after.scheme not in {"http", "https"} or not after.netloc:
            raise RemoteError(f"{self.where}: leads to {shown(following)!r}, which is no web page")
        if before.scheme == "https" and after.scheme == "http" and not is_loopback(after.netloc):
            raise RemoteError(f"{self.where}: leads to {after.hostname} unencrypted")
        try:
            return _quoted(following)
        except ValueError as error:
            raise RemoteError(f"{self.where}: leads to what is no address: {error}") from error

    def _check(self, answer: Answer, *wanted: int) -> None:
        if answer.status in wanted:
            return
        if answer.status in {_MISSING, _GONE}:
            raise NotFound(f"{self.where}: nothing is there: the server answers {answer.status}")
        hint = None
        if answer.status in {_UNAUTHORIZED, _FORBIDDEN}:
            host = urlsplit(self._url).hostname
            hint = f"if it wants a user: put `machine {host} login USER password …` into ~/.netrc"
        raise RemoteError(f"{self.where}: the server answers {answer.status}", hint=hint)

    def _unreachable(self, why: str) -> RemoteError:
        told = why if why.startswith(urlsplit(self._url).netloc) else f"{self.where}: {why}"
        return RemoteError(told, hint=f"see whether it answers: curl -IL '{self.where}'")


def _is_same(mark: str, answer: Answer) -> bool:
    """Whether an answer is of the file that a mark was given for, as far as it says."""
    if not mark:
        return True
    kind, _, known = mark.partition(" ")
    if kind == "etag":
        # Some servers say of a download alone, or of a look, that its ETag is a weak one.
        found = answer.headers.get("etag", known)
        return found.removeprefix("W/") == known.removeprefix("W/")
    # Sizes are left out: some servers give them for a look, or for a download, alone.
    return known.startswith(answer.headers.get("last-modified", ""))


def _begins_at(start: int, answer: Answer) -> bool:
    """Whether a part of a file is the one from a byte on, as far as the server says."""
    found = _RANGE.match(answer.headers.get("content-range", ""))
    return found is None or int(found[1]) == start


def _size(answer: Answer) -> int | None:
    """Give how long the whole file is, as far as the server says."""
    if answer.status == _PARTIAL:
        total = answer.headers.get("content-range", "").rpartition("/")[2]
        return int(total) if total.isdecimal() else None
    if "content-encoding" in answer.headers:
        return None
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def _quoted(url: str) -> str:
    """Give a URL as it is sent: blanks and letters beyond ASCII quoted, the fragment left out.

    Raises:
        ValueError: it names no host, or no port that is a number.
    """
    parts = urlsplit(url)
    if not parts.hostname or _NO_HOST.search(parts.netloc) or parts.port == 0:
        raise ValueError("it names no host")
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _authorization(url: str) -> dict[str, str]:
    """Give the user and the password that `~/.netrc` has for a host; never sent unencrypted."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.netloc):
        return {}
    path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    if not path.exists():
        return {}
    import netrc

    found = None
    with suppress(netrc.NetrcParseError, OSError):
        found = netrc.netrc(path).authenticators(parts.hostname or "")
    if found is None:
        return {}
    text = f"{found[0]}:{found[2]}".encode()
    return {"Authorization": f"Basic {base64.b64encode(text).decode()}"}
