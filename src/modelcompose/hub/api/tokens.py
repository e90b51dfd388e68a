"""Tokens: who may do what on this hub, made and revoked by an admin of all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint, Nothing
from modelcompose.hub.api.visibility import check_hub_admin
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens import store
from modelcompose.hub.tokens.principal import Role
from modelcompose.hub.tokens.store import Token

_DAY_S = 86400.0
_Grants = Annotated[Mapping[Annotated[str, Meta(max_length=500)], Role], Meta(min_length=1)]


class TokensAsked(Struct, frozen=True):
    """Which tokens are meant."""

    with_runs: bool = False
    """Also those that were made for one run."""


class Tokens(Struct, frozen=True):
    """Tokens without their secrets, the newest first; also those that are not valid any more."""

    tokens: list[Token]


class NewToken(Struct, frozen=True):
    """A token to make."""

    name: Annotated[str, Meta(max_length=100)]
    """Whose it is, or what for."""
    grants: _Grants
    """Roles by project; "" stands for all."""
    days: Annotated[float, Meta(gt=0, le=36_500)] | None = None
    """How long it is valid; null for as long as it is not revoked."""


class NewTokenOf(Struct, frozen=True):
    """A token to make."""

    body: NewToken


class MadeToken(Struct, frozen=True):
    """A token that was made."""

    id: str
    secret: str
    """It is not kept, and cannot be shown again."""
    expires_at: float | None


class OneToken(Struct, frozen=True):
    """One token, by its id."""

    token: str


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/tokens", _list, TokensAsked, Tokens, role="admin"),
        Endpoint("/tokens", _make, NewTokenOf, MadeToken, method="POST", role="admin"),
        Endpoint("/tokens/{token}", _revoke, OneToken, Nothing, method="DELETE", role="admin"),
    ]


def _list(hub: Hub, asked: TokensAsked) -> Tokens:
    """List the tokens."""
    check_hub_admin()
    with hub.database.read() as connection:
        return Tokens(store.listed(connection, with_runs=asked.with_runs))


def _make(hub: Hub, asked: NewTokenOf) -> MadeToken:
    """Make a token; only this answer tells its secret."""
    check_hub_admin()
    now = hub.clock()
    days = asked.body.days
    expires_at = None if days is None else now + days * _DAY_S
    with hub.database.write() as connection:
        token_id, secret = store.create(
            connection, asked.body.name, asked.body.grants, now, expires_at=expires_at
        )
    return MadeToken(token_id, secret, expires_at)


def _revoke(hub: Hub, asked: OneToken) -> Nothing:
    """Revoke a token for good; the hub knows of it within seconds."""
    check_hub_admin()
    with hub.database.write() as connection:
        # A name may be that of several, and this call is about one.
        if all(one.id != asked.token for one in store.listed(connection, with_runs=True)):
            raise NotFound(f"no token {asked.token}", hint="list them: GET /api/v1/tokens")
        store.revoke(connection, asked.token, hub.clock())
    return Nothing()
