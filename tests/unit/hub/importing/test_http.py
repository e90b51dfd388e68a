from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.importing.http import Answerless, Server
from modelcompose.hub.importing.server_files import server_files
from modelcompose.hub.importing.source import Place, UnreachableError


@contextmanager
def serving(status: int, body: bytes, *, said: int | None = None) -> Iterator[Any]:
    """Serve the same answer to all; give the server, whose `seen` has what was asked."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.seen.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
            told = body if "list" not in self.path else b'{"files": [{"path": "a"}]}'
            self.send_response(status)
            length = len(told) if said is None or told is not body else said
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def address_of(server: Any) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"MLFLOW_TRACKING_TOKEN": "t"}, "Bearer t"),
        (
            {"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "p"},
            f"Basic {base64.b64encode(b'ada:p').decode()}",
        ),
    ],
)
def test_a_server_is_told_who_asks(variables: dict[str, str], expected: str | None) -> None:
    with serving(200, b"{}") as server:
        Server(address_of(server), variables).get("/x", {"a": "b c"})
        path, headers = server.seen[0]
    assert path == "/x?a=b+c"
    assert headers.get("Authorization") == expected


def test_a_name_in_the_address_is_told_to_the_server_and_to_nobody_else() -> None:
    with serving(200, b"{}") as server:
        asked = Server(f"http://ada:secret@127.0.0.1:{server.server_port}/", {})
        asked.get("/x", {})
        assert asked.address == address_of(server)
        assert server.seen[0][1]["Authorization"].startswith("Basic ")


def test_a_refusal_says_which_variables_let_one_in() -> None:
    with serving(401, b"") as server, pytest.raises(UsageError) as caught:
        Server(address_of(server), {}).get("/x", {})
    assert "MLFLOW_TRACKING_TOKEN" in str(caught.value.hint)


def test_what_a_server_does_not_have_is_told_apart() -> None:
    with serving(404, b"") as server, pytest.raises(Answerless):
        Server(address_of(server), {}).get("/x", {})


def test_a_server_of_something_else_is_refused() -> None:
    with serving(200, b"<html>") as server, pytest.raises(UsageError, match="no server of MLflow"):
        Server(address_of(server), {}).get("/x", {})


def test_a_file_whose_connection_breaks_off_is_no_file() -> None:
    with serving(200, b"half", said=8) as server:
        (file,) = server_files(Server(address_of(server), {}), Place("run", "s3://bucket/run"))
        with file.open() as stream:
            assert stream.read(4) == b"half"
            with pytest.raises(UnreachableError, match="broke off"):
                stream.read(4)
