from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from modelcompose.hub.sending.remote import Away, FileChanged, Refused, Remote


class Answering(BaseHTTPRequestHandler):
    """Answers what its server says, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.path, body))
        status, answer = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(HTTPServer):
    answer: tuple[int, bytes] = (200, b"{}")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[tuple[str, bytes]] = []

    def handle_error(self, *_: object) -> None:
        """Leave it: the client went away."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def test_a_hub_may_stand_below_a_path(server: Server) -> None:
    with closing(Remote(f"{server.address}/hub", None)) as remote:
        assert remote.call("PUT", "/runs/1", {"a": 1}, dict) == {}
    assert server.asked == [("/hub/api/v1/runs/1", b'{"a":1}')]


def test_a_proxy_of_the_environment_is_asked_for_another_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.setenv("no_proxy", "other.example.org")
    with closing(Remote("http://hub.example.org", None)) as remote:
        remote.call("PUT", "/runs/1", None, dict)
    assert server.asked == [("http://hub.example.org/api/v1/runs/1", b"")]


def test_no_proxy_is_asked_for_this_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with closing(Remote(server.address, None)) as remote:
        remote.call("PUT", "/runs/1", None, dict)
    assert server.asked == [("/api/v1/runs/1", b"")]


@pytest.mark.parametrize("status", [429, 502, 503, 507])
def test_what_may_work_later_is_no_refusal(server: Server, status: int) -> None:
    server.answer = (status, b'{"message": "full"}')
    with closing(Remote(server.address, None)) as remote, pytest.raises(Away, match="full"):
        remote.call("PUT", "/runs/1", None, dict)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 500])
def test_what_is_wrong_with_a_run_is_a_refusal(server: Server, status: int) -> None:
    server.answer = (status, b"<html>")
    with closing(Remote(server.address, None)) as remote, pytest.raises(Refused) as error:
        remote.call("PUT", "/runs/1", None, dict)
    assert error.value.status == status


def test_what_answers_no_json_is_no_hub(server: Server) -> None:
    server.answer = (200, b"<html>")
    with closing(Remote(server.address, None)) as remote, pytest.raises(Away, match="no hub"):
        remote.call("PUT", "/runs/1", None, dict)


def test_a_file_that_becomes_shorter_while_it_is_sent_is_not_taken(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    with closing(Remote(server.address, None)) as remote, pytest.raises(FileChanged):
        remote.upload("1/a", file, 5)
