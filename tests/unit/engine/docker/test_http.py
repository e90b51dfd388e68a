"""As much HTTP as the Docker engine speaks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.engine.docker.http import Response, request
from modelcompose.errors import EngineLost


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def response_to(pair: tuple[socket.socket, socket.socket], sent: bytes) -> Response:
    near, far = pair
    far.sendall(sent)
    far.shutdown(socket.SHUT_WR)
    return Response(near)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_status_and_headers_are_read(pair: tuple[socket.socket, socket.socket]) -> None:
    response = response_to(
        pair, b"HTTP/1.1 404 Not Found\r\nApi-Version: 1.51\r\nContent-Length: 2\r\n\r\nno"
    )

    assert response.status == 404
    assert response.headers["api-version"] == "1.51"
    assert response.body() == b"no"


def test_a_body_without_length_goes_to_the_end(pair: tuple[socket.socket, socket.socket]) -> None:
    assert response_to(pair, b"HTTP/1.1 200 OK\r\n\r\nall of it").body() == b"all of it"


def test_chunks_are_joined(pair: tuple[socket.socket, socket.socket]) -> None:
    sent = CHUNKED + b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"

    assert response_to(pair, sent).body() == b"abc0123456789"


def test_chunks_may_be_cut_anywhere(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    sent = CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    def send() -> None:
        for at in range(len(sent)):
            far.sendall(sent[at : at + 1])

    thread = threading.Thread(target=send)
    thread.start()
    assert Response(near).body() == b"abcde"
    thread.join()


def test_each_part_is_given_as_it_comes(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    far.sendall(CHUNKED + b"3\r\nabc\r\n")
    response = Response(near)

    assert response.read() == b"abc"
    far.sendall(b"0\r\n\r\n")
    assert response.read() == b""
    assert response.read() == b""


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        CHUNKED + b"3\r\nab",
        CHUNKED + b"3\r\nabc\r\n",
    ],
)
def test_an_answer_that_breaks_off_is_no_answer(
    pair: tuple[socket.socket, socket.socket], cut: bytes
) -> None:
    with pytest.raises(EngineLost):
        response_to(pair, cut).body()


def test_a_reader_can_be_interrupted(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    far.sendall(CHUNKED)
    response = Response(near)
    threading.Timer(0.05, response.interrupt).start()

    with pytest.raises(EngineLost):
        response.read()


def test_nobody_listening_is_the_system_s_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        request(str(tmp_path / "docker.sock"), "GET", "/_ping")
