"""Who a browser's user is, and the cookie that holds their token where no script reads it.

`POST` takes the token from the `Authorization` header, which `hub.access` has looked at before;
from then on the browser sends the cookie, also for images and the stream of events.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from modelcompose.hub.access import COOKIE, secret_of
from modelcompose.hub.api.endpoint import Endpoint, Nothing, Problem
from modelcompose.hub.calls import send_json
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import Role, caller

PATH = "/session"
_KEPT_S = 30 * 24 * 3600
_ORDER: tuple[Role, ...] = ("admin", "writer", "reader")


class SessionState(Struct, frozen=True):
    """Who calls, and what they may do."""

    role: Role
    """The highest that they have in any project."""
    grants: Mapping[str, Role]
    """By project; "" stands for all."""
    token: str | None
    """The token's id; null for somebody on the hub's machine, who needs none."""
    home: str | None = None
    """The hub's home folder, told to somebody on its machine."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint(PATH, _get, Nothing, SessionState, is_quick=True)]


def described() -> list[Endpoint]:
    """Give what `Sessions` answers, for the document."""
    return [
        Endpoint(PATH, _begin, Nothing, Nothing, method="POST"),
        Endpoint(PATH, _end, Nothing, Nothing, method="DELETE"),
    ]


class Sessions:
    """Sets and removes the cookie."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer a request."""
        headers = dict(scope["headers"])
        secret = secret_of(headers)
        if scope["method"] == "POST" and secret is None:
            problem = Problem(
                "unauthenticated", "session: there is no token in the Authorization header"
            )
            await send_json(send, 401, msgspec.json.encode(problem))
            return
        is_secure = b"https" in (scope["scheme"].encode(), headers.get(b"x-forwarded-proto"))
        cookie = _cookie(secret if scope["method"] == "POST" else None, is_secure=is_secure)
        answer = [(b"content-type", b"application/json"), (b"content-length", b"2"), cookie]
        await send({"type": "http.response.start", "status": 200, "headers": answer})
        await send({"type": "http.response.body", "body": b"{}"})


def _get(hub: Hub, _: Nothing) -> SessionState:
    """Tell who calls, and what they may do."""
    principal = caller.get()
    role: Role = next((one for one in _ORDER if principal.may_somewhere(one)), "reader")
    home = str(hub.home.resolve()) if principal.token is None else None
    return SessionState(role, principal.grants, principal.token, home)


def _begin(_hub: Hub, _: Nothing) -> None:
    """Keep the token of the Authorization header in a cookie of this browser."""


def _end(_hub: Hub, _: Nothing) -> None:
    """Forget the token of this browser."""


def _cookie(secret: str | None, *, is_secure: bool) -> tuple[bytes, bytes]:
    # No script reads it, and no other site's page makes the browser send it.
    lasts = 0 if secret is None else _KEPT_S
    text = f"{COOKIE}={secret or ''}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict"
    return b"set-cookie", (text + ("; Secure" if is_secure else "")).encode("latin-1")
