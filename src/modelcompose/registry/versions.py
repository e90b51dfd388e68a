"""Versions of registered models: made, found, tagged, moved through stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import NotFound, UsageError
from modelcompose.registry.aliases import drop_aliases
from modelcompose.registry.events import announce
from modelcompose.registry.models import model_named, touch_model
from modelcompose.registry.names import (
    check_description,
    check_model_name,
    check_tag,
    stage_named,
    version_number,
)
from modelcompose.registry.records import (
    PROMPT_TAG,
    PROMPT_TEXT_TAG,
    PROMPT_TYPE_TAG,
    Model,
    Origin,
    Version,
)
from modelcompose.registry.sources import Source
from modelcompose.registry.version_rows import ORIGIN_COLUMNS, origin_cells, read_versions
from modelcompose.tracking.limits import check_name

_ACTIVE_STAGES = ("Staging", "Production")
_NEXT = """
    UPDATE registered_models SET last_version = last_version + 1, updated_at = ?
    WHERE number = ? RETURNING last_version
"""
_INSERT = f"""
    INSERT INTO model_versions (
        model, version, description, user_name, stage, source, storage, run, run_link,
        logged_model, status, created_at, updated_at,
        {ORIGIN_COLUMNS}
    )
    VALUES (?, ?, ?, ?, 'None', ?, ?, ?, ?, ?, 'READY', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    RETURNING number
"""  # noqa: S608
_SET_TAG = """
    INSERT INTO model_version_tags (version, name, value) VALUES (?, ?, ?)
    ON CONFLICT (version, name) DO UPDATE SET value = excluded.value
"""
_LATEST = """
    model_versions.number IN (
        SELECT number FROM (
            SELECT number,
                row_number() OVER (PARTITION BY model, stage ORDER BY version DESC) AS nth
            FROM model_versions WHERE {} AND deleted_at IS NULL
        ) AS ranked
        WHERE nth = 1
    )
    ORDER BY version
"""
_PROMPT_TAGS = frozenset({PROMPT_TAG, PROMPT_TYPE_TAG, PROMPT_TEXT_TAG})


def create_version(  # noqa: PLR0913 - what a version is, each by name
    connection: Connection,
    model: Model,
    source: Source,
    now: float,
    *,
    description: str | None = None,
    run_link: str | None = None,
    user: str = "",
    tags: Mapping[str, str] | None = None,
    origin: Origin | None = None,
) -> Version:
    """Make the next version of a model.

    Args:
        connection: of a write block.
        model: registered already.
        source: where its files are, and what it was made from.
        now: seconds since the epoch.
        description: in Markdown.
        run_link: an address of the run elsewhere.
        user: who registers it.
        tags: its first tags.
        origin: the output that it is, where a project's gate made it.

    Raises:
        UsageError: a name or value is out of bounds.
    """
    check_description(description)
    tags = dict(tags or {})
    for tag in tags.items():
        check_tag(*tag)
    row = connection.row(_NEXT, (now, model.number))
    if row is None:
        raise NotFound(f"Registered Model with name={model.name} not found")
    version = int(row[0])
    kept = (model.number, version, description, user, source.source, source.storage, source.run)
    also = (run_link, source.logged_model, now, now, *origin_cells(origin))
    inserted = connection.row(_INSERT, (*kept, *also))
    assert inserted is not None  # noqa: S101 - RETURNING gives the row
    if tags:
        connection.executemany(_SET_TAG, [(inserted[0], *tag) for tag in tags.items()])
    made = version_of(connection, model.name, version)
    announce(connection, model, "model_version", "created", _payload(model, made), now=now)
    return made


def version_named(connection: Connection, name: str, version: str) -> Version:
    """Give a version by its model's name and its own.

    Raises:
        NotFound: there is no such model or version.
        UsageError: no model or version can be named so.
    """
    check_model_name(name)
    return version_of(connection, name, version_number(version))


def version_of(connection: Connection, name: str, version: int) -> Version:
    """Give a version by its model's name and its number.

    Raises:
        NotFound: there is none in use.
    """
    found = read_versions(
        connection,
        "model_versions.deleted_at IS NULL AND registered_models.deleted_at IS NULL"
        " AND registered_models.name = ? AND version = ?",
        (name, version),
    )
    if not found:
        raise NotFound(f"Model Version (name={name}, version={version}) not found")
    return found[0]


def versions_of(connection: Connection, model: Model) -> list[Version]:
    """Give all versions of a model, the newest first."""
    return read_versions(
        connection,
        "model_versions.deleted_at IS NULL AND model_versions.model = ? ORDER BY version DESC",
        (model.number,),
    )


def latest_by_stage(connection: Connection, models: Sequence[Model]) -> dict[str, list[Version]]:
    """Give each model's newest version of every stage, by the model's name."""
    latest: dict[str, list[Version]] = {model.name: [] for model in models}
    if models:
        numbers = [model.number for model in models]
        these, value = one_of(connection, "model", numbers)
        for version in read_versions(connection, _LATEST.format(these), (value,)):
            latest[version.model].append(version)
    return latest


def describe_version(
    connection: Connection, version: Version, description: str | None, now: float
) -> Version:
    """Give a version another description.

    Raises:
        UsageError: it is too long.
    """
    check_description(description)
    connection.execute(
        "UPDATE model_versions SET description = ?, updated_at = ? WHERE number = ?",
        (description, now, version.number),
    )
    return version_of(connection, version.model, version.version)


def move_to_stage(
    connection: Connection, version: Version, stage: str, now: float, *, archive_others: bool
) -> Version:
    """Put a version into a stage.

    Args:
        connection: of a write block.
        version: the version.
        stage: its name, in whatever case.
        now: seconds since the epoch.
        archive_others: whether those that are in the stage are archived.

    Raises:
        UsageError: there is no such stage, or its versions cannot be archived.
    """
    stage = stage_named(stage)
    if archive_others and stage not in _ACTIVE_STAGES:
        raise UsageError(
            "Model version transition cannot archive existing model versions because "
            f"'{stage}' is not an Active stage. Valid stages are {list(_ACTIVE_STAGES)}"
        )
    model = model_named(connection, version.model)
    if archive_others:
        connection.execute(
            "UPDATE model_versions SET stage = 'Archived', updated_at = ?"
            " WHERE model = ? AND stage = ? AND number <> ? AND deleted_at IS NULL",
            (now, model.number, stage, version.number),
        )
    connection.execute(
        "UPDATE model_versions SET stage = ?, updated_at = ? WHERE number = ?",
        (stage, now, version.number),
    )
    touch_model(connection, model, now)
    return version_of(connection, version.model, version.version)


def delete_version(connection: Connection, version: Version, now: float) -> None:
    """Put a version into the trash; aliases that point to it are removed."""
    model = model_named(connection, version.model)
    drop_aliases(connection, model, version, now)
    connection.execute(
        "UPDATE model_versions SET deleted_at = ?, updated_at = ? WHERE number = ?",
        (now, now, version.number),
    )
    touch_model(connection, model, now)


def set_version_tag(
    connection: Connection, version: Version, key: str, value: str, now: float
) -> None:
    """Set a tag of a version.

    Raises:
        UsageError: the tag is out of bounds.
    """
    check_tag(key, value)
    connection.execute(_SET_TAG, (version.number, key, value))
    _announce_tag(connection, version, "set", {"key": key, "value": value}, now)


def delete_version_tag(connection: Connection, version: Version, key: str, now: float) -> None:
    """Remove a tag of a version; one that is not there is no error.

    Raises:
        UsageError: no tag can be named so.
    """
    check_name(key, "key")
    connection.execute(
        "DELETE FROM model_version_tags WHERE version = ? AND name = ?", (version.number, key)
    )
    _announce_tag(connection, version, "deleted", {"key": key}, now)


def _announce_tag(
    connection: Connection, version: Version, action: str, data: Mapping[str, str], now: float
) -> None:
    model = model_named(connection, version.model)
    whole = {"name": version.model, "version": str(version.version), **data}
    announce(connection, model, "model_version_tag", action, whole, now=now)


def _payload(model: Model, version: Version) -> dict[str, Any]:
    tags = dict(version.tags)
    named = {"name": version.model, "version": str(version.version)}
    if model.is_prompt:
        hidden = {key: tags.pop(key) for key in list(tags) if key in _PROMPT_TAGS}
        told: dict[str, Any] = {"template": hidden.get(PROMPT_TEXT_TAG)}
    else:
        told = {"source": version.source, "run_id": version.run}
    return {**named, **told, "tags": tags, "description": version.description}
