"""HTTP to remotes: connections that are kept, bodies that stream, trouble that is waited out.

Any thread may use one client. A request is tried again after 429, 5xx and broken connections,
waiting longer each time, or as long as the server says.
"""

from __future__ import annotations

import base64
import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from modelcompose import __version__
from modelcompose.errors import RemoteError
from modelcompose.store.remotes.routes import proxy_for, trust

if TYPE_CHECKING:
    import ssl
    from http.client import HTTPConnection, HTTPResponse

TRIES = 7
_TRIES_IF_REFUSED = 4
"""Nobody listens there: a server that starts anew does so soon, a wrong address never."""
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
_LONGEST_ASKED_S = 300.0
"""A server that asks for more is given up on."""
_TIMEOUT_S = 60.0
_READ_BYTES = 1 << 20
_TOO_SLOW, _TOO_MANY = 408, 429
_SERVER_FAILS = 500
_NOT_IMPLEMENTED, _FULL = 501, 507


class Unreachable(RemoteError):
    """No server answers, or the connection broke: another try may do better."""


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
        self._trusts: dict[str, ssl.SSLContext] = {}

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
        for number in range(1, tries + 1):
            asked = 0.0
            try:
                answer = self._send(method, url, headers or {}, body)
            except (ConnectionError, TimeoutError, OSError) as error:
                if number >= _most_tries(error, tries):
                    raise unreachable(url, error) from error
            else:
                asked = asked_s(answer.headers.get("retry-after"), time.time())
                if number == tries or asked > _LONGEST_ASKED_S or not may_pass(answer.status):
                    return answer
                answer.close()
            self.pause(number, asked)
        raise AssertionError("a request is tried at least once")

    def pause(self, failures: int, asked: float = 0.0) -> None:
        """Wait after so many failures in a row, or as long as a server asked for."""
        usual = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** (failures - 1))
        self._wait(max(usual, asked) * (1 + random.random() / 4))  # noqa: S311 - spread

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            free, self._free = self._free, {}
        for connections in free.values():
            for connection in connections:
                connection.close()

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: Body | None) -> Answer:
        from http.client import HTTPException

        place, target, known = _addressed(url)
        connection, is_kept = self._connection(place)
        known |= headers
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
        proxy = proxy_for(scheme, host, os.environ)
        if scheme == "https":
            at = host if proxy is None else f"{proxy.host}:{proxy.port}"
            secure = HTTPSConnection(at, timeout=_TIMEOUT_S, context=self._trusted(host))
            if proxy is not None:
                secure.set_tunnel(host, headers=proxy.headers)
            return secure, False
        at = host if proxy is None else f"{proxy.host}:{proxy.port}"
        return HTTPConnection(at, timeout=_TIMEOUT_S), False

    def _trusted(self, host: str) -> ssl.SSLContext:
        with self._guard:
            if host not in self._trusts:
                self._trusts[host] = trust(host)
            return self._trusts[host]


def unreachable(url: str, error: Exception) -> Unreachable:
    """Give the error for a server that does not answer, or breaks off."""
    import ssl

    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    hint = f"see whether it runs and answers: curl -I {parts.scheme}://{host}/"
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = f"if it is your own, put its CA's certificate at /etc/docker/certs.d/{host}/ca.crt"
    told = str(error) or repr(error)
    try:
        proxy = proxy_for(parts.scheme, host, os.environ)
    except RemoteError:
        proxy = None
    if proxy is not None:
        told = f"by way of the proxy {proxy.host}:{proxy.port}: {told}"
        hint = "see that HTTPS_PROXY is right, or name the host in NO_PROXY"
    return Unreachable(f"{host}: cannot be reached: {told}", hint=hint)


def _addressed(url: str) -> tuple[tuple[str, str], str, dict[str, str]]:
    """Give scheme and host of a URL, what is asked for there, and the headers that this needs."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    known = {"User-Agent": f"modelcompose/{__version__}"}
    if user:  # some servers lead to others with a user in the address; it is shown in no error
        known["Authorization"] = f"Basic {base64.b64encode(unquote(user).encode()).decode()}"
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    proxy = proxy_for("http", host, os.environ) if parts.scheme == "http" else None
    if proxy is not None:  # it is told the whole address, and shown who asks
        known |= {"Host": host, **proxy.headers}
        target = f"http://{host}{target}"
    return (parts.scheme, host), target, known


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


def asked_s(text: str | None, now: float) -> float:
    """Give how long a `Retry-After` asks to wait from `now` on, in seconds; 0 for none."""
    if text is None:
        return 0.0
    if text.isdecimal():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except ValueError:
        return 0.0


def may_pass(status: int) -> bool:
    """Whether a server that answers this may answer better later."""
    if status in {_TOO_SLOW, _TOO_MANY}:
        return True
    return status >= _SERVER_FAILS and status not in {_NOT_IMPLEMENTED, _FULL}


def _most_tries(error: OSError, tries: int) -> int:
    """Give how often is tried what failed like this."""
    import socket
    import ssl

    is_certificate = isinstance(error, ssl.SSLError) and any(
        word in (error.reason or "") for word in ("CERTIFICATE", "ALERT")
    )
    # No such host, a certificate that one side does not take, a proxy that refuses.
    if is_certificate or isinstance(error, socket.gaierror) or "Tunnel" in str(error):
        return 1
    return min(tries, _TRIES_IF_REFUSED) if isinstance(error, ConnectionRefusedError) else tries
