"""All models at a glance: newest versions, aliases, and how the metric that counts went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.model_access import seen_models
from modelcompose.hub.hub import Hub
from modelcompose.hub.key_metrics import KeyMetric, key_metric
from modelcompose.registry.aliases import Move, moves_of
from modelcompose.registry.models import read_models
from modelcompose.registry.records import Model, Version
from modelcompose.registry.version_rows import read_versions
from modelcompose.tracking.query.joins import OBJECTIVE_TAG

MOST_POINTS = 40
"""So many versions, the newest, are drawn in one row."""

_METRICS = """
    SELECT runs.id, metrics.name, metrics.last FROM metrics
    JOIN runs ON runs.number = metrics.run WHERE {} AND metrics.last IS NOT NULL
"""
_PROJECTS = """
    SELECT runs.id, coalesce(experiments.name, runs.project) FROM runs
    LEFT JOIN experiments ON experiments.number = runs.experiment WHERE {}
"""


class MetricPoint(Struct, frozen=True):
    """A metric of one version."""

    version: int
    value: float


class KeyMetricTrend(Struct, frozen=True):
    """The metric that counts, over the versions."""

    name: str
    way: Literal["max", "min"] | None
    """Which way is better, where the project says so."""
    why: Literal["objective", "gate", "only"]
    """Whether the project's objective names it, the gate, or nothing does."""
    points: list[MetricPoint]
    """By version, the newest last."""


class ModelGlance(Struct, frozen=True):
    """A model in a list."""

    model: Model
    versions: int
    """How many there are."""
    newest: Version | None
    projects: list[str]
    """Whose runs made its versions."""
    metric: KeyMetricTrend | None
    last_move: Move | None


class Registry(Struct, frozen=True):
    """The models that the caller may see, those that changed last first."""

    models: list[ModelGlance]


class RegistryAsked(Struct, frozen=True):
    """Which models are meant."""

    model: Annotated[str, Meta(max_length=500)] = ""
    """Only this one; by default all."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/registry", _list, RegistryAsked, Registry)]


def _list(hub: Hub, asked: RegistryAsked) -> Registry:
    """List the registered models with what their versions reached."""
    only, values = ("AND name = ?", (asked.model,)) if asked.model else ("", ())
    condition = f"deleted_at IS NULL {only} ORDER BY updated_at DESC, name"
    with hub.database.read() as connection:
        found = read_models(connection, condition, values)
        names = {model.name for model in found}
        seen = seen_models(connection, names)
        models = [model for model in found if model.name in seen and not model.is_prompt]
        return Registry(_glances(connection, models))


def _glances(connection: Connection, models: Sequence[Model]) -> list[ModelGlance]:
    if not models:
        return []
    these, value = one_of(connection, "model_versions.model", [model.number for model in models])
    versions: dict[str, list[Version]] = {model.name: [] for model in models}
    condition = f"model_versions.deleted_at IS NULL AND {these} ORDER BY version DESC"
    for version in read_versions(connection, condition, (value,)):
        versions[version.model].append(version)
    drawn = [one for each in versions.values() for one in each[:MOST_POINTS]]
    known = _Known(
        _measured(connection, drawn),
        _projects(connection, [one for each in versions.values() for one in each]),
        _objectives(connection),
    )
    return [_glance(connection, model, versions[model.name], known) for model in models]


class _Known(Struct, frozen=True):
    measured: Mapping[int, Mapping[str, float]]
    projects: Mapping[int, str]
    ways: Mapping[str, Mapping[str, str]]


def _glance(
    connection: Connection, model: Model, versions: Sequence[Version], known: _Known
) -> ModelGlance:
    moves = moves_of(connection, model)
    newest = versions[0] if versions else None
    made_by = {known.projects[one.number] for one in versions if one.number in known.projects}
    objective: dict[str, str] = {}
    for each in sorted(made_by):
        objective |= known.ways.get(each, {})
    drawn = list(reversed(versions[:MOST_POINTS]))
    numbers = [known.measured.get(one.number, {}) for one in drawn]
    gate = newest.origin.evidence.get("gate") if newest and newest.origin else None
    chosen = key_metric(numbers, objective, gate if isinstance(gate, str) else None)
    return ModelGlance(
        model,
        len(versions),
        newest,
        sorted(made_by),
        None if chosen is None else _trend(chosen, drawn, numbers),
        moves[0] if moves else None,
    )


def _trend(
    chosen: KeyMetric, versions: Sequence[Version], numbers: Sequence[Mapping[str, float]]
) -> KeyMetricTrend:
    points = [
        MetricPoint(version.version, found[chosen.name])
        for version, found in zip(versions, numbers, strict=True)
        if chosen.name in found
    ]
    return KeyMetricTrend(chosen.name, chosen.way, chosen.why, points)


def _measured(
    connection: Connection, versions: Sequence[Version]
) -> dict[int, Mapping[str, float]]:
    """Give the metrics of versions, by their numbers: what gates saw, else what runs measured."""
    found: dict[int, Mapping[str, float]] = {}
    by_run: dict[str, list[int]] = {}
    for version in versions:
        if version.origin is not None:
            found[version.number] = version.origin.evidence.get("metrics", {})
        elif version.run is not None:
            by_run.setdefault(version.run, []).append(version.number)
    if by_run:
        these, value = one_of(connection, "runs.id", sorted(by_run))
        of_runs: dict[str, dict[str, float]] = {}
        for run, name, last in connection.rows(_METRICS.format(these), (value,)):
            of_runs.setdefault(run, {})[name] = last
        for run, metrics in of_runs.items():
            found |= dict.fromkeys(by_run[run], metrics)
    return found


def _projects(connection: Connection, versions: Sequence[Version]) -> dict[int, str]:
    found = {one.number: one.origin.project for one in versions if one.origin is not None}
    by_run: dict[str, list[int]] = {}
    for version in versions:
        if version.origin is None and version.run is not None:
            by_run.setdefault(version.run, []).append(version.number)
    if by_run:
        these, value = one_of(connection, "runs.id", sorted(by_run))
        for run, project in connection.rows(_PROJECTS.format(these), (value,)):
            found |= dict.fromkeys(by_run[run], project)
    return found


def _objectives(connection: Connection) -> dict[str, dict[str, str]]:
    rows = connection.rows(
        "SELECT experiments.name, experiment_tags.name, value FROM experiment_tags "
        "JOIN experiments ON experiments.number = experiment_tags.experiment "
        "WHERE experiment_tags.name LIKE ?",
        (f"{OBJECTIVE_TAG}%",),
    )
    found: dict[str, dict[str, str]] = {}
    for project, name, way in rows:
        found.setdefault(project, {})[name.removeprefix(OBJECTIVE_TAG)] = way
    return found
