"""HTTP over a Unix socket: as much of it as the Docker engine speaks.

`http.client` would do the same, and costs ten times this module's import: a step that takes
0.3 s feels it. Every request has a connection of its own, which the engine closes.

Source: RFC 9112.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

from modelcompose.errors import EngineLost

_READ_BYTES = 256 * 1024
_LONGEST_HEAD_BYTES = 64 * 1024


class Response:
    """An answer whose body is read as it comes.

    Attributes:
        status: the HTTP status.
        headers: names in lower case.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()
        self.status, self.headers = self._head()
        self._is_chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        length = self.headers.get("content-length")
        self._left = int(length) if length is not None and not self._is_chunked else None
        self._is_complete = self._left == 0

    def fileno(self) -> int:
        """Give the socket's descriptor, to wait on."""
        return self._connection.fileno()

    @property
    def has_received(self) -> bool:
        """Whether bytes are here already that waiting on the descriptor would not show."""
        return bool(self._received)

    def read(self) -> bytes:
        """Give the next bytes of the body, waiting for some; empty at its end.

        Raises:
            EngineLost: the connection ended before the body did.
        """
        if self._is_complete:
            return b""
        return self._read_chunk() if self._is_chunked else self._read_plain()

    def body(self) -> bytes:
        """Give all of the body."""
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        """Go through the body as it comes."""
        while part := self.read():
            yield part

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def interrupt(self) -> None:
        """Hang up while another thread reads: it gets the end, or EngineLost."""
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself

    def _head(self) -> tuple[int, dict[str, str]]:
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            if len(self._received) > _LONGEST_HEAD_BYTES:
                raise EngineLost("the Docker engine gave no HTTP answer")
            self._receive()
        lines = bytes(self._received[:end]).decode("latin-1").split("\r\n")
        del self._received[: end + 4]
        fields = (line.partition(":") for line in lines[1:])
        headers = {name.lower(): value.strip() for name, _, value in fields}
        return int(lines[0].split(" ", 2)[1]), headers

    def _receive(self) -> None:
        if not self._fill():
            raise EngineLost("the Docker engine hung up in the middle of an answer")

    def _fill(self) -> bool:
        try:
            data = self._connection.recv(_READ_BYTES)
        except TimeoutError as error:
            raise EngineLost("the Docker engine stopped answering") from error
        except OSError as error:
            raise EngineLost(f"the Docker engine hung up: {error.strerror}") from error
        self._received += data
        return bool(data)

    def _take(self, limit: int | None = None) -> bytes:
        taken = bytes(self._received[:limit])
        del self._received[: len(taken)]
        return taken

    def _read_plain(self) -> bytes:
        if not self._received and not self._fill():
            if self._left:
                raise EngineLost("the Docker engine hung up in the middle of an answer")
            self._is_complete = True
            return b""
        data = self._take(self._left)
        if self._left is not None:
            self._left -= len(data)
            self._is_complete = self._left == 0
        return data

    def _read_chunk(self) -> bytes:
        if not self._left:
            self._left = self._chunk_size()
            if self._left == 0:
                self._is_complete = True
                return b""
        if not self._received:
            self._receive()
        data = self._take(self._left)
        self._left -= len(data)
        if self._left == 0:
            self._line()
        return data

    def _chunk_size(self) -> int:
        return int(self._line().partition(b";")[0], 16)

    def _line(self) -> bytes:
        while (end := self._received.find(b"\r\n")) < 0:
            self._receive()
        line = bytes(self._received[:end])
        del self._received[: end + 2]
        return line


def request(
    path: str, method: str, target: str, body: bytes | None = None, timeout_s: float | None = None
) -> Response:
    """Ask the engine behind the socket at `path`.

    Raises:
        OSError: nobody listens there.
        EngineLost: the connection ended before an answer came.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(path)
        _send(connection, method, target, body)
        return Response(connection)
    except BaseException:
        connection.close()
        raise


def _send(connection: socket.socket, method: str, target: str, body: bytes | None) -> None:
    head = f"{method} {target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    elif method == "POST":
        head += "Content-Length: 0\r\n"
    try:
        connection.sendall(f"{head}\r\n".encode() + (body or b""))
    except OSError as error:
        raise EngineLost(f"the Docker engine hung up: {error.strerror}") from error
