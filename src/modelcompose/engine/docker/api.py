"""The Docker Engine API: a thin client for what the CLI cannot do, or not fast enough.

docker-py costs 0.1 s of CPU to import; this needs a dozen calls.

Source: https://docs.docker.com/reference/api/engine/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from modelcompose.engine.docker.endpoint import Endpoint
from modelcompose.engine.docker.http import Response, request
from modelcompose.errors import EngineError, EngineUnavailable

NEWEST_VERSION = (1, 51)
"""The newest API version this client was written for; an older engine's own is used."""

_CALL_TIMEOUT_S = 300.0
_PING_TIMEOUT_S = 5.0
_NOT_FOUND = 404
_FIRST_ERROR = 400

Query = Mapping[str, Any]
NOTHING: Query = MappingProxyType({})


class Refusal(EngineError):
    """The Docker engine answered with an error.

    Attributes:
        status: the HTTP status.
        reason: the engine's own words.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"the Docker engine refused: {reason}")
        self.status = status
        self.reason = reason


class Api:
    """Speaks with one engine. Serves many threads; opens nothing until it is used."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._prefix: str | None = None

    def ping(self) -> str:
        """Give the engine's own name and version, such as `docker 28.5.2`.

        Raises:
            EngineUnavailable: no engine answers; says why.
        """
        response = self._open("GET", "/_ping", timeout_s=_PING_TIMEOUT_S)
        try:
            response.body()
        finally:
            response.close()
        theirs = _version(response.headers.get("api-version", ""))
        self._prefix = "/v{}.{}".format(*min(theirs or NEWEST_VERSION, NEWEST_VERSION))
        server = response.headers.get("server", "Docker/?").split(" ")[0]
        name, _, version = server.partition("/")
        return f"{name.lower()} {version.partition('+')[0]}"

    def get(self, path: str, query: Query = NOTHING) -> Any:
        """Give the answer's JSON.

        Raises:
            Refusal: the engine says no.
            EngineUnavailable: no engine answers.
            EngineLost: it hung up in the middle.
        """
        return self._call("GET", path, query)

    def find(self, path: str, query: Query = NOTHING) -> Any | None:
        """Give the answer's JSON, or None where there is no such thing."""
        try:
            return self.get(path, query)
        except Refusal as refusal:
            if refusal.status == _NOT_FOUND:
                return None
            raise

    def post(self, path: str, query: Query = NOTHING, body: object = None) -> Any:
        """Have something done; errors as in `get`."""
        return self._call("POST", path, query, body)

    def delete(self, path: str, query: Query = NOTHING) -> Any:
        """Have something removed; errors as in `get`."""
        return self._call("DELETE", path, query)

    def stream(self, method: str, path: str, query: Query = NOTHING) -> Response:
        """Open an answer that comes as things happen; the caller closes it."""
        response = self._open(method, self._target(path, query))
        if response.status >= _FIRST_ERROR:
            try:
                raise _refusal(response)
            finally:
                response.close()
        return response

    def start(self, path: str, timeout_s: float) -> Response:
        """Start what was prepared, and give its output as it comes; the caller closes it.

        Args:
            path: as in `post`.
            timeout_s: how long nothing may come before EngineLost is raised.
        """
        body = msgspec.json.encode({"Detach": False, "Tty": False})
        response = self._open("POST", self._target(path, NOTHING), body, timeout_s)
        if response.status >= _FIRST_ERROR:
            try:
                raise _refusal(response)
            finally:
                response.close()
        return response

    def upload(self, method: str, path: str, query: Query, parts: Iterable[bytes]) -> None:
        """Send a tar stream as it is made; errors as in `get`."""
        from modelcompose.engine.docker.uploading import upload

        target = self._target(path, query)
        place = self.endpoint.socket
        if place is None:
            raise remote(self.endpoint)
        try:
            response = upload(place, method, target, parts)
        except OSError as error:
            raise EngineUnavailable(
                f"{place}: no Docker engine answers there: {error.strerror or error}",
                hint="start Docker",
            ) from error
        try:
            if response.status >= _FIRST_ERROR:
                raise _refusal(response)
            response.body()
        finally:
            response.close()

    def _call(self, method: str, path: str, query: Query, body: object = None) -> Any:
        data = None if body is None else msgspec.json.encode(body)
        response = self._open(method, self._target(path, query), data, timeout_s=_CALL_TIMEOUT_S)
        try:
            if response.status >= _FIRST_ERROR:
                raise _refusal(response)
            answer = response.body()
            return msgspec.json.decode(answer) if answer.strip() else None
        finally:
            response.close()

    def _target(self, path: str, query: Query) -> str:
        if self._prefix is None:
            self.ping()
        question = f"?{urlencode(_plain(query))}" if query else ""
        return f"{self._prefix}{quote(path, safe='/:@')}{question}"

    def _open(
        self, method: str, target: str, body: bytes | None = None, timeout_s: float | None = None
    ) -> Response:
        path = self.endpoint.socket
        if path is None:
            raise remote(self.endpoint)
        try:
            return request(path, method, target, body, timeout_s)
        except PermissionError as error:
            raise EngineUnavailable(
                f"{path}: permission denied: this user may not use the Docker engine",
                hint="sudo usermod -aG docker $USER, then log in again",
            ) from error
        except OSError as error:
            raise EngineUnavailable(
                f"{path}: no Docker engine answers there: {error.strerror or error}",
                hint="start Docker, or use --engine process",
            ) from error


@cache
def connect(endpoint: Endpoint) -> Api:
    """Give the client of an engine: one for each, so that its version is asked once."""
    return Api(endpoint)


def remote(endpoint: Endpoint, mounts: str = "") -> EngineUnavailable:
    """Say that an engine on another machine cannot run steps; `mounts` says what it misses."""
    what = mounts or "the project's files"
    return EngineUnavailable(
        f"{endpoint.origin} is the Docker engine at {endpoint.host}, on another machine, "
        f"which cannot see {what}",
        hint="docker context use default (and unset DOCKER_HOST), or use --engine process",
    )


def _refusal(response: Response) -> Refusal:
    text = response.body()
    try:
        reason = msgspec.json.decode(text)["message"]
    except (msgspec.MsgspecError, KeyError, TypeError):
        reason = text.decode(errors="replace").strip() or f"HTTP status {response.status}"
    return Refusal(response.status, str(reason))


def _plain(query: Query) -> dict[str, str]:
    """Write a query as the API wants it: filters as JSON, claims as 1 and 0."""
    return {
        name: msgspec.json.encode(value).decode()
        if isinstance(value, dict)
        else str(int(value))
        if isinstance(value, bool)
        else str(value)
        for name, value in query.items()
    }


def _version(text: str) -> tuple[int, int] | None:
    major, _, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None
