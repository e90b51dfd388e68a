"""A web server of files for tests: ETags, ranges, and connections that break when it is told to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from msgspec import Struct


class Request(Struct, frozen=True):
    """One request that came."""

    method: str
    path: str
    range: str | None
    authorization: str | None


class Web:
    """What is served, and how; may be changed at any time."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.etags = True
        self.ranges = True
        self.dates_downloads = False
        """Whether answers with a body, and no others, say when the file was changed."""
        self.gives_from: int | None = None
        """Where ranges begin, whatever was asked for."""
        self.refuses_head = False
        self.says_length = True
        self.breaks_after: int | None = None
        """The next answers end after that many bytes of their body."""
        self.breaks = 0
        """How many answers break."""
        self.holds_after: int | None = None
        """Answers stop after that many bytes of their body, until `go_on` is set."""
        self.go_on = threading.Event()
        self.redirects: dict[str, str] = {}
        self.wants: str | None = None
        """The value of `Authorization` without which nothing is given."""
        self.requests: list[Request] = []
        self.sent_bytes = 0
        self.url = ""

    def gets(self) -> list[Request]:
        """Give the requests for bytes."""
        return [request for request in self.requests if request.method == "GET"]


@contextmanager
def web_server() -> Iterator[Web]:
    """Serve files on this machine until the block ends."""
    web = Web()

    class Handler(_Handler):
        served = web

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield web
    finally:
        web.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that were killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Web

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, *, with_body: bool) -> None:
        web = self.served
        path = self.path.partition("?")[0]
        asked, shown = self.headers.get("Range"), self.headers.get("Authorization")
        web.requests.append(Request(self.command, path, asked, shown))
        if path in web.redirects:
            self._plain(302, Location=web.redirects[path])
        elif web.wants is not None and shown != web.wants:
            self._plain(401)
        elif web.refuses_head and not with_body:
            self._plain(405)
        elif path not in web.files:
            self._plain(404)
        else:
            self._file(web.files[path], asked, with_body=with_body)

    def _plain(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _file(self, data: bytes, asked: str | None, *, with_body: bool) -> None:
        web = self.served
        start = 0
        if asked is not None and web.ranges:
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            if start >= len(data):
                self._plain(416)
                return
            start = start if web.gives_from is None else web.gives_from
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if web.etags:
            self.send_header("ETag", f'"{hashlib.md5(data).hexdigest()}"')
        if web.dates_downloads and with_body:
            self.send_header("Last-Modified", "Mon, 05 Jan 2026 10:00:00 GMT")
        body = data[start:]
        if web.says_length:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        if not with_body:
            return
        if web.breaks_after is not None and web.breaks > 0 and len(body) > web.breaks_after:
            web.breaks -= 1
            body = body[: web.breaks_after]
            self.close_connection = True
        if web.holds_after is not None:
            first, body = body[: web.holds_after], body[web.holds_after :]
            self._send(first)
            web.go_on.wait(60)
        self._send(body)

    def _send(self, data: bytes) -> None:
        try:
            self.wfile.write(data)
            self.served.sent_bytes += len(data)
        except OSError:  # the client went away
            self.close_connection = True
