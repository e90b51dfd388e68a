"""Sending a stream of bytes to the Docker engine, of a length that nobody knows beforehand.

Source: RFC 9112, 7.1.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable

from modelcompose.engine.docker.http import Response
from modelcompose.errors import EngineLost

_SENT_BYTES = 1 << 20
_TIMEOUT_S = 600.0


def upload(path: str, method: str, target: str, parts: Iterable[bytes]) -> Response:
    """Send a tar stream in chunks to the engine behind the socket at `path`.

    Raises:
        OSError: nobody listens there.
        EngineLost: the connection ended, and no answer came.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_TIMEOUT_S)
        connection.connect(path)
        try:
            _send(connection, method, target, parts)
        except BrokenPipeError:
            pass  # the engine has said no already: its answer tells why
        except TimeoutError as error:
            raise EngineLost("the Docker engine stopped taking what is sent") from error
        return Response(connection)
    except BaseException:
        connection.close()
        raise


def _send(connection: socket.socket, method: str, target: str, parts: Iterable[bytes]) -> None:
    connection.sendall(
        f"{method} {target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n"
        "Content-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        if not part:
            continue
        waiting.append(part)
        size += len(part)
        if size >= _SENT_BYTES:
            _send_chunk(connection, waiting, size)
            waiting, size = [], 0
    if size:
        _send_chunk(connection, waiting, size)
    connection.sendall(b"0\r\n\r\n")


def _send_chunk(connection: socket.socket, parts: list[bytes], size: int) -> None:
    connection.sendall(b"".join([f"{size:x}\r\n".encode(), *parts, b"\r\n"]))
