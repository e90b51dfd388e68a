"""The web UI's built files: pages for every path that is no call, and what they load.

They hold nothing of a hub's data, and need no token; what they show they ask the API for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from mimetypes import guess_type
from pathlib import Path

from msgspec import Struct
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
"""Where `npm run build` in `ui/` writes to."""

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'self' blob:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
"""The Content-Security-Policy of every page: its own files, and no inline script or style."""

_HEADERS = [
    (b"content-security-policy", "; ".join(_POLICY).encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_INDEX = "/index.html"
_HASHED = "/assets/"
"""Where names hold a digest of the content, so that browsers may keep it for good."""
_FOR_GOOD, _CHECKED = b"public, max-age=31536000, immutable", b"no-cache"
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Forms that the build wrote beside a file, the smaller first."""

_NOT_BUILT = (
    b"The web UI is not built in this installation.\n\nhint: build it: make ui\n"
    b"The API is at /api/v1, MLflow's protocol at this address.\n"
)


class _File(Struct, frozen=True):
    body: bytes
    headers: list[tuple[bytes, bytes]]
    tag: bytes


class Pages:
    """The UI as an ASGI application: its files, and its first page for every other path."""

    def __init__(self, folder: Path = STATIC) -> None:
        """Take the folder of the built files."""
        self._folder = folder
        self._known: dict[tuple[str, str], _File | None] = {}

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = f"/{scope['path'].strip('/')}"
        headers = dict(scope["headers"])
        accepted = headers.get(b"accept-encoding", b"").decode("latin-1")
        found = self._file(path, accepted)
        if found is None and not _names_file(path):
            found = self._file(_INDEX, accepted)
        if found is None:
            await _say(send, 404 if self._is_built() else 503, scope["method"])
            return
        is_known = headers.get(b"if-none-match") == found.tag
        body = b"" if is_known or scope["method"] == "HEAD" else found.body
        status = 304 if is_known else 200
        told = [one for one in found.headers if not is_known or one[0] != b"content-length"]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body})

    def _is_built(self) -> bool:
        return (self._folder / _INDEX[1:]).is_file()

    def _file(self, path: str, accepted: str) -> _File | None:
        for encoding, ending in _ENCODINGS.items():
            if encoding in accepted:
                found = self._read(path, encoding, ending)
                if found is not None:
                    return found
        return self._read(path, "", "")

    def _read(self, path: str, encoding: str, ending: str) -> _File | None:
        key = (path, encoding)
        if key not in self._known:
            place = self._place(path)
            if place is None:  # nothing is remembered of paths that lead nowhere
                return None
            file = place.with_name(place.name + ending)
            if ending and not file.is_file():
                return None
            self._known[key] = _file_of(path, file.read_bytes(), encoding)
        return self._known[key]

    def _place(self, path: str) -> Path | None:
        """Give the file of a path; None where there is none, or it lies elsewhere."""
        parts = path.strip("/").split("/")
        if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts):
            return None
        place = self._folder.joinpath(*parts)
        return place if os.path.isfile(place) else None  # noqa: PTH113 - a name may be too long


def first_parts(routes: Sequence[BaseRoute]) -> frozenset[str]:
    """Give what the paths of calls begin with, such as `api`."""
    return frozenset(str(getattr(route, "path", "")).split("/", 2)[1] for route in routes)


def is_page(method: str, path: str, calls: Collection[str]) -> bool:
    """Tell whether a request is for a page or its files, and not for a call.

    Args:
        method: of HTTP.
        path: of the request.
        calls: of `first_parts`.
    """
    return method in ("GET", "HEAD") and path.removeprefix("/").partition("/")[0] not in calls


def _names_file(path: str) -> bool:
    """Tell whether a path asks for a file of the UI, rather than for a page.

    The names of projects and models may have dots: what pages load lies at the top, or in assets.
    """
    return path.startswith(_HASHED) or ("." in path and path.count("/") == 1)


def _file_of(path: str, body: bytes, encoding: str) -> _File:
    media = guess_type(path)[0] or "application/octet-stream"
    if media.startswith("text/"):
        media += "; charset=utf-8"
    tag = b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode()
    headers = [
        *_HEADERS,
        (b"content-type", media.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", _FOR_GOOD if path.startswith(_HASHED) else _CHECKED),
        (b"etag", tag),
        (b"vary", b"Accept-Encoding"),
    ]
    if encoding:
        headers.append((b"content-encoding", encoding.encode()))
    return _File(body, headers, tag)


async def _say(send: Send, status: int, method: str) -> None:
    text = _NOT_BUILT if status == 503 else b"There is no such file.\n"  # noqa: PLR2004 - HTTP's
    headers = [
        *_HEADERS,
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(text)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else text})
