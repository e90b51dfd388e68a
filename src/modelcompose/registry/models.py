"""Registered models: made, found, renamed, tagged, put into the trash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import AlreadyExists, NotFound
from modelcompose.registry.events import announce
from modelcompose.registry.names import check_description, check_model_name, check_tag
from modelcompose.registry.records import PROMPT_TAG, PROMPT_TYPE_TAG, Model
from modelcompose.tracking.limits import check_name

_COLUMNS = "number, name, description, last_version, created_at, updated_at"
_INSERT = """
    INSERT INTO registered_models (name, description, last_version, created_at, updated_at)
    VALUES (?, ?, 0, ?, ?)
    ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING RETURNING number
"""
_SET_TAG = """
    INSERT INTO registered_model_tags (model, name, value) VALUES (?, ?, ?)
    ON CONFLICT (model, name) DO UPDATE SET value = excluded.value
"""
_TAGS = "SELECT model, name, value FROM registered_model_tags WHERE {} ORDER BY model, name"
_ALIASES = """
    SELECT model_aliases.model, alias, model_versions.version
    FROM model_aliases JOIN model_versions ON model_versions.number = model_aliases.version
    WHERE {} ORDER BY alias
"""
_HIDDEN_TAGS = frozenset({PROMPT_TAG, PROMPT_TYPE_TAG})


def create_model(
    connection: Connection,
    name: str,
    now: float,
    *,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> Model:
    """Register a model.

    Args:
        connection: of a write block.
        name: free among those in use.
        now: seconds since the epoch.
        description: in Markdown.
        tags: its first tags.

    Raises:
        AlreadyExists: the name is taken.
        UsageError: a name or value is out of bounds.
    """
    check_model_name(name)
    check_description(description)
    tags = dict(tags or {})
    for tag in tags.items():
        check_tag(*tag)
    row = connection.row(_INSERT, (name, description, now, now))
    if row is None:
        raise _taken(model_named(connection, name), is_prompt=_is_prompt(tags))
    if tags:
        connection.executemany(_SET_TAG, [(row[0], *tag) for tag in tags.items()])
    model = Model(row[0], name, description, 0, now, now, tags)
    shown = tags
    if model.is_prompt:
        shown = {key: value for key, value in tags.items() if key not in _HIDDEN_TAGS}
    data = {"name": name, "tags": shown, "description": description}
    announce(connection, model, "registered_model", "created", data, now=now)
    return model


def find_model(connection: Connection, name: str) -> Model | None:
    """Give the model of a name, None where there is none in use."""
    found = read_models(connection, "deleted_at IS NULL AND name = ?", (name,))
    return found[0] if found else None


def model_named(connection: Connection, name: str) -> Model:
    """Give the model of a name.

    Raises:
        NotFound: there is none in use.
        UsageError: no model can be named so.
    """
    check_model_name(name)
    found = find_model(connection, name)
    if found is None:
        raise NotFound(f"Registered Model with name={name} not found")
    return found


def hold_model(connection: Connection, name: str) -> None:
    """Let nobody else change a model until the write block ends: what is read from now on stays.

    SQLite has one writer at a time anyway; PostgreSQL has many.
    """
    connection.execute("UPDATE registered_models SET name = name WHERE name = ?", (name,))


def read_models(connection: Connection, condition: str, values: Sequence[Any] = ()) -> list[Model]:
    """Read models with their tags and aliases.

    Args:
        connection: of any block.
        condition: SQL after WHERE, with ORDER BY and LIMIT where they are wanted.
        values: of its placeholders.
    """
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM registered_models WHERE {condition}",  # noqa: S608
        values,
    )
    numbers = [row[0] for row in rows]
    tags: dict[int, dict[str, str]] = {number: {} for number in numbers}
    aliases: dict[int, dict[str, int]] = {number: {} for number in numbers}
    if numbers:
        these, value = one_of(connection, "model", numbers)
        for number, key, text in connection.rows(_TAGS.format(these), (value,)):
            tags[number][key] = text
        these, value = one_of(connection, "model_aliases.model", numbers)
        for number, alias, version in connection.rows(_ALIASES.format(these), (value,)):
            aliases[number][alias] = version
    return [Model(*[*row, tags[row[0]], aliases[row[0]]]) for row in rows]


def rename_model(connection: Connection, model: Model, name: str, now: float) -> Model:
    """Give a model another name; its versions and aliases stay with it.

    Raises:
        AlreadyExists: the name is taken.
        UsageError: the name is out of bounds.
    """
    check_model_name(name, "new_name")
    other = find_model(connection, name)
    if other is not None and other.number != model.number:
        raise AlreadyExists(f"Registered Model (name={name}) already exists.")
    _change(connection, model, "name", name, now)
    connection.execute(
        "UPDATE model_versions SET updated_at = ? WHERE model = ?", (now, model.number)
    )
    return model_named(connection, name)


def describe_model(
    connection: Connection, model: Model, description: str | None, now: float
) -> Model:
    """Give a model another description.

    Raises:
        UsageError: it is too long.
    """
    check_description(description)
    _change(connection, model, "description", description, now)
    return model_named(connection, model.name)


def delete_model(connection: Connection, model: Model, now: float) -> None:
    """Put a model with its versions into the trash; its name is free at once."""
    _change(connection, model, "deleted_at", now, now)


def touch_model(connection: Connection, model: Model, now: float) -> None:
    """Note that something of a model has changed."""
    connection.execute(
        "UPDATE registered_models SET updated_at = ? WHERE number = ?", (now, model.number)
    )


def set_model_tag(connection: Connection, model: Model, key: str, value: str, now: float) -> None:
    """Set a tag of a model.

    Raises:
        UsageError: the tag is out of bounds.
    """
    check_tag(key, value)
    connection.execute(_SET_TAG, (model.number, key, value))
    if model.is_prompt:
        data = {"name": model.name, "key": key, "value": value}
        announce(connection, model, "registered_model_tag", "set", data, now=now)


def delete_model_tag(connection: Connection, model: Model, key: str, now: float) -> None:
    """Remove a tag of a model; one that is not there is no error.

    Raises:
        UsageError: no tag can be named so.
    """
    check_name(key, "key")
    connection.execute(
        "DELETE FROM registered_model_tags WHERE model = ? AND name = ?", (model.number, key)
    )
    if model.is_prompt:
        data = {"name": model.name, "key": key}
        announce(connection, model, "registered_model_tag", "deleted", data, now=now)


def _change(
    connection: Connection, model: Model, column: str, value: str | float | None, now: float
) -> None:
    connection.execute(
        f"UPDATE registered_models SET {column} = ?, updated_at = ? WHERE number = ?",  # noqa: S608
        (value, now, model.number),
    )


def _is_prompt(tags: Mapping[str, str]) -> bool:
    return tags.get(PROMPT_TAG, "").lower() == "true"


def _taken(model: Model, *, is_prompt: bool) -> AlreadyExists:
    words = {True: "Prompt", False: "Registered Model"}
    old, new = words[model.is_prompt], words[is_prompt]
    if old == new:
        return AlreadyExists(f"{new} (name={model.name}) already exists.")
    return AlreadyExists(
        f"Tried to create a {new.lower()} with name {model.name!r}, but the name is already taken "
        f"by a {old.lower()}. MLflow does not allow creating a model and a prompt with the same "
        "name."
    )
