"""Aliases, moved through the hub: whoever asks, the same is announced and the same follows."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from modelcompose.database.database import Connection
from modelcompose.errors import Busy
from modelcompose.hub.following import follow
from modelcompose.hub.hub import Hub
from modelcompose.registry import aliases, models, versions
from modelcompose.registry.aliases import Move
from modelcompose.registry.names import check_alias
from modelcompose.registry.records import Model

Expected = int | None | UnsetType
"""The version that an alias is thought to point to now; UNSET: whichever."""


def move_alias(  # noqa: PLR0913 - what a move is, each by name
    hub: Hub,
    name: str,
    alias: str,
    version: str,
    *,
    cause: str = "",
    expected: Expected = UNSET,
) -> Move | None:
    """Point an alias to a version, tell who listens, and bring along what follows it.

    Args:
        hub: whose registry it is.
        name: of the model.
        alias: made where there is none yet.
        version: its number.
        cause: why, in words.
        expected: what the alias must point to now.

    Returns:
        The move; None where it pointed there already.

    Raises:
        Busy: it points elsewhere than was expected.
        NotFound: there is no such model or version.
        UsageError: no alias can be named so.
    """
    check_alias(alias)
    with hub.database.write() as connection:
        found = versions.version_named(connection, name, version)
        models.hold_model(connection, found.model)
        model = models.model_named(connection, found.model)
        _check(model, alias, expected)
        move = aliases.set_alias(connection, model, alias, found, hub.clock(), cause=cause)
    hub.deliveries.wake()
    follow(hub, model.name, alias)
    return move


def drop_alias(
    hub: Hub, name: str, alias: str, *, cause: str = "", expected: Expected = UNSET
) -> Move | None:
    """Remove an alias and tell who listens; gives None where there was none.

    Raises:
        Busy: it points elsewhere than was expected.
        NotFound: there is no such model.
    """
    with hub.database.write() as connection:
        models.hold_model(connection, name)
        model = models.model_named(connection, name)
        _check(model, alias, expected)
        move = aliases.remove_alias(connection, model, alias, hub.clock(), cause=cause)
    hub.deliveries.wake()
    return move


def last_move(connection: Connection, model: Model, alias: str) -> Move | None:
    """Give when an alias was moved last; None where that was never."""
    moves = aliases.moves_of(connection, model, alias)
    return moves[0] if moves else None


def _check(model: Model, alias: str, expected: Expected) -> None:
    found = model.aliases.get(alias)
    if expected is UNSET or found == expected:
        return
    now = "points nowhere" if found is None else f"points to version {found}"
    before = "nowhere" if expected is None else f"to version {expected}"
    raise Busy(
        f"{model.name}@{alias}: {now} now, and was thought to point {before}: "
        "somebody else moved it; nothing was changed",
        hint="look again at what would happen, then ask again",
    )
