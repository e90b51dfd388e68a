"""The models that a run made, as they are told to another hub."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from modelcompose.database.database import Connection
from modelcompose.hub.sending.wire import (
    LoggedValue,
    ModelLink,
    SentContent,
    SentLogged,
    SentModels,
    SentMove,
    SentVersion,
)
from modelcompose.registry.aliases import moves_of
from modelcompose.registry.logged_models import LoggedModel, read_logged_models
from modelcompose.registry.models import find_model
from modelcompose.registry.records import Model, Origin, Version
from modelcompose.registry.version_rows import read_versions

CONTENTS = "registered"
"""The folder of a run's artifacts that gets the files of what a project's gate registered."""

_SHOWN_DIGITS = 16


def logged_by(connection: Connection, run_id: str) -> list[LoggedModel]:
    """Give the models that a client logged in a run."""
    condition = "run = ? AND logged_models.deleted_at IS NULL ORDER BY logged_models.number"
    return read_logged_models(connection, condition, (run_id,))


def versions_by(connection: Connection, run_id: str) -> list[Version]:
    """Give the versions that a run made."""
    return read_versions(
        connection,
        "model_versions.deleted_at IS NULL AND registered_models.deleted_at IS NULL"
        " AND model_versions.run = ? ORDER BY model_versions.number",
        (run_id,),
    )


def content_place(origin: Origin) -> str:
    """Give the folder for the files of a registered content, from the run's artifacts."""
    digits = origin.content.digest.removeprefix("sha256:")[:_SHOWN_DIGITS]
    name = f"/{origin.path.rpartition('/')[2]}" if origin.content.kind == "file" else ""
    return f"{CONTENTS}/{digits}{name}"


def told_models(
    connection: Connection,
    run: int,
    logged: Sequence[LoggedModel],
    places: Sequence[tuple[Version, str]],
) -> SentModels:
    """Give the models that a run made.

    Args:
        connection: of any block.
        run: the run's number.
        logged: what clients logged in it.
        places: its versions, with where their files are sent to.
    """
    links = connection.rows(
        "SELECT logged_model, role, step FROM run_models WHERE run = ? ORDER BY role, logged_model",
        (run,),
    )
    models = {version.model: find_model(connection, version.model) for version, _ in places}
    return SentModels(
        [_logged(model) for model in logged],
        [ModelLink(*link) for link in links],
        [_version(version, place, models[version.model]) for version, place in places],
        [
            move
            for model in models.values()
            if model is not None
            for move in _moves(connection, model, places)
        ],
    )


def version_place(version: Version, run_id: str, root: str, logged: Sequence[str]) -> str | None:
    """Give where a version's files are sent to; None where they are kept elsewhere.

    It is a path from the run's artifacts, or `models/ID` of a logged model.

    Args:
        version: made by the run.
        run_id: the run.
        root: address of its artifacts.
        logged: ids of the models that were logged in it.
    """
    if version.origin is not None:
        return content_place(version.origin)
    if version.logged_model is not None:
        return f"models/{version.logged_model}" if version.logged_model in logged else None
    for beginning in (f"{root}/", f"runs:/{run_id}/"):
        if version.storage.startswith(beginning):
            return version.storage.removeprefix(beginning).strip("/") or None
    return None


def _logged(model: LoggedModel) -> SentLogged:
    metrics = [
        LoggedValue(
            one.name,
            None if math.isnan(one.value) else one.value,
            one.step,
            one.time,
            one.run,
            one.dataset_name,
            one.dataset_digest,
        )
        for one in model.metrics
    ]
    return SentLogged(
        model.id,
        model.name,
        model.status,
        model.created_at,
        model.model_type,
        model.params,
        model.tags,
        metrics,
    )


def _version(version: Version, place: str, model: Model | None) -> SentVersion:
    origin = version.origin
    described = model.description if model is not None else None
    told: Mapping[str, object] = origin.evidence if origin is not None else {}
    return SentVersion(
        model=version.model,
        source=place,
        created_at=version.created_at,
        description=version.description,
        model_description=described,
        user=version.user,
        tags=version.tags,
        path=origin.path if origin is not None else "",
        content=None if origin is None else _content(origin),
        evidence=told,
    )


def _content(origin: Origin) -> SentContent:
    c = origin.content
    return SentContent(origin.path, c.kind, c.digest, c.size_bytes, c.files, c.executable)


def _moves(
    connection: Connection, model: Model, places: Sequence[tuple[Version, str]]
) -> list[SentMove]:
    """Give the latest move of each alias that concerns versions of the run."""
    own = {version.version: place for version, place in places if version.model == model.name}
    seen: set[str] = set()
    found = []
    for move in moves_of(connection, model):
        if move.alias in seen:
            continue
        seen.add(move.alias)
        number = move.old if move.new is None else move.new
        place = own.get(number) if number is not None else None
        if place is not None:
            is_removed = move.new is None
            told = (model.name, move.alias, place, move.moved_at, is_removed, move.cause)
            found.append(SentMove(*told))
    return found
