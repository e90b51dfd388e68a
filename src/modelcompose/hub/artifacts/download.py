"""An artifact as an answer: in pieces, by ranges, and harmless to who opens it in a browser."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from modelcompose.hub.artifacts.protocol import Reading
from modelcompose.hub.artifacts.ranges import asked_range

# An artifact is what any step or client wrote. Opened in a browser it must not act as a page of
# the hub: it is saved and not shown, its type is not guessed, and were it shown all the same,
# it would have no origin and no scripts.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Accept-Ranges": "bytes",
}

_SHOWN_AS_TEXT = frozenset(
    {".html", ".htm", ".xhtml", ".shtml", ".xml", ".xsl", ".js", ".mjs", ".mht", ".mhtml"}
)
_TEXTS = frozenset({".md", ".yaml", ".yml", ".toml", ".ini", ".log", ".py", ".sh", ".sql", ""})


def download(request: Request, reading: Reading, name: str) -> Response:
    """Give the answer to a request for an artifact; `reading` is closed with it.

    Args:
        request: the request, for its range and for what the client has already.
        reading: the artifact, open.
        name: what the file is called.
    """
    headers = {**HARMLESS, "ETag": f'"{reading.tag}"', "Content-Disposition": disposition(name)}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        reading.close()
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    size = reading.size_bytes
    try:
        asked = asked_range(_range_header(request, headers["ETag"]), size)
    except ValueError:
        reading.close()
        headers["Content-Range"] = f"bytes */{size}"
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    start, stop = asked or (0, size)
    headers["Content-Length"] = str(stop - start)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    status = HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK
    if request.method == "HEAD":
        reading.close()
        return Response(status_code=status, headers=headers, media_type=media_type(name))
    return StreamingResponse(
        _closing(reading, start, stop), status, headers, media_type=media_type(name)
    )


def media_type(name: str) -> str:
    """Give the type that a file is sent as: of a page that could act, plain text."""
    ending = "." + name.rpartition(".")[2].lower() if "." in name else ""
    if ending in _SHOWN_AS_TEXT or ending in _TEXTS:
        return "text/plain"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def disposition(name: str) -> str:
    """Give the header that has a browser save a file under its name."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() else "_" for sign in name)
    plain = plain.replace("\\", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _range_header(request: Request, tag: str) -> str | None:
    condition = request.headers.get("if-range")
    return None if condition not in (None, tag) else request.headers.get("range")


def _closing(reading: Reading, start: int, stop: int) -> Iterator[bytes]:
    try:
        yield from reading.chunks(start, stop)
    finally:
        reading.close()
