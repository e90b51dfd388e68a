"""A call: JSON in, a value of ours to a function, its answer out as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import copy_context
from typing import Any, TypeVar
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct
from starlette.routing import Route

from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError, error_answer
from modelcompose.hub.texts import check_texts

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_LIMIT_BYTES = 32 * 1024 * 1024
"""MLflow lets the profile of a data set alone have 16 MB."""

_EMPTY = b"{}"

_Request = TypeVar("_Request", bound=Struct)


def call(  # noqa: PLR0913 - what a route is, each by name
    hub: Hub,
    path: str,
    handle: Callable[[Hub, _Request], Struct | bytes | None],
    request: type[_Request],
    *,
    methods: tuple[str, ...] = ("POST",),
    is_long: bool = False,
    limit: int = BODY_LIMIT_BYTES,
) -> Route:
    """Make a route of a function that answers one request.

    Args:
        hub: what the function works with.
        path: with the names of path parameters in braces; they are fields of the request.
        handle: takes the hub and the request; gives a value to be written as JSON, JSON as
            bytes, or nothing for an empty object.
        request: read from the body, for GET and DELETE without a body from the query string.
        methods: of HTTP.
        is_long: whether it may take more than a few milliseconds; it then runs in a thread.
        limit: how many bytes a body may have.
    """
    endpoint = JsonCall(hub, handle, request, is_long=is_long, limit=limit)
    return Route(path, endpoint, methods=list(methods))


class JsonCall:
    """One function as an ASGI application."""

    def __init__(
        self,
        hub: Hub,
        handle: Callable[[Hub, Any], Struct | bytes | None],
        request: type[Struct],
        *,
        is_long: bool,
        limit: int,
    ) -> None:
        self._hub = hub
        self._handle = handle
        self.takes = request
        self._lists = _list_fields(request)
        self._decode = msgspec.json.Decoder(request, strict=False).decode
        # A thread costs more than most calls do; PostgreSQL makes every call wait for a server.
        self._in_thread = is_long or hub.database.dialect == "postgresql"
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            body = await read_body(receive, self._limit)
            if self._in_thread:
                loop = asyncio.get_running_loop()
                # The context says who calls, and does not go into a thread by itself.
                run = copy_context().run
                answer = await loop.run_in_executor(
                    self._hub.threads, run, self._answer, scope, body
                )
            else:
                answer = self._answer(scope, body)
        except Exception as error:
            told = error_answer(error)
            if told is None:
                raise
            await send_json(send, *told)
        else:
            await send_json(send, 200, answer)

    def _answer(self, scope: Scope, body: bytes) -> bytes:
        try:
            check_texts(body, scope["query_string"], scope.get("path_params") or {})
            request = self._request(scope, body)
        except (UnicodeDecodeError, RecursionError) as error:
            raise MlflowError("BAD_REQUEST", f"The request body is no JSON: {error}") from error
        answer = self._handle(self._hub, request)
        if answer is None:
            return _EMPTY
        return answer if isinstance(answer, bytes) else _encode(answer)

    def _request(self, scope: Scope, body: bytes) -> Any:
        parameters = scope.get("path_params")
        if body and not parameters:
            return self.read(body)
        if body:
            fields = msgspec.json.decode(body, type=dict[str, Any])
        else:
            fields = self._query(scope["query_string"])
        return msgspec.convert({**fields, **(parameters or {})}, self.takes, strict=False)

    def read(self, body: bytes) -> Any:
        """Read a request from its body."""
        return self._decode(body)

    def _query(self, text: bytes) -> dict[str, Any]:
        values = parse_qs(text.decode("latin-1"), keep_blank_values=True)
        return {name: got if name in self._lists else got[-1] for name, got in values.items()}


async def read_body(receive: Receive, limit: int) -> bytes:
    """Read a request's body.

    Raises:
        MlflowError: it is longer than `limit` bytes.
    """
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body", False):
        pieces, size = [body], len(body)
        while message.get("more_body", False):
            message = await receive()
            piece = message.get("body", b"")
            size += len(piece)
            if size > limit:
                break
            pieces.append(piece)
        else:
            return b"".join(pieces)
    elif len(body) <= limit:
        return body
    raise MlflowError("INVALID_PARAMETER_VALUE", f"The request has more than {limit} bytes.")


async def send_json(send: Send, status: int, body: bytes, media: str = "application/json") -> None:
    """Answer with JSON, or with a body of another kind."""
    kind = (b"content-type", media.encode())
    headers = [kind, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_encode = msgspec.json.Encoder().encode


def _list_fields(request: type[Struct]) -> frozenset[str]:
    return frozenset(
        field.encode_name
        for field in msgspec.structs.fields(request)
        if getattr(field.type, "__origin__", None) in (list, tuple)
    )
