"""Aliases of models: what moving one will do, and moving it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from modelcompose.database.database import Connection
from modelcompose.hub.alias_effect import AliasEffect, describe
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.model_access import changed_model, seen_model
from modelcompose.hub.gate_report import gate_report
from modelcompose.hub.hub import Hub
from modelcompose.hub.moving import drop_alias, move_alias
from modelcompose.hub.tokens.principal import caller
from modelcompose.pipeline.model_mounts.followers import Follower, followers
from modelcompose.registry.aliases import Move, moves_of, version_called
from modelcompose.registry.names import check_alias
from modelcompose.registry.records import Model

Number = Annotated[int, Meta(ge=1, le=999_999_999)]

_LISTENING = """
    SELECT count(DISTINCT webhooks.number) FROM webhook_events
    JOIN webhooks ON webhooks.number = webhook_events.webhook
    WHERE entity = ? AND action = ? AND status = 'ACTIVE' AND deleted_at IS NULL
"""


class AliasAsked(Struct, frozen=True):
    """An alias, and where it might point."""

    model: str
    alias: str
    version: str = ""
    """A number or another alias; empty: the alias is to be removed."""


class AliasMove(Struct, frozen=True):
    """Where an alias is to point."""

    version: Number
    expected: Number | None
    """The version that it points to now, null for none: somebody else's move is not undone."""
    reason: Annotated[str, Meta(max_length=500)] = ""


class AliasMoveOf(Struct, frozen=True):
    """A move of an alias."""

    model: str
    alias: str
    body: AliasMove


class AliasRemoved(Struct, frozen=True):
    """An alias to remove."""

    model: str
    alias: str
    expected: Number | None = None
    """The version that it points to now; without it the alias is removed wherever it points."""


class AliasMoved(Struct, frozen=True):
    """What became of an alias."""

    model: Model
    move: Move | None
    """Null where it pointed there already."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    path = "/models/{model}/aliases/{alias}"
    return [
        Endpoint(f"{path}/effect", _effect, AliasAsked, AliasEffect),
        Endpoint(path, _move, AliasMoveOf, AliasMoved, method="PUT", role="writer"),
        Endpoint(path, _remove, AliasRemoved, AliasMoved, method="DELETE", role="writer"),
    ]


def _effect(hub: Hub, asked: AliasAsked) -> AliasEffect:
    """Say what moving an alias will do; nothing moves."""
    check_alias(asked.alias)
    with hub.database.read() as connection:
        model = seen_model(connection, asked.model)
        new = version_called(connection, model, asked.version) if asked.version else None
        found = followers(connection, model, hub.home)
        seen = [each for each in found if _sees(each)]
        return describe(
            model,
            asked.alias,
            new,
            moves=moves_of(connection, model, asked.alias),
            gate=None if new is None else gate_report(connection, model, new),
            followers=seen,
            hidden=len(found) - len(seen),
            webhooks=_listening(connection, "deleted" if new is None else "created"),
        )


def _move(hub: Hub, asked: AliasMoveOf) -> AliasMoved:
    """Point an alias to a version; 409 where it points elsewhere than expected."""
    with hub.database.read() as connection:
        changed_model(connection, asked.model)
    move = move_alias(
        hub,
        asked.model,
        asked.alias,
        str(asked.body.version),
        cause=asked.body.reason or "the web UI",
        expected=asked.body.expected,
    )
    return _moved(hub, asked.model, move)


def _remove(hub: Hub, asked: AliasRemoved) -> AliasMoved:
    """Remove an alias; the version stays."""
    with hub.database.read() as connection:
        changed_model(connection, asked.model)
    expected: Any = {} if asked.expected is None else {"expected": asked.expected}
    move = drop_alias(hub, asked.model, asked.alias, cause="the web UI", **expected)
    return _moved(hub, asked.model, move)


def _moved(hub: Hub, name: str, move: Move | None) -> AliasMoved:
    with hub.database.read() as connection:
        return AliasMoved(seen_model(connection, name), move)


def _sees(follower: Follower) -> bool:
    return caller.get().may("reader", [follower.project])


def _listening(connection: Connection, action: str) -> int:
    row = connection.row(_LISTENING, ("model_version_alias", action))
    return int(row[0]) if row else 0
