"""A shared hub as the sender sees it: calls of its API over one connection that is kept."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

from modelcompose.errors import ModelComposeError
from modelcompose.hub.sending.destinations import LOOPBACK

CONNECT_S = 1.0
TLS_S = 3.0
ANSWER_S = 30.0
BLOCK_BYTES = 1 << 20
LONGEST_ANSWER_BYTES = 16 << 20

_UNAUTHENTICATED = 401
_LATER = frozenset({408, 425, 429, 502, 503, 504, 507})
_OK = range(200, 300)
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/"
"""What the addresses of artifacts begin with."""
_Answer = TypeVar("_Answer")


class Away(ModelComposeError):
    """The hub does not answer, or cannot work now: later it may."""

    code = "hub-away"


class Denied(ModelComposeError):
    """The hub does not know the token, or wants one."""

    code = "hub-denied"


class Refused(ModelComposeError):
    """The hub does not take what it was sent; sending it again changes nothing."""

    code = "hub-refused"

    def __init__(self, status: int, message: str) -> None:
        """Take what the hub answered."""
        super().__init__(message)
        self.status = status


class FileChanged(Exception):
    """A file became shorter, or went away, while it was sent; nothing of it was taken."""


class Remote:
    """One hub. For one thread at a time.

    Methods raise `Away`, `Denied` or `Refused`.
    """

    def __init__(self, hub: str, token: str | None) -> None:
        """Take its address and a token; nothing is sent yet."""
        self.hub = hub
        self._parts = urlsplit(hub)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._connection: HTTPConnection | None = None
        self._before = ""
        """What a proxy wants to have before each path."""

    def call(self, method: str, path: str, body: Any, gives: type[_Answer]) -> _Answer:
        """Call the API: a value as JSON, the answer as a value.

        Args:
            method: of HTTP.
            path: after `/api/v1`.
            body: what `msgspec` can write.
            gives: the answer's type.
        """
        data = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": "application/json"}
        answer = self._ask(method, f"/api/v1{path}", data, headers)
        try:
            return msgspec.json.decode(answer, type=gives)
        except msgspec.MsgspecError as error:
            raise Away(f"{self.hub}: what answers there is no hub of this kind: {error}") from error

    def upload(self, place: str, file: Path, size_bytes: int) -> None:
        """Send a file as an artifact; it is there as a whole, or not at all.

        Args:
            place: where it goes, from the root of all artifacts.
            file: it must keep its length meanwhile.
            size_bytes: that length.

        Raises:
            FileChanged: it did not keep it.
        """
        headers = {"Content-Length": str(size_bytes), "Content-Type": "application/octet-stream"}
        self._ask("PUT", ARTIFACTS + quote(place), _Blocks(file, size_bytes), headers)

    def read(self, path: str) -> bytes:
        """Read what is at a path of the hub, up to `LONGEST_ANSWER_BYTES` of it."""
        return self._ask("GET", path, None, {})

    def close(self) -> None:
        """Give back the connection; another call opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> bytes:
        is_kept = self._connection is not None
        try:
            return self._once(method, path, body, headers)
        except (OSError, HTTPException) as error:
            if not is_kept or isinstance(error, TimeoutError):
                raise self._away(error) from error
        try:  # the hub closes connections that it heard nothing on
            return self._once(method, path, body, headers)
        except (OSError, HTTPException) as error:
            raise self._away(error) from error

    def _once(self, method: str, path: str, body: Any, headers: dict[str, str]) -> bytes:
        try:
            connection = self._connected()
            target = self._before + self._parts.path + path
            connection.request(method, target, body, headers | self._headers)
            answer = connection.getresponse()
            text = answer.read(LONGEST_ANSWER_BYTES)
        except BaseException:
            self.close()  # it is in the middle of something
            raise
        if answer.status in _OK:
            return text
        if not answer.isclosed():
            self.close()
        raise self._told(answer, text)

    def _connected(self) -> HTTPConnection:
        if self._connection is None:
            connection = self._new_connection()
            connection.blocksize = BLOCK_BYTES
            connection.connect()
            connection.sock.settimeout(ANSWER_S)
            self._connection = connection
        return self._connection

    def _new_connection(self) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        proxy = _proxy(self._parts.scheme, self._parts.netloc)
        if self._parts.scheme == "http":
            if proxy is None:
                return HTTPConnection(host, port, timeout=CONNECT_S)
            self._before = f"http://{self._parts.netloc}"
            return HTTPConnection(proxy.hostname or "", proxy.port or 80, timeout=CONNECT_S)
        context = ssl.create_default_context()
        if proxy is None:
            return HTTPSConnection(host, port, timeout=TLS_S, context=context)
        place = (proxy.hostname or "", proxy.port or 80)
        connection = HTTPSConnection(*place, timeout=TLS_S, context=context)
        connection.set_tunnel(host, port or 443)
        return connection

    def _told(self, answer: HTTPResponse, text: bytes) -> ModelComposeError:
        message = f"it answered {answer.status}"
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            said = msgspec.json.decode(text)
            if isinstance(said, dict) and isinstance(said.get("message"), str):
                message = said["message"][:500]
        if answer.status == _UNAUTHENTICATED:
            return Denied(
                f"{self.hub}: {message}",
                hint=f"modelcompose hub login {self.hub}, or set MODELCOMPOSE_HUB_TOKEN",
            )
        if answer.status in _LATER:
            return Away(f"{self.hub}: {message}")
        return Refused(answer.status, message)

    def _away(self, error: Exception) -> Away:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return Away(f"{self.hub}: it does not answer: {reason}")


def _proxy(scheme: str, host: str) -> SplitResult | None:
    """Give the proxy that the environment names for a host, None for none."""
    from urllib.request import getproxies, proxy_bypass

    name = urlsplit(f"//{host}").hostname or ""
    address = getproxies().get(scheme)
    if not address or name in LOOPBACK or proxy_bypass(host):
        return None
    return urlsplit(address if "://" in address else f"http://{address}")


class _Blocks:
    """The bytes of a file in pieces, as often as it is asked for them."""

    def __init__(self, file: Path, size_bytes: int) -> None:
        self._file = file
        self._size_bytes = size_bytes

    def __iter__(self) -> Iterator[bytes]:
        try:
            file = self._file.open("rb")
        except OSError as error:
            raise FileChanged(str(self._file)) from error
        left = self._size_bytes
        with file:
            while left > 0:
                block = file.read(min(BLOCK_BYTES, left))
                if not block:
                    raise FileChanged(str(self._file))
                left -= len(block)
                yield block
