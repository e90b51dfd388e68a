"""Who may call the hub: tokens, Host, Origin and CORS, before any route is looked at.

- A call to a loopback address needs no token, and may do everything; its Host must name this
  machine and its Origin, where a browser sends one, must be the hub's own. A page of a stranger,
  also one whose name leads to 127.0.0.1, is refused.
- A call to any other address, or through a proxy, needs a token: `Authorization: Bearer …`
  (MLflow: `MLFLOW_TRACKING_TOKEN`), or as the password of Basic authentication.
- A token that is sent is always looked at, on loopback too: a run's token stays one.
- A browser that gave its token keeps it in a cookie, which is looked at where a token is needed;
  what it changes must come from the hub's own pages.
- An address that fails too often waits.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Callable, Collection, MutableMapping
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modelcompose.errors import ModelComposeError
from modelcompose.hub import guarding, origins
from modelcompose.hub.calls import BODY_LIMIT_BYTES, read_body, send_json
from modelcompose.hub.filtering import filtered, is_filtered
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError, error_answer
from modelcompose.hub.pages import is_page
from modelcompose.hub.tokens import store
from modelcompose.hub.tokens.failures import Failures
from modelcompose.hub.tokens.principal import OWNER, Principal, caller
from modelcompose.hub.touching import Call

KNOWN_S = 5.0
"""How long a token is known without being looked up; a revoked one works so long at most."""

COOKIE = "modelcompose_token"
"""The cookie of a browser that gave its token."""

_USED_S = 60.0
_KNOWN = 10_000
_OPEN = frozenset({"/health", "/version"})
_CHALLENGE = (b"www-authenticate", b'Bearer realm="modelcompose"')

_IN_COOKIES = re.compile(rf"(?:^|;)\s*{COOKIE}=([^;\s]+)")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_T = TypeVar("_T")
Headers = dict[bytes, bytes]


class Rules(Struct, frozen=True):
    """What a hub's owner allows beside the defaults."""

    hosts: Collection[str] = ()
    """Further names that a Host header may have where no token is sent."""
    origins: Collection[str] = ()
    """Origins whose pages may call the hub, such as `https://lab.example.org`."""
    is_closed: bool = False
    """Whether every call needs a token, also one to a loopback address."""


