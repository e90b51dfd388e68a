"""An HTTP proxy for tests: tunnels by CONNECT, for those who show what it wants to see."""

from __future__ import annotations

import base64
import http.client
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

USER, PASSWORD = "ana", "hush-proxy"


class Proxy:
    """What a test knows of a proxy."""

    def __init__(self, leads_to: str) -> None:
        self.host = ""
        self.leads_to = leads_to
        self.wants_password = False
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        """Give it as it stands in `HTTPS_PROXY`, with its password."""
        return f"http://{USER}:{PASSWORD}@{self.host}"


class _Handler(BaseHTTPRequestHandler):
    proxy: ClassVar[Proxy]

    def do_CONNECT(self) -> None:
        self.proxy.asked.append(f"CONNECT {self.path}")
        if not self._is_let_in():
            return
        host, _, port = self.proxy.leads_to.rpartition(":")
        with socket.create_connection((host, int(port))) as there:
            self.send_response_only(200)
            self.end_headers()
            _join(self.connection, there)
        self.close_connection = True

    def do_GET(self) -> None:
        self.proxy.asked.append(f"GET {self.path}")
        if not self._is_let_in():
            return
        parts = urlsplit(self.path)
        connection = http.client.HTTPConnection(self.proxy.leads_to, timeout=10)
        connection.request("GET", parts.path, headers={"Host": parts.netloc})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        self.send_response_only(answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _is_let_in(self) -> bool:
        wanted = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
        is_good = self.headers.get("Proxy-Authorization") == wanted
        if self.proxy.wants_password and not is_good:
            self.send_response_only(407, "Proxy Authentication Required")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False
        return True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


def _join(one: socket.socket, other: socket.socket) -> None:
    to = {one: other, other: one}
    while True:
        for ready in select.select(list(to), [], [], 30)[0]:
            data = ready.recv(1 << 16)
            if not data:
                return
            to[ready].sendall(data)


@contextmanager
def proxy(leads_to: str) -> Iterator[Proxy]:
    """Run a proxy that leads to one server, whatever name is asked for."""
    found = Proxy(leads_to)
    handler = type("Handler", (_Handler,), {"proxy": found})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    found.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
