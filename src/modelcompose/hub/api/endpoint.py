"""An endpoint of our API: what it takes and gives, as values; HTTP and OpenAPI follow from them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from inspect import cleandoc
from typing import Any, Literal, get_origin
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from modelcompose.errors import (
    AlreadyExists,
    Busy,
    ModelComposeError,
    NotFound,
    StorageFull,
    UsageError,
)
from modelcompose.hub.calls import read_body, send_json
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import STATUS, MlflowError
from modelcompose.hub.tokens.principal import Role, caller

ROOT = "/api/v1"
BODY_LIMIT_BYTES = 16 * 1024 * 1024

_STATUS: dict[type[ModelComposeError], int] = {
    NotFound: 404,
    AlreadyExists: 409,
    Busy: 409,
    UsageError: 400,
    StorageFull: 507,
}
_CODES = {"PERMISSION_DENIED": "forbidden", "UNAUTHENTICATED": "unauthenticated"}


class Problem(Struct, frozen=True):
    """What went wrong: where and what, then how to mend it."""

    code: str
    message: str
    hint: str | None = None


class Nothing(Struct, frozen=True):
    """No parameters, or no answer."""


class Endpoint(Struct, frozen=True):
    """One call of the API."""

    path: str
    """After `/api/v1`, with the names of path parameters in braces."""
    handle: Callable[[Hub, Any], Any]
    """Takes the hub and the parameters; a body is their field `body`."""
    takes: type[Struct]
    """Parameters of the path and the query; lists are separated by commas, or repeated."""
    gives: Any
    """The answer's type; bytes are JSON that is ready."""
    method: Literal["GET", "PUT", "POST", "DELETE"] = "GET"
    is_quick: bool = False
    """Whether it takes a millisecond at most, and may run in the event loop with SQLite."""
    role: Role = "reader"
    media: str = "application/json"

    @property
    def name(self) -> str:
        """Give its name in the document, such as `get_runs_log`."""
        words = [part for part in self.path.split("/") if part and "{" not in part]
        ending = "_one" if self.path.endswith("}") else ""
        return "_".join([self.method.lower(), *words]).replace("-", "_") + ending

    @property
    def summary(self) -> str:
        """Give the first line of what its function says of itself."""
        return (self.handle.__doc__ or "").strip().partition("\n")[0]

    @property
    def description(self) -> str:
        """Give what its function says of itself beyond the first line."""
        return cleandoc(self.handle.__doc__ or "").partition("\n")[2].strip()


class ApiCall:
    """An endpoint as an ASGI application."""

    def __init__(self, hub: Hub, endpoint: Endpoint) -> None:
        """Take what the endpoint works with."""
        self._hub = hub
        self._endpoint = endpoint
        self._lists = lists_of(endpoint.takes)
        self._in_thread = not endpoint.is_quick or hub.database.dialect == "postgresql"
        self._encode = msgspec.json.Encoder(enc_hook=str).encode

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            check_role(self._endpoint.role)
            has_body = self._endpoint.method in ("PUT", "POST")
            body = await read_body(receive, BODY_LIMIT_BYTES) if has_body else b""
            work = partial(self._answer, scope, body)
            if self._in_thread:
                loop = asyncio.get_running_loop()
                # The context says who calls, and does not go into a thread by itself.
                context = copy_context()
                answer = await loop.run_in_executor(self._hub.threads, context.run, work)
            else:
                answer = work()
        except (ModelComposeError, MlflowError, msgspec.MsgspecError, RecursionError) as error:
            status, problem = problem_of(error)
            await send_json(send, status, msgspec.json.encode(problem))
        else:
            await send_json(send, 200, answer, self._endpoint.media)

    def _answer(self, scope: Scope, body: bytes) -> bytes:
        fields = query_fields(scope["query_string"], self._lists)
        fields |= scope.get("path_params") or {}
        if body:
            fields["body"] = msgspec.json.decode(body)
        check_text(fields)
        asked = msgspec.convert(fields, self._endpoint.takes, strict=False)
        answer = self._endpoint.handle(self._hub, asked)
        return answer if isinstance(answer, bytes) else self._encode(answer)


def check_text(value: Any) -> None:
    """Check that no text has a NUL, which PostgreSQL does not take.

    Raises:
        UsageError: one has.
    """
    if isinstance(value, str) and "\0" in value:
        raise UsageError(f"request: a text with a NUL: {value[:100]!r}")
    if isinstance(value, dict):
        check_text(list(value))
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            check_text(one)


def check_role(role: Role) -> None:
    """Check that the caller has a role in some project.

    Raises:
        MlflowError: they have it in none.
    """
    if not caller.get().may_somewhere(role):
        raise MlflowError("PERMISSION_DENIED", f"This token is no {role} anywhere.")


def query_fields(text: bytes, lists: frozenset[str]) -> dict[str, Any]:
    """Read a query string; a list is separated by commas, or repeated.

    Raises:
        UsageError: it is no UTF-8.
    """
    try:
        values = parse_qs(text.decode("latin-1"), keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        raise UsageError(f"query: cannot be read: {error}") from error
    return {
        name: _split(got) if name in lists else got[-1]
        for name, got in values.items()
        if name != "body"
    }


def problem_of(error: Exception) -> tuple[int, Problem]:
    """Give the HTTP status and the words for an error."""
    if isinstance(error, ModelComposeError):
        status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 503)
        return status, Problem(error.code, error.message, error.hint)
    if isinstance(error, MlflowError):
        code = _CODES.get(error.code, "usage")
        return STATUS[error.code], Problem(code, error.message)
    return 400, Problem("usage", f"request: {error}")


def lists_of(takes: type[Struct]) -> frozenset[str]:
    """Give the names of parameters that are lists."""
    return frozenset(
        field.encode_name
        for field in msgspec.structs.fields(takes)
        if get_origin(field.type) in (list, tuple) or _holds_list(field.type)
    )


def _holds_list(kind: Any) -> bool:
    return any(get_origin(one) in (list, tuple) for one in getattr(kind, "__args__", ()))


def _split(values: list[str]) -> list[str]:
    """Cut at commas that are not inside of quotes."""
    found: list[str] = []
    for value in values:
        piece, quote = "", ""
        for sign in value:
            if sign in "\"'`":
                quote = "" if quote == sign else quote or sign
            if sign == "," and not quote:
                found.append(piece)
                piece = ""
            else:
                piece += sign
        found.append(piece)
    return [piece.strip() for piece in found if piece.strip()]
