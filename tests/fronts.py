"""A proxy in front of a real registry that breaks, lies, is busy, or wants a token."""

from __future__ import annotations

import base64
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.registries import PASSWORD, USER

Trouble = Callable[[str, str, int], str | None]
"""Given method, path and how many such requests came before: what to do in place of passing on.

`503`, `429`: that status. `close`: no answer. `cut`: half of the answer's body, and its end.
`half`: half of the request's body is passed on, then both connections end. `lie`: the body with
its first byte changed."""


class Front:
    """What a test knows of a proxy."""

    def __init__(self, host: str, trouble: Trouble, *, wants_token: bool) -> None:
        self.host = host
        self.trouble = trouble
        self.wants_token = wants_token
        self.seen: list[tuple[str, str]] = []
        self.sent_bytes = 0
        self.guard = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    front: ClassVar[Front]
    behind: ClassVar[str]

    def _handle(self) -> None:
        with self.front.guard:
            before = sum(method == self.command for method, _ in self.front.seen)
            self.front.seen.append((self.command, self.path))
        if urlsplit(self.path).path == "/token":
            self._give_token()
            return
        if self.front.wants_token and self.headers.get("Authorization") != "Bearer good":
            self._drain()
            realm = f'Bearer realm="http://{self.front.host}/token",service="tests"'
            self._answer(401, {"WWW-Authenticate": realm}, b"")
            return
        trouble = self.front.trouble(self.command, self.path, before)
        if trouble in {"503", "429"}:
            self._drain()
            self._answer(int(trouble), {"Retry-After": "0"}, b"")
        elif trouble == "close":
            self.close_connection = True
            self.connection.close()
        else:
            self._pass_on(trouble)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _handle  # noqa: N815 - as it is called

    def _give_token(self) -> None:
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        scope = parse_qs(urlsplit(self.path).query).get("scope", [""])[0]
        is_good = self.headers.get("Authorization") == wanted and scope.startswith("repository:")
        body = b'{"token": "good", "expires_in": 300}' if is_good else b"{}"
        self._answer(200 if is_good else 401, {}, body)

    def _pass_on(self, trouble: str | None) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        connection = http.client.HTTPConnection(self.behind, timeout=30)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        left = length // 2 if trouble == "half" else length
        while left:
            block = self.rfile.read(min(left, 1 << 16))
            left -= len(block)
            self.front.sent_bytes += len(block)
            connection.send(block)
        if trouble == "half":
            self.close_connection = True
            connection.close()
            self.connection.close()
            return
        answer = connection.getresponse()
        body = answer.read()
        if trouble == "lie":
            body = b"~" + body[1:]
        self._answer(answer.status, dict(answer.getheaders()), body, is_cut=trouble == "cut")
        connection.close()

    def _answer(
        self, status: int, headers: dict[str, str], body: bytes, *, is_cut: bool = False
    ) -> None:
        self.send_response_only(status)
        known = {name.lower(): value for name, value in headers.items()}
        known.pop("transfer-encoding", None)
        if self.command != "HEAD" or "content-length" not in known:
            known["content-length"] = str(len(body))
        for name, value in known.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if is_cut else body)
        self.close_connection = self.close_connection or is_cut

    def _drain(self) -> None:
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            left -= len(self.rfile.read(min(left, 1 << 16)))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: breaking off is what it is for."""


def no_trouble(method: str, path: str, before: int) -> str | None:
    """Pass everything on."""
    return None


@contextmanager
def front(
    behind: str, trouble: Trouble = no_trouble, *, wants_token: bool = False
) -> Iterator[Front]:
    """Run a proxy before the registry at `behind`."""
    handler = type("Handler", (_Handler,), {"behind": behind})
    server = _Server(("127.0.0.1", 0), handler)
    found = Front(f"127.0.0.1:{server.server_address[1]}", trouble, wants_token=wants_token)
    handler.front = found  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
