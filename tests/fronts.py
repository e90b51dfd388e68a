"""A proxy in front of a real registry that breaks, lies, is busy, or wants a token."""

from __future__ import annotations

import base64
import http.client
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.registries import PASSWORD, USER

Trouble = Callable[[str, str, int], str | None]
"""Given method, path and how many such requests came before: what to do in place of passing on.

`503`, …: that status. `close`: no answer. `cut`: half of the answer's body, and its end.
`half`: half of the request's body is passed on, then both connections end. `lie`: the body with
its first byte changed. `stall`: nothing, until the test is over. `lost`: it is passed on, and no
answer comes."""


class Front:
    """What a test knows of a proxy."""

    def __init__(self, host: str, trouble: Trouble, *, wants_token: bool, retry_after: str) -> None:
        self.host = host
        self.retry_after = retry_after
        self.signs: str | None = None
        """What is passed on as `Authorization`, in place of what came."""
        self.trouble = trouble
        self.wants_token = wants_token
        self.seen: list[tuple[str, str]] = []
        self.sent_bytes = 0
        self.guard = threading.Lock()
        self.is_over = threading.Event()
        self.busy: Counter[str] = Counter()
        self._most: Counter[str] = Counter()

    def count(self, method: str) -> int:
        """Give how many requests of a method came."""
        with self.guard:
            return sum(each == method for each, _ in self.seen)

    def most_at_once(self, method: str) -> int:
        """Give how many requests of a method were there together."""
        return self._most[method]

    @contextmanager
    def serving(self, method: str) -> Iterator[None]:
        """Count a request among those that are there."""
        with self.guard:
            self.busy[method] += 1
            self._most[method] = max(self._most[method], self.busy[method])
        try:
            yield
        finally:
            with self.guard:
                self.busy[method] -= 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
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
        if trouble is not None and trouble.isdecimal():
            self._drain()
            self._answer(int(trouble), {"Retry-After": self.front.retry_after}, b"")
        elif trouble in {"stall", "close"}:
            if trouble == "stall":
                self.front.is_over.wait(60)
            self.close_connection = True
            self.connection.close()
        else:
            with self.front.serving(self.command):
                self._pass_on(trouble)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - as it is called

    def _give_token(self) -> None:
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        scope = parse_qs(urlsplit(self.path).query).get("scope", [""])[0]
        is_good = self.headers.get("Authorization") == wanted and scope.startswith("repository:")
        body = b'{"token": "good", "expires_in": 300}' if is_good else b"{}"
        self._answer(200 if is_good else 401, {}, body)

    def _pass_on(self, trouble: str | None) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        with closing(http.client.HTTPConnection(self.behind, timeout=30)) as connection:
            self._pass_on_to(connection, trouble, length)

    def _pass_on_to(
        self, connection: http.client.HTTPConnection, trouble: str | None, length: int
    ) -> None:
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        if self.front.signs is not None:
            del self.headers["Authorization"]
            self.headers["Authorization"] = self.front.signs
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        left = length // 2 if trouble == "half" else length
        while left:
            block = self.rfile.read(min(left, 1 << 16))
            if not block:  # the client broke off
                break
            left -= len(block)
            self.front.sent_bytes += len(block)
            connection.send(block)
        if trouble == "half":
            self.close_connection = True
            self.connection.close()
            return
        answer = connection.getresponse()
        body = answer.read()
        if trouble == "lost":
            self.close_connection = True
            self.connection.close()
            return
        if trouble == "lie":
            body = b"~" + body[1:]
        self._answer(answer.status, dict(answer.getheaders()), body, is_cut=trouble == "cut")

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
    behind: str,
    trouble: Trouble = no_trouble,
    *,
    wants_token: bool = False,
    retry_after: str = "0",
) -> Iterator[Front]:
    """Run a proxy before the registry at `behind`."""
    handler = type("Handler", (_Handler,), {"behind": behind})
    server = _Server(("127.0.0.1", 0), handler)
    host = f"127.0.0.1:{server.server_address[1]}"
    found = Front(host, trouble, wants_token=wants_token, retry_after=retry_after)
    handler.front = found  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()
