"""Versions that another machine registered, taken into this registry."""

from __future__ import annotations

from modelcompose.database.database import Connection
from modelcompose.registry.candidates import source_of, version_of_content
from modelcompose.registry.models import create_model, find_model, model_named
from modelcompose.registry.records import Origin, Version
from modelcompose.registry.versions import create_version

_COUNT_ON = "UPDATE registered_models SET last_version = ? WHERE number = ? AND last_version < ?"


def take_version(  # noqa: PLR0913 - what a version is, each by name
    connection: Connection,
    name: str,
    version: int,
    origin: Origin,
    now: float,
    *,
    run: str | None,
    description: str | None = None,
) -> tuple[Version, bool]:
    """Register what another registry calls a version of a model, once.

    It keeps its number where this registry has not come so far, and gets the next one else.

    Args:
        connection: of a write block.
        name: of the model; it is registered where it is not.
        version: its number there.
        origin: where it comes from; the content store has the files, or will.
        now: seconds since the epoch.
        run: the id of the run that made it.
        description: in Markdown.

    Returns:
        The version here, and whether it is new.

    Raises:
        UsageError: no model can be named so.
    """
    model = find_model(connection, name)
    known = None if model is None else version_of_content(connection, model, origin.content)
    if known is not None:
        return known, False
    model = model or create_model(connection, name, now)
    connection.execute(_COUNT_ON, (version - 1, model.number, version - 1))
    source = source_of(origin.path, origin.content, run)
    made = create_version(
        connection,
        model_named(connection, name),
        source,
        now,
        description=description,
        origin=origin,
    )
    return made, True
