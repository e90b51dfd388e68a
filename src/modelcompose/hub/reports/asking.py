"""The hubs that a report is filled from: one in this process, or one over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

import msgspec
from starlette.routing import compile_path

from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.api.endpoint import Endpoint, check_text, problem_of
from modelcompose.hub.artifacts.paths import parts_of
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.sending.remote import ARTIFACTS, Refused, Remote
from modelcompose.reporting.asking import Query

_Answer = TypeVar("_Answer")
_MISSING = 404
_encode = msgspec.json.Encoder(enc_hook=str).encode


class InProcess:
    """The hub of this process, asked as whoever calls; nothing goes over a wire."""

    def __init__(self, hub: Hub) -> None:
        """Take the hub."""
        self._hub = hub

    def get(self, path: str, query: Query, gives: type[_Answer]) -> _Answer:
        """Call the API; see `reporting.asking.Hub`."""
        endpoint, fields = _endpoint(path)
        fields |= query
        check_text(fields)
        try:
            asked = msgspec.convert(fields, endpoint.takes, strict=False)
            answer = endpoint.handle(self._hub, asked)
        except (MlflowError, msgspec.ValidationError) as error:
            status, problem = problem_of(error)
            kind = NotFound if status == _MISSING else UsageError
            raise kind(problem.message, hint=problem.hint) from error
        text = answer if isinstance(answer, bytes) else _encode(answer)
        return msgspec.json.decode(text, type=gives)

    def read(self, url: str, limit_bytes: int) -> bytes:
        """Read an artifact; its run was asked for before, and may be seen."""
        reading = self._hub.artifacts.open(parts_of(unquote(url.removeprefix(ARTIFACTS))))
        try:
            _check_size(url, reading.size_bytes, limit_bytes)
            return b"".join(reading.chunks(0, reading.size_bytes))
        finally:
            reading.close()


class OverHttp:
    """A shared hub, asked with the user's token."""

    def __init__(self, remote: Remote) -> None:
        """Take the connection, which stays the caller's to close."""
        self._remote = remote

    def get(self, path: str, query: Query, gives: type[_Answer]) -> _Answer:
        """Call the API; see `reporting.asking.Hub`."""
        asked = urlencode(query, doseq=True)
        try:
            return self._remote.call("GET", f"{path}?{asked}" if asked else path, None, gives)
        except Refused as error:
            raise self._translated(error) from error

    def read(self, url: str, limit_bytes: int) -> bytes:
        """Read an artifact."""
        try:
            content = self._remote.read(url)
        except Refused as error:
            raise self._translated(error) from error
        _check_size(url, len(content), limit_bytes)
        return content

    def _translated(self, error: Refused) -> NotFound | UsageError:
        kind = NotFound if error.status == _MISSING else UsageError
        return kind(f"{self._remote.hub}: {error.message}")


def _check_size(url: str, size_bytes: int, limit_bytes: int) -> None:
    if size_bytes > limit_bytes:
        raise UsageError(f"{url}: {size_bytes} bytes, where {limit_bytes} are the most")


def _endpoint(path: str) -> tuple[Endpoint, dict[str, Any]]:
    for pattern, endpoint in _patterns():
        match = pattern.fullmatch(path)
        if match:
            return endpoint, {name: unquote(text) for name, text in match.groupdict().items()}
    raise NotFound(f"the hub has no call {path}")


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[Any, Endpoint]]:
    return list(_compiled())


def _compiled() -> Iterator[tuple[Any, Endpoint]]:
    from modelcompose.hub.api.routes import endpoints  # whose table has the reports in it, too

    found = [one for one in endpoints() if one.method == "GET"]
    for one in sorted(found, key=lambda one: "{" in one.path):
        yield compile_path(one.path)[0], one
