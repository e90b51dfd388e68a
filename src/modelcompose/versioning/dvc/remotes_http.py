"""DVC's remotes on web servers, and on those that speak WebDAV: both are read alike."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote, urlsplit

from modelcompose.errors import ContentMissing, NotFound, UsageError
from modelcompose.store.remotes.closing import Closing
from modelcompose.store.remotes.http import Client
from modelcompose.store.remotes.oci.authorization import is_loopback
from modelcompose.store.sources.protocol import Item
from modelcompose.store.sources.web import WebSource


class HttpPlace(Closing):
    """A web server that gives files by their paths."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        """Read what DVC's configuration says.

        Raises:
            UsageError: it asks for a way to sign in that is not known, or would send a password
                in the clear.
        """
        url = settings["url"].replace("webdav", "http", 1)
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._base = f"{parts.scheme}://{host}{parts.path.rstrip('/')}"
        self._headers = _headers(settings, parts.username, parts.password)
        if self._headers and parts.scheme == "http" and not is_loopback(host):
            raise UsageError(
                f"{self._base}: DVC's remote would be sent a password without encryption",
                hint="write https:// into .dvc/config, or bring its content by: dvc fetch",
            )
        self._client = Client()

    @property
    def where(self) -> str:
        """Give the address."""
        return self._base

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def read(self, name: str) -> Iterator[bytes]:
        """Give the bytes of an object; where the connection breaks, it goes on at the same byte."""
        source = WebSource(f"{self._base}/{quote(name)}", self._client, self._headers)
        try:
            yield from source.read(Item(""))
        except NotFound:
            raise ContentMissing(f"{self.where}: holds no {name}") from None


def _headers(settings: Mapping[str, str], user: str | None, password: str | None) -> dict[str, str]:
    user = settings.get("user") or unquote(user or "")
    password = settings.get("password") or unquote(password or "")
    way = settings.get("auth", "basic" if user else "").lower()
    if settings.get("token"):
        return {"Authorization": f"Bearer {settings['token']}"}
    if settings.get("custom_auth_header") and password:
        return {settings["custom_auth_header"]: password}
    if not user:
        return {}
    if way != "basic":
        raise UsageError(
            f"DVC's remote: signing in by {way!r} is not known here",
            hint="bring its content into DVC's cache, which is read, too: dvc fetch",
        )
    pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {pair}"}
