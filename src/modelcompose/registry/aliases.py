"""Aliases: names that point to one version of a model, and are moved to deploy another."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound, UsageError
from modelcompose.registry.events import announce
from modelcompose.registry.git_tags import is_git_reference
from modelcompose.registry.models import touch_model
from modelcompose.registry.names import LATEST, check_alias
from modelcompose.registry.records import Model, Version
from modelcompose.registry.version_rows import read_versions

_SET = """
    INSERT INTO model_aliases (model, alias, version, updated_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (model, alias)
    DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at
"""
_REMEMBER = """
    INSERT INTO alias_moves (model, alias, old_version, new_version, moved_at, cause)
    VALUES (?, ?, ?, ?, ?, ?)
"""
_MOVES = """
    SELECT alias, old_version, new_version, moved_at, cause FROM alias_moves
    WHERE model = ? ORDER BY number DESC
"""


class Move(Struct, frozen=True):
    """One time that an alias was pointed elsewhere."""

    alias: str
    old: int | None
    """The version that it pointed to before; None where it was new."""
    new: int | None
    """The version that it points to since; None where it was removed."""
    moved_at: float
    cause: str


def set_alias(  # noqa: PLR0913 - what a move is
    connection: Connection,
    model: Model,
    alias: str,
    version: Version,
    now: float,
    *,
    cause: str = "",
) -> Move | None:
    """Point an alias of a model to a version of it.

    Args:
        connection: of a write block.
        model: the model.
        alias: made where there is none yet.
        version: of the model.
        now: seconds since the epoch.
        cause: why, in words.

    Returns:
        The move; None where it pointed there already.

    Raises:
        UsageError: no alias can be named so.
    """
    check_alias(alias)
    old = model.aliases.get(alias)
    data = {"name": model.name, "alias": alias, "version": str(version.version)}
    if old == version.version:
        announce(connection, model, "model_version_alias", "created", data, now=now)
        return None
    connection.execute(_SET, (model.number, alias, version.number, now))
    move = Move(alias, old, version.version, now, cause)
    _remember(connection, model, move)
    announce(connection, model, "model_version_alias", "created", data, now=now)
    return move


def remove_alias(
    connection: Connection, model: Model, alias: str, now: float, *, cause: str = ""
) -> Move | None:
    """Remove an alias; gives None where there was none."""
    old = model.aliases.get(alias)
    if old is None:
        return None
    connection.execute(
        "DELETE FROM model_aliases WHERE model = ? AND alias = ?", (model.number, alias)
    )
    move = Move(alias, old, None, now, cause)
    _remember(connection, model, move)
    data = {"name": model.name, "alias": alias}
    announce(connection, model, "model_version_alias", "deleted", data, now=now)
    return move


def drop_aliases(connection: Connection, model: Model, version: Version, now: float) -> None:
    """Remove the aliases that point to a version that goes to the trash.

    MLflow tells no webhook of it, and neither do we.
    """
    cause = f"version {version.version} was deleted"
    for alias, number in model.aliases.items():
        if number == version.version:
            _remember(connection, model, Move(alias, number, None, now, cause))
    connection.execute("DELETE FROM model_aliases WHERE version = ?", (version.number,))


def version_at(connection: Connection, model: Model, alias: str) -> Version | None:
    """Give the version that an alias points to, `latest` among them; None where there is none."""
    condition = "model_versions.deleted_at IS NULL AND model_versions.model = ?"
    if alias.lower() == LATEST:
        found = read_versions(
            connection, f"{condition} ORDER BY version DESC LIMIT 1", (model.number,)
        )
    elif alias in model.aliases:
        found = read_versions(
            connection, f"{condition} AND version = ?", (model.number, model.aliases[alias])
        )
    else:
        found = []
    return found[0] if found else None


def version_called(
    connection: Connection, model: Model, reference: str, folder: Path | None = None
) -> Version:
    """Give the version of a model that a number, an alias or a git tag names.

    Args:
        connection: of any block.
        model: the model.
        reference: `3`, `champion`, or of a git tag `v1.2.0` or `#prod`.
        folder: in the git repository whose tags count; without it none do.

    Raises:
        NotFound: it names none.
        UsageError: it is a git tag that may name several.
    """
    if folder is not None and is_git_reference(reference):
        from modelcompose.registry.git_versions import version_tagged

        return version_tagged(connection, model, reference, folder)
    if reference.isascii() and reference.isdigit():
        found = read_versions(
            connection,
            "model_versions.deleted_at IS NULL AND model_versions.model = ? AND version = ?",
            (model.number, int(reference[:9])),
        )
        if found:
            return found[0]
        raise NotFound(f"Model Version (name={model.name}, version={reference}) not found")
    version = version_at(connection, model, reference)
    if version is None:
        raise NotFound(f"Registered model alias {reference} not found.", hint=_known(model))
    return version


def moves_of(connection: Connection, model: Model, alias: str | None = None) -> list[Move]:
    """Give when the aliases of a model were moved, the latest first."""
    rows = connection.rows(_MOVES, (model.number,))
    moves = [Move(*row) for row in rows]
    return [move for move in moves if alias in (None, move.alias)]


def parse_reference(text: str, *, what: str = "a version") -> tuple[str, str]:
    """Give the name and the alias or number of `NAME@VERSION`; of `NAME#STAGE`, `#STAGE`.

    Raises:
        UsageError: it is of another form.
    """
    name, at, reference = text.partition("@")
    if not at and "#" in name:
        name, at, reference = name.partition("#")
        reference = f"#{reference}" if reference else ""
    if not at or not name or not reference:
        raise UsageError(
            f"{text}: {what} is written NAME@VERSION or NAME@ALIAS",
            hint=f"such as {name or text}@1",
        )
    return name, reference


def _remember(connection: Connection, model: Model, move: Move) -> None:
    cells = (move.alias, move.old, move.new, move.moved_at, move.cause)
    connection.execute(_REMEMBER, (model.number, *cells))
    touch_model(connection, model, move.moved_at)


def _known(model: Model) -> str | None:
    if not model.aliases:
        return None
    return f"{model.name} has {', '.join(f'@{alias}' for alias in model.aliases)}"
