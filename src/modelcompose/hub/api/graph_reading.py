"""What the database adds to a picture: runs that go on or ended, and versions of models."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.guarding import visible_models
from modelcompose.hub.tokens.principal import caller
from modelcompose.pipeline.model_mounts.marking import SERVED
from modelcompose.tracking.plan_document import Plan
from modelcompose.tracking.step_history import Measured, Went, latest, measured, of_step, running

_LATEST = 300
"""Runs of a project that are looked through for steps that never ran in its folder."""
_STEPS = 2_000
"""Steps whose runs are looked up; of more, only runs that go on are shown."""


class Registered(Struct, frozen=True):
    """What the registry knows of a model."""

    last_version: int
    updated_at: float
    aliases: Mapping[str, int]


class Facts(Struct, frozen=True):
    """What the database knows of the things in a plan."""

    history: Mapping[str, list[Went]]
    """The newest runs of each step, the newest first."""
    going: Mapping[str, Went]
    """The newest run of each step that goes on, in any folder."""
    measured: Mapping[int, list[Measured]]
    models: Mapping[str, Registered]
    served: Mapping[str, list[tuple[str, int]]]
    """The versions that each service's folders hold: model and number."""


def read_facts(connection: Connection, project: str, experiment: int, plan: Plan) -> Facts:
    """Read what is known of the things in a plan."""
    history = _history(connection, experiment, plan)
    going: dict[str, Went] = {}
    for run in running(connection, experiment):
        if run.kind == "step":
            going.setdefault(run.step, run)
    numbers = [run.number for run in going.values()]
    return Facts(
        history,
        going,
        measured(connection, numbers) if numbers else {},
        _models(connection, [model.name for model in plan.models]),
        _served(connection, project, plan),
    )


def _history(connection: Connection, experiment: int, plan: Plan) -> dict[str, list[Went]]:
    found: dict[str, list[Went]] = {}
    if plan.folder:
        for step in plan.steps[:_STEPS]:
            found[step.name] = of_step(connection, experiment, plan.folder, step.name)
    if found and all(found.values()):
        return found
    # In another clone, or where the folder was before it was moved.
    elsewhere: dict[str, list[Went]] = {}
    for run in latest(connection, experiment, _LATEST):
        if run.kind == "step" and not found.get(run.step):
            elsewhere.setdefault(run.step, []).append(run)
    return {**found, **elsewhere}


def _models(connection: Connection, names: list[str]) -> dict[str, Registered]:
    seen = visible_models(connection, caller.get(), set(names)) if names else set()
    if not seen:
        return {}
    condition, value = one_of(connection, "name", sorted(seen))
    rows = connection.rows(
        "SELECT number, name, last_version, updated_at FROM registered_models "  # noqa: S608
        f"WHERE deleted_at IS NULL AND {condition}",
        (value,),
    )
    return {
        name: Registered(last, updated_at, _aliases(connection, number))
        for number, name, last, updated_at in rows
    }


def _aliases(connection: Connection, model: int) -> dict[str, int]:
    rows = connection.rows(
        "SELECT alias, versions.version FROM model_aliases "
        "JOIN model_versions AS versions ON versions.number = model_aliases.version "
        "WHERE model_aliases.model = ? ORDER BY alias",
        (model,),
    )
    return dict(rows)


def _served(connection: Connection, project: str, plan: Plan) -> dict[str, list[tuple[str, int]]]:
    return served_by(connection, {f"{project}/{name}": name for name in plan.services})


def served_by(
    connection: Connection, services: Mapping[str, str]
) -> dict[str, list[tuple[str, int]]]:
    """Give which versions services' folders hold, as far as the caller may see the models.

    Args:
        connection: of any block.
        services: `PROJECT/SERVICE` to the name that the answer has it under.
    """
    if not services:
        return {}
    keys = {f"{SERVED}{place}": name for place, name in services.items()}
    condition, value = one_of(connection, "tags.name", sorted(keys))
    rows = connection.rows(
        "SELECT tags.name, models.name, versions.version "  # noqa: S608 - made of constants
        "FROM model_version_tags AS tags "
        "JOIN model_versions AS versions ON versions.number = tags.version "
        "JOIN registered_models AS models ON models.number = versions.model "
        f"WHERE {condition} AND versions.deleted_at IS NULL AND models.deleted_at IS NULL "
        "ORDER BY models.name, versions.version",
        (value,),
    )
    seen = visible_models(connection, caller.get(), {model for _, model, _ in rows})
    found: dict[str, list[tuple[str, int]]] = {}
    for key, model, version in rows:
        if model in seen:
            found.setdefault(keys[key], []).append((model, version))
    return found