class Access:
    """Wraps an ASGI application; `Principal` of a call is in `principal.caller`."""

    def __init__(
        self,
        app: ASGIApp,
        hub: Hub,
        rules: Rules | None = None,
        calls: Collection[str] = (),
    ) -> None:
        """Take what is to be guarded, and what the paths of calls begin with: others are pages."""
        self._app = app
        self._calls = calls
        self._hub = hub
        self._rules = rules or Rules()
        self._failures = Failures({})
        self._known: dict[str, tuple[float, Principal]] = {}
        self._touched: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, or refuse it."""
        is_open = scope["type"] != "http" or self._is_page(scope)
        if is_open:
            await self._app(scope, receive, send)
            return
        headers: Headers = dict(scope["headers"])
        try:
            send = self._with_cross_origin(headers, send)
            if _is_preflight(scope, headers):
                await self._preflight(headers, send)
                return
            principal = await self._principal(scope, headers)
            receive, send = await self._guarded(principal, scope, receive, send)
        except (MlflowError, ModelComposeError) as error:  # also: the database is away
            await self._refuse(error, send)
            return
        reset = caller.set(principal)
        try:
            await self._app(scope, receive, send)
        finally:
            caller.reset(reset)

    def _is_page(self, scope: Scope) -> bool:
        return bool(self._calls) and is_page(scope["method"], scope["path"], self._calls)

    async def _principal(self, scope: Scope, headers: Headers) -> Principal:
        secret = secret_of(headers)
        if secret is None and self._is_far(scope, headers):
            secret = self._cookie(scope, headers)
        if secret is None and scope["path"] in _OPEN:
            return OWNER
        if secret is not None:
            return await self._holder(secret, (scope.get("client") or ("",))[0])
        if self._is_far(scope, headers):
            raise MlflowError(
                "UNAUTHENTICATED", "A token is needed. Make one: modelcompose hub token create NAME"
            )
        self._check_local(headers)
        return OWNER

    def _cookie(self, scope: Scope, headers: Headers) -> str | None:
        """Give the token of a browser's cookie."""
        found = _IN_COOKIES.search(headers.get(b"cookie", b"").decode("latin-1"))
        if found is None:
            return None
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if scope["method"] not in _SAFE and not origins.is_same_origin(origin, host):
            raise MlflowError("PERMISSION_DENIED", "Only the hub's own pages may change things.")
        return found[1]

    def _is_far(self, scope: Scope, headers: Headers) -> bool:
        """Tell whether a call may come from elsewhere than a program of this machine."""
        server = scope.get("server")
        is_local = origins.is_loopback(server[0] if server else None)
        return self._rules.is_closed or not is_local or origins.is_forwarded(headers)

    def _check_local(self, headers: Headers) -> None:
        host = headers.get(b"host", b"").decode("latin-1")
        if host and not origins.is_local_name(host) and host not in self._rules.hosts:
            raise MlflowError("PERMISSION_DENIED", f"The Host {host!r} is none of this machine.")
        origin = headers.get(b"origin")
        if origin is None:
            return
        text = origin.decode("latin-1")
        if not origins.is_same_origin(text, host) and text not in self._rules.origins:
            raise MlflowError("PERMISSION_DENIED", f"Pages of {text} may not call this hub.")

    async def _holder(self, secret: str, address: str) -> Principal:
        now = self._hub.clock()
        digest = store.hashed(secret)
        known = self._known.get(digest)
        if known is not None and known[0] > now:
            return known[1]
        # Who was let in before does not wait for others behind the same proxy. Nor does a step for
        # those whose run has ended: a closed hub sees all of a machine under few addresses.
        wait_s = 0.0 if known is not None else self._failures.wait_s(address, now)
        if wait_s > 0 and not self._rules.is_closed:
            raise _too_many(wait_s)
        principal = await self._elsewhere(partial(self._look_up, digest, now))
        if principal is None and wait_s > 0:
            raise _too_many(wait_s)
        if principal is None:
            self._known.pop(digest, None)
            self._failures.add(address, now)
            raise MlflowError("UNAUTHENTICATED", "The token is not valid, or no more.")
        if len(self._known) >= _KNOWN:
            self._known.clear()
        # That of a run ends with it, and not some time after: it is looked up each time.
        until = now + KNOWN_S if principal.run is None else 0.0
        self._known[digest] = (until, principal)
        return principal

    def _look_up(self, digest: str, now: float) -> Principal | None:
        with self._hub.database.read() as connection:
            principal = store.find(connection, digest, now)
        token = principal.token if principal else None
        if token is not None and now - self._touched.get(token, 0.0) > _USED_S:
            self._touched[token] = now
            with self._hub.database.write() as connection:
                store.touch(connection, token, now)
        return principal

    async def _guarded(
        self, principal: Principal, scope: Scope, receive: Receive, send: Send
    ) -> tuple[Receive, Send]:
        """Check what a limited caller's call touches; give what reads and answers it now."""
        if principal.run is None and principal.may("admin", [""]):
            return receive, send
        body = b""
        if guarding.needs_body(scope["method"], scope["path"]):
            body = await read_body(receive, BODY_LIMIT_BYTES)
            receive = _again(body, receive)
        call = Call(scope["method"], scope["path"], scope["query_string"], body)
        await self._elsewhere(partial(self._check, principal, call))
        if is_filtered(scope["path"]) and not principal.sees_all:
            send = _Filtering(
                send, partial(self._filter, principal, scope["path"]), self._elsewhere
            )
        return receive, send

    def _check(self, principal: Principal, call: Call) -> None:
        with self._hub.database.read() as connection:
            guarding.check(connection, principal, call)

    def _filter(self, principal: Principal, path: str, body: bytes) -> bytes:
        with self._hub.database.read() as connection:
            return filtered(connection, principal, path, body)

    async def _elsewhere(self, work: Callable[[], _T]) -> _T:
        if self._hub.database.dialect == "sqlite":  # a thread costs more than the work
            return work()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hub.threads, work)

    def _with_cross_origin(self, headers: Headers, send: Send) -> Send:
        origin = headers.get(b"origin", b"").decode("latin-1")
        if not origin or origin not in self._rules.origins:
            return send
        more = origins.cross_origin_headers(origin)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        return sending

    async def _preflight(self, headers: Headers, send: Send) -> None:
        origin = headers[b"origin"].decode("latin-1")
        if origin not in self._rules.origins:
            raise MlflowError("PERMISSION_DENIED", f"Pages of {origin} may not call this hub.")
        allowed = origins.preflight_headers(origin)[2:]  # the first are on every answer
        await send({"type": "http.response.start", "status": 204, "headers": allowed})
        await send({"type": "http.response.body", "body": b""})

    async def _refuse(self, error: MlflowError | ModelComposeError, send: Send) -> None:
        told = error_answer(error)
        assert told is not None  # noqa: S101 - these errors can always be told
        status, body = told
        if status != 401:  # noqa: PLR2004 - HTTP's number for «who are you?»
            await send_json(send, status, body)
            return
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            _CHALLENGE,
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class _Filtering:
    """Holds an answer back until what may not be seen has been left out of it."""

    def __init__(self, send: Send, work: Callable[[bytes], bytes], elsewhere: Any) -> None:
        self._send = send
        self._work = work
        self._elsewhere = elsewhere
        self._start: MutableMapping[str, Any] = {}
        self._pieces: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._pieces.append(message.get("body", b""))
        if message.get("more_body", False):
            return
        body = b"".join(self._pieces)
        if self._start["status"] == 200:  # noqa: PLR2004 - HTTP's number for «here it is»
            body = await self._elsewhere(partial(self._work, body))
        await send_json(self._send, self._start["status"], body)


def _too_many(wait_s: float) -> MlflowError:
    return MlflowError("REQUEST_LIMIT_EXCEEDED", f"Too many wrong tokens; again in {wait_s:.0f} s.")


def secret_of(headers: Headers) -> str | None:
    """Give the token of the Authorization header; empty where it cannot be read."""
    given = headers.get(b"authorization")
    if given is None:
        return None
    scheme, _, rest = given.decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    is_asking = b"origin" in headers and b"access-control-request-method" in headers
    return scope["method"] == "OPTIONS" and is_asking


def _again(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return messages.pop() if messages else await receive()

    return receiving
