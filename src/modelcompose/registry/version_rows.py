"""How versions stand in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from modelcompose.database.database import Cell, Connection, one_of
from modelcompose.registry.records import Origin, Version
from modelcompose.store.content import Content

TABLES = "model_versions JOIN registered_models ON registered_models.number = model_versions.model"

_PLAIN = (
    "number",
    "version",
    "description",
    "user_name",
    "stage",
    "source",
    "storage",
    "run",
    "run_link",
    "logged_model",
    "status",
    "status_message",
    "created_at",
    "updated_at",
)
_ORIGIN = ("project", "path", "kind", "digest", "size_bytes", "files", "executable", "evidence")
ORIGIN_COLUMNS = ", ".join(_ORIGIN)
_SELECT = (
    f"SELECT registered_models.name, {', '.join(f'model_versions.{c}' for c in _PLAIN + _ORIGIN)} "  # noqa: S608
    f"FROM {TABLES}"
)
_TAGS = "SELECT version, name, value FROM model_version_tags WHERE {} ORDER BY version, name"
_ALIASES = "SELECT version, alias FROM model_aliases WHERE {} ORDER BY alias"


def read_versions(
    connection: Connection, condition: str, values: Sequence[Any] = ()
) -> list[Version]:
    """Read versions with their tags and aliases.

    Args:
        connection: of any block.
        condition: SQL after WHERE over `model_versions` and `registered_models`, with ORDER BY
            and LIMIT where they are wanted.
        values: of its placeholders.
    """
    rows = connection.rows(f"{_SELECT} WHERE {condition}", values)
    numbers = [row[1] for row in rows]
    tags: dict[int, dict[str, str]] = {number: {} for number in numbers}
    aliases: dict[int, list[str]] = {number: [] for number in numbers}
    if numbers:
        these, value = one_of(connection, "version", numbers)
        for number, key, text in connection.rows(_TAGS.format(these), (value,)):
            tags[number][key] = text
        for number, alias in connection.rows(_ALIASES.format(these), (value,)):
            aliases[number].append(alias)
    return [_version(row, tags[row[1]], tuple(aliases[row[1]])) for row in rows]


def origin_cells(origin: Origin | None) -> tuple[Cell, ...]:
    """Give the cells of `ORIGIN_COLUMNS`."""
    if origin is None:
        return (None,) * len(_ORIGIN)
    content = origin.content
    return (
        origin.project,
        origin.path,
        content.kind,
        content.digest,
        content.size_bytes,
        content.files,
        int(content.executable),
        msgspec.json.encode(origin.evidence).decode(),
    )


def _version(row: tuple[Any, ...], tags: dict[str, str], aliases: tuple[str, ...]) -> Version:
    name, number, *plain = row[: len(_PLAIN) + 1]
    project, path, kind, digest, size_bytes, files, executable, evidence = row[len(_PLAIN) + 1 :]
    origin = None
    if digest is not None:
        content = Content(kind, digest, size_bytes, files, bool(executable))
        origin = Origin(project, path, content, msgspec.json.decode(evidence))
    return Version(*[number, name, *plain, origin, tags, aliases])
