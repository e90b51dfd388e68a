"""Tokens in the database: made, found by their secret, listed, revoked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.tokens.principal import Principal, Role
from modelcompose.hub.tokens.secret import new_secret

_NAME_CHARACTERS = 100
_LIVE = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)"
_OF_RUNNING = """
    (run IS NULL OR EXISTS (
        SELECT 1 FROM runs WHERE runs.id = tokens.run AND runs.status = 'running'
        AND runs.deleted_at IS NULL
    ))
"""
_SELECT = "SELECT number, id, name, run, created_at, expires_at, revoked_at, used_at FROM tokens"


class Token(Struct, frozen=True):
    """A token as it is listed: without its secret, which nobody has but its owner."""

    id: str
    name: str
    grants: Mapping[str, Role]
    """By project; `''` stands for all."""
    run: str | None
    created_at: float
    """Seconds since the epoch, as all times here."""
    expires_at: float | None
    revoked_at: float | None
    used_at: float | None
    """When it was used last, to the minute."""


def create(  # noqa: PLR0913 - what a token is, each by name
    connection: Connection,
    name: str,
    grants: Mapping[str, Role],
    now: float,
    *,
    expires_at: float | None = None,
    run: str | None = None,
    secret: str | None = None,
) -> tuple[str, str]:
    """Make a token.

    Args:
        connection: of a write block.
        name: whose it is, or what for.
        grants: roles by project; `''` stands for all.
        now: seconds since the epoch.
        expires_at: when it ends by itself.
        run: the only run that it may write to.
        secret: one that `new_secret` gave; by default a new one.

    Returns:
        Its id, and its secret, which cannot be given again.

    Raises:
        UsageError: the name is empty or too long, or nothing is granted.
    """
    if not name.strip() or len(name) > _NAME_CHARACTERS:
        raise UsageError(f"token: its name has 1 to {_NAME_CHARACTERS} characters, found {name!r}")
    if not grants:
        raise UsageError(f"token {name}: nothing is granted to it")
    token_id, secret = os.urandom(4).hex(), secret or new_secret()
    row = connection.row(
        "INSERT INTO tokens (id, name, hash, run, created_at, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?) RETURNING number",
        (token_id, name, hashed(secret), run, now, expires_at),
    )
    number = int(row[0]) if row else 0
    connection.executemany(
        "INSERT INTO token_grants (token, project, role) VALUES (?, ?, ?)",
        [(number, project, role) for project, role in sorted(grants.items())],
    )
    return token_id, secret


def find(connection: Connection, digest: str, now: float) -> Principal | None:
    """Give who holds the secret of a hash; None where it is not valid, or no more.

    That of a run is valid while the run is running.
    """
    row = connection.row(
        f"SELECT number, id, run FROM tokens WHERE hash = ? AND {_LIVE} AND {_OF_RUNNING}",  # noqa: S608
        (digest, now),
    )
    if row is None:
        return None
    number, token_id, run = row
    return Principal(token_id, _grants(connection, [number])[number], run)


def touch(connection: Connection, token_id: str, now: float) -> None:
    """Record that a token was used."""
    connection.execute("UPDATE tokens SET used_at = ? WHERE id = ?", (now, token_id))


def listed(connection: Connection, *, with_runs: bool = False) -> list[Token]:
    """Give all tokens, the newest first, also those that are not valid any more.

    Args:
        connection: of any block.
        with_runs: also those that were made for one run.
    """
    where = "" if with_runs else "WHERE run IS NULL"
    rows = connection.rows(f"{_SELECT} {where} ORDER BY created_at DESC, number DESC")
    grants = _grants(connection, [row[0] for row in rows])
    return [
        Token(
            id=row[1], name=row[2], grants=grants[row[0]], **dict(zip(_TIMES, row[3:], strict=True))
        )
        for row in rows
    ]


_TIMES = ("run", "created_at", "expires_at", "revoked_at", "used_at")


def token_name(connection: Connection, token_id: str | None) -> str:
    """Give a token's name; that of somebody on this machine, who needs none, is empty."""
    row = connection.row("SELECT name FROM tokens WHERE id = ?", (token_id or "",))
    return "" if row is None else str(row[0])


def revoke(connection: Connection, name: str, now: float) -> list[str]:
    """End a token for good.

    Args:
        connection: of a write block.
        name: its id, or the name of one or more.
        now: seconds since the epoch.

    Returns:
        The ids of those that ended.

    Raises:
        NotFound: no valid token goes by it.
    """
    rows = connection.rows(
        "UPDATE tokens SET revoked_at = ? WHERE (id = ? OR name = ?) AND revoked_at IS NULL "
        "RETURNING id",
        (now, name, name),
    )
    if not rows:
        raise NotFound(f"no valid token {name!r}", hint="list them: modelcompose hub token list")
    return [token_id for (token_id,) in rows]


def forget_ended(connection: Connection) -> None:
    """Remove the tokens of runs that have ended: they are not valid any more."""
    ended = f"SELECT number FROM tokens WHERE NOT {_OF_RUNNING}"  # noqa: S608
    connection.execute(f"DELETE FROM token_grants WHERE token IN ({ended})")  # noqa: S608
    connection.execute(f"DELETE FROM tokens WHERE NOT {_OF_RUNNING}")  # noqa: S608


def hashed(secret: str) -> str:
    """Give what is kept of a secret. It is random and long: nothing slower is needed."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _grants(connection: Connection, numbers: list[int]) -> dict[int, dict[str, Role]]:
    from modelcompose.database.database import one_of

    found: dict[int, dict[str, Role]] = {number: {} for number in numbers}
    these, parameter = one_of(connection, "token", numbers)
    rows: list[tuple[Any, ...]] = connection.rows(
        f"SELECT token, project, role FROM token_grants WHERE {these}",  # noqa: S608
        (parameter,),
    )
    for number, project, role in rows:
        found[number][project] = role
    return found
