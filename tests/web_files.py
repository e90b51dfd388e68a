"""A web server that gives files with ETags, and notes what it was asked for."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class WebFiles:
    """What a server gives, by path; to be changed at any time."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | None] = {}
        """None for what nobody may read."""
        self.asked: list[str] = []
        """Such as `GET /a.csv`, in order."""
        self.address = ""

    def downloads(self) -> list[str]:
        """Give the paths that were downloaded since the last call."""
        found = [line.removeprefix("GET ") for line in self.asked if line.startswith("GET ")]
        self.asked.clear()
        return found


@contextmanager
def web_files(files: Mapping[str, bytes] | None = None) -> Iterator[WebFiles]:
    """Serve files on this machine while the block runs."""
    served = WebFiles()
    served.files.update(files or {})

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, *, with_body: bool) -> None:
            served.asked.append(f"{self.command} {self.path}")
            data = served.files.get(self.path.partition("?")[0], b"")
            if not data:
                self.send_error(403 if data is None else 404)
                return
            self.send_response(200)
            self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()[:12]}"')
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if with_body:
                self.wfile.write(data)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
