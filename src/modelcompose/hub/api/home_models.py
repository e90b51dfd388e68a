"""What changed last in the registry, by project: new versions, and aliases that moved."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.hub.guarding import visible_models
from modelcompose.hub.tokens.principal import caller

_NEWEST = 300
"""Entries of the registry that are looked at, over all projects."""
_OF_ONE = 4

_VERSIONS = """
    SELECT versions.number, models.number, models.name, versions.version, versions.created_at,
        coalesce(versions.project, experiments.name), versions.run
    FROM model_versions AS versions
    JOIN registered_models AS models ON models.number = versions.model
    LEFT JOIN runs ON runs.id = versions.run
    LEFT JOIN experiments ON experiments.number = runs.experiment
    WHERE versions.number IN (SELECT number FROM model_versions ORDER BY number DESC LIMIT ?)
        AND versions.deleted_at IS NULL AND models.deleted_at IS NULL
    ORDER BY versions.number DESC
"""
_MOVES = """
    SELECT moves.alias, moves.old_version, moves.new_version, moves.moved_at, moves.cause,
        models.name, coalesce(versions.project, experiments.name)
    FROM alias_moves AS moves
    JOIN registered_models AS models ON models.number = moves.model
    LEFT JOIN model_versions AS versions ON versions.model = moves.model
        AND versions.version = coalesce(moves.new_version, moves.old_version)
    LEFT JOIN runs ON runs.id = versions.run
    LEFT JOIN experiments ON experiments.number = runs.experiment
    WHERE moves.number IN (SELECT number FROM alias_moves ORDER BY number DESC LIMIT ?)
        AND models.deleted_at IS NULL
    ORDER BY moves.number DESC
"""


class ModelNews(Struct, frozen=True):
    """A new version of a model, or an alias that moved."""

    model: str
    kind: str
    """`version`, or `alias`."""
    at: float
    version: int | None
    """The new version; null where an alias was taken away."""
    alias: str = ""
    old_version: int | None = None
    """What the alias pointed to before."""
    cause: str = ""
    run: str | None = None


def model_news(connection: Connection, projects: AbstractSet[str]) -> dict[str, list[ModelNews]]:
    """Give what changed last for each of some projects, the newest first."""
    found: list[tuple[str, ModelNews]] = []
    for _, _, model, version, at, project, run in connection.rows(_VERSIONS, (_NEWEST,)):
        if project in projects:
            found.append((project, ModelNews(model, "version", at, version, run=run)))
    for alias, old, new, at, cause, model, project in connection.rows(_MOVES, (_NEWEST,)):
        if project in projects:
            found.append((project, ModelNews(model, "alias", at, new, alias, old, cause)))
    seen = visible_models(connection, caller.get(), {news.model for _, news in found})
    kept: dict[str, list[ModelNews]] = {}
    for project, news in sorted(found, key=lambda pair: -pair[1].at):
        if news.model in seen and len(kept.setdefault(project, [])) < _OF_ONE:
            kept[project].append(news)
    return kept
