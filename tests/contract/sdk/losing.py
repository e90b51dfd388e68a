"""A network that loses answers: requests arrive, and the caller never hears of it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Losing:
    """Stands between a client and a hub; loses the first answers to some paths."""

    def __init__(self, port: int, *, paths: Sequence[str], times: int) -> None:
        self.lost = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._pass_on("POST")

            def do_GET(self) -> None:
                self._pass_on("GET")

            def _pass_on(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                connection = http.client.HTTPConnection("127.0.0.1", port)
                headers = {"Content-Type": "application/json"}
                connection.request(method, self.path, body, headers)
                answer = connection.getresponse()
                data = answer.read()
                connection.close()
                if outer.lost < times and any(path in self.path for path in paths):
                    outer.lost += 1
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
