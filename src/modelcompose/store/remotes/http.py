"""HTTP to remotes: connections that are kept, bodies that stream, trouble that is waited out.

Any thread may use one client. A request is tried again after 429, 5xx and broken connections,
waiting longer each time, or as long as the server says.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from modelcompose import __version__
from modelcompose.errors import RemoteError

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse

TRIES = 6
_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 30.0
_TIMEOUT_S = 60.0
_READ_BYTES = 1 << 20
_TOO_MANY = 429
_SERVER_FAILS = 500
_NOT_IMPLEMENTED = 501


class Body(NamedTuple):
    """What a request sends."""

    open: Callable[[], Iterable[bytes]]
    """Gives the bytes anew, for each try."""
    size_bytes: int


def in_memory(data: bytes) -> Body:
    """Give a body of a few bytes."""
    return Body(lambda: [data], len(data))


class Answer:
    """An answer, whose body is read as it comes; to be closed, or read to its end."""

    def __init__(self, response: HTTPResponse, back: Callable[[], None], url: str) -> None:
        self._response = response
        self._back = back
        self.url = url
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}

    def chunks(self) -> Iterator[bytes]:
        """Give the body in pieces.

        Raises:
            ConnectionError: it ended too early.
        """
        from http.client import HTTPException

        try:
            while block := self._response.read(_READ_BYTES):
                yield block
            if self._response.length:
                raise ConnectionError("the connection ended before the body did")
        except HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            self.close()

    def body(self) -> bytes:
        """Give the whole body."""
        return b"".join(self.chunks())

    def close(self) -> None:
        """Give the connection back, or up where something of the body is left."""
        back, self._back = self._back, lambda: None
        back()
        self._response.close()


class Client:
    """Sends requests. To be closed."""

    def __init__(self, wait: Callable[[float], None] = time.sleep) -> None:
        self._wait = wait
        self._guard = threading.Lock()
        self._free: dict[tuple[str, str], list[HTTPConnection]] = {}

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: Body | None = None,
        tries: int = TRIES,
    ) -> Answer:
        """Send a request; give the answer, whatever its status.

        Args:
            method: `GET`, ….
            url: where to.
            headers: besides those that every request has.
            body: what is sent.
            tries: how often at most.

        Raises:
            RemoteError: no server answers, or the last of all tries failed.
        """
        waited = _FIRST_WAIT_S
        for number in range(1, tries + 1):
            is_last = number == tries
            try:
                answer = self._send(method, url, headers or {}, body)
            except (ConnectionError, TimeoutError, OSError) as error:
                if is_last or _is_hopeless(error):
                    raise unreachable(url, error) from error
                pause = waited
            else:
                if is_last or not _may_pass(answer.status):
                    return answer
                pause = max(waited, _asked(answer.headers.get("retry-after")))
                answer.close()
            self._wait(min(_LONGEST_WAIT_S, pause * (1 + random.random() / 4)))  # noqa: S311 - spread
            waited *= 2
        raise AssertionError("a request is tried at least once")

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            free, self._free = self._free, {}
        for connections in free.values():
            for connection in connections:
                connection.close()

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: Body | None) -> Answer:
        from http.client import HTTPException

        parts = urlsplit(url)
        place = (parts.scheme, parts.netloc)
        connection, is_kept = self._connection(place)
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        known = {"User-Agent": f"modelcompose/{__version__}", **headers}
        if body is not None or method in {"POST", "PUT", "PATCH"}:
            known["Content-Length"] = str(0 if body is None else body.size_bytes)
        try:
            response = _exchange(connection, method, target, known, body)
        except (HTTPException, OSError) as error:
            connection.close()
            # A kept connection may have been closed meanwhile: that is no trouble of the server's.
            if is_kept and isinstance(error, HTTPException | ConnectionError):
                return self._send(method, url, headers, body)
            if isinstance(error, HTTPException):
                raise ConnectionError(f"no answer: {error!r}") from error
            raise
        except BaseException:  # what was to be sent could not be read, or the user stops
            connection.close()
            raise

        def back() -> None:
            if response.isclosed() and not response.will_close:
                with self._guard:
                    self._free.setdefault(place, []).append(connection)
            else:
                connection.close()

        if response.length == 0 or method == "HEAD":
            response.read()
        return Answer(response, back, url)

    def _connection(self, place: tuple[str, str]) -> tuple[HTTPConnection, bool]:
        with self._guard:
            if self._free.get(place):
                return self._free[place].pop(), True
        from http.client import HTTPConnection, HTTPSConnection

        scheme, host = place
        if scheme == "https":
            return HTTPSConnection(host, timeout=_TIMEOUT_S, context=_tls()), False
        return HTTPConnection(host, timeout=_TIMEOUT_S), False


def unreachable(url: str, error: Exception) -> RemoteError:
    """Give the error for a server that does not answer, or breaks off."""
    host = urlsplit(url).netloc.rpartition("@")[2]
    return RemoteError(
        f"{host}: cannot be reached: {str(error) or repr(error)}",
        hint=f"see whether it runs and answers: curl -I {urlsplit(url).scheme}://{host}/v2/",
    )


def _exchange(
    connection: HTTPConnection,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: Body | None,
) -> HTTPResponse:
    sent: Any = None if body is None else body.open()
    try:
        connection.request(method, target, body=sent, headers=dict(headers))
    except BrokenPipeError:  # it may have answered before it read all, as with 401
        return connection.getresponse()
    return connection.getresponse()


def _tls() -> Any:
    import ssl

    return ssl.create_default_context()


def _may_pass(status: int) -> bool:
    return status == _TOO_MANY or (status >= _SERVER_FAILS and status != _NOT_IMPLEMENTED)


def _is_hopeless(error: Exception) -> bool:
    """Whether trying again changes nothing: no such host, a certificate that is not trusted."""
    import socket
    import ssl

    return isinstance(error, socket.gaierror | ssl.SSLCertVerificationError)


def _asked(text: str | None) -> float:
    """Give how long a server asks to wait, in seconds."""
    return float(text) if text is not None and text.isdecimal() else 0.0
