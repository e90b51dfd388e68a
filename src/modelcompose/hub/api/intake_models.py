"""Models that the runs of another hub made: registered here under numbers of this hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import AlreadyExists, NotFound, UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.intake import sent_run_number
from modelcompose.hub.api.visibility import check
from modelcompose.hub.artifacts.paths import parts_of, uri_of
from modelcompose.hub.guarding import projects_of_model
from modelcompose.hub.hub import Hub
from modelcompose.hub.sending.wire import (
    KeptModels,
    LoggedValue,
    ModelLink,
    RunId,
    SentLogged,
    SentModels,
    SentMove,
    SentVersion,
    VersionNumber,
)
from modelcompose.registry.aliases import moves_of, remove_alias, set_alias
from modelcompose.registry.logged_models import (
    VERSIONS_TAG,
    add_logged_params,
    logged_model,
    note_version,
    set_logged_tags,
)
from modelcompose.registry.models import create_model, find_model
from modelcompose.registry.records import Model, Origin, Version
from modelcompose.registry.run_places import run_artifacts
from modelcompose.registry.sources import Source
from modelcompose.registry.version_rows import read_versions
from modelcompose.registry.versions import create_version, set_version_tag

_LOGGED = "models/"
_KEEP_LOGGED = """
    INSERT INTO logged_models (
        id, experiment, run, name, model_type, artifacts, status, created_at, updated_at
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at
    WHERE logged_models.experiment = excluded.experiment
    RETURNING id
"""
_KEEP_VALUE = """
    INSERT INTO logged_model_metrics (
        model, run, name, dataset_name, dataset_digest, value, step, time
    )
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (model, run, name, dataset_name, dataset_digest)
    DO UPDATE SET value = excluded.value, step = excluded.step, time = excluded.time
"""
_KEEP_LINK = """
    INSERT INTO run_models (run, role, logged_model, step) VALUES (?, ?, ?, ?)
    ON CONFLICT (run, role, logged_model) DO UPDATE SET step = excluded.step
"""


class ModelsFor(Struct, frozen=True):
    """The models of a run."""

    run: RunId
    body: SentModels


class _Maker(Struct, frozen=True):
    """The run that made the models."""

    id: str
    number: int
    experiment: int
    project: str
    artifacts: str
    """Address of its artifacts."""
    now: float


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/{run}/models", _keep, ModelsFor, KeptModels, method="PUT", role="writer")
    ]


def _keep(hub: Hub, asked: ModelsFor) -> KeptModels:
    """Keep the models of a run whose files are there; give the numbers of its versions here."""
    sent = asked.body
    with hub.database.write() as connection:
        maker = _maker(connection, asked.run, hub.clock())
        for logged in sent.logged:
            _keep_logged(connection, maker, logged)
        _keep_links(connection, maker, sent.links)
        versions = [_keep_version(connection, maker, version) for version in sent.versions]
        for move in sent.moves:
            _move(connection, maker, move)
    return KeptModels(
        [VersionNumber(version.model, source, version.version) for source, version in versions]
    )


def _maker(connection: Connection, run: str, now: float) -> _Maker:
    number = sent_run_number(connection, run, now)
    row = connection.row(
        "SELECT experiments.number, experiments.name FROM runs "
        "JOIN experiments ON experiments.number = runs.experiment WHERE runs.number = ?",
        (number,),
    )
    if row is None:
        raise NotFound(f"run {run} is of no project")
    return _Maker(run, number, row[0], row[1], run_artifacts(connection, run), now)


def _keep_logged(connection: Connection, maker: _Maker, sent: SentLogged) -> None:
    place = f"{maker.artifacts.removesuffix(f'/{maker.id}/artifacts')}/models/{sent.id}/artifacts"
    cells = (sent.id, maker.experiment, maker.id, sent.name, sent.model_type, place, sent.status)
    if connection.row(_KEEP_LOGGED, (*cells, sent.created_at, maker.now)) is None:
        raise AlreadyExists(f"model {sent.id}: a model of this id is one of another project here")
    model = logged_model(connection, sent.id, also_deleted=True)
    add_logged_params(connection, model.number, sent.params)
    # Versions have other numbers here, and are noted when they are made.
    tags = {key: value for key, value in sent.tags.items() if key != VERSIONS_TAG}
    set_logged_tags(connection, model, tags, maker.now)
    rows = sorted(_value_row(model.number, one) for one in sent.metrics)
    if rows:
        connection.executemany(_KEEP_VALUE, rows)


def _value_row(model: int, one: LoggedValue) -> tuple[Any, ...]:
    value = None if one.value is None else float(one.value)
    named = (one.run, one.name, one.dataset_name, one.dataset_digest)
    return (model, *named, value, one.step, one.time)


def _keep_links(connection: Connection, maker: _Maker, links: list[ModelLink]) -> None:
    rows = sorted((maker.number, one.role, one.id, one.step) for one in links)
    if rows:
        connection.executemany(_KEEP_LINK, rows)


def _keep_version(connection: Connection, maker: _Maker, sent: SentVersion) -> tuple[str, Version]:
    model = find_model(connection, sent.model)
    if model is not None:
        _check_model(connection, model)
    else:
        model = create_model(connection, sent.model, maker.now, description=sent.model_description)
    source = _source(connection, maker, sent.source)
    known = _version_of(connection, model, maker, source.source)
    if known is None:
        made = create_version(
            connection,
            model,
            source,
            sent.created_at,
            description=sent.description,
            user=sent.user,
            tags=sent.tags,
            origin=_origin(maker, sent),
        )
        if source.logged_model:
            note_version(connection, source.logged_model, model.name, made.version)
        return sent.source, made
    _set_tags(connection, known, sent.tags, maker.now)
    return sent.source, known


def _check_model(connection: Connection, model: Model) -> None:
    for project in projects_of_model(connection, model.name):
        check(project, "writer")


def _source(connection: Connection, maker: _Maker, path: str) -> Source:
    if path.startswith(_LOGGED):
        logged = logged_model(connection, path.removeprefix(_LOGGED))
        if logged.experiment != maker.experiment:
            raise UsageError(f"versions: {path} is no model of the project {maker.project}")
        return Source(f"models:/{logged.id}", logged.artifacts, maker.id, logged.id)
    address = f"{maker.artifacts}/{uri_of(parts_of(path)).partition(':/')[2]}"
    return Source(address, address, maker.id)


def _version_of(connection: Connection, model: Model, maker: _Maker, source: str) -> Version | None:
    """Find a version that came before, one that was put into the trash here among them."""
    found = read_versions(
        connection,
        "model_versions.model = ? AND model_versions.run = ? AND model_versions.source = ?"
        " ORDER BY version DESC LIMIT 1",
        (model.number, maker.id, source),
    )
    return found[0] if found else None


def _is_deleted(connection: Connection, version: Version) -> bool:
    row = connection.row(
        "SELECT deleted_at FROM model_versions WHERE number = ?", (version.number,)
    )
    return row is None or row[0] is not None


def _origin(maker: _Maker, sent: SentVersion) -> Origin | None:
    if sent.content is None:
        return None
    return Origin(maker.project, sent.path, sent.content.content, sent.evidence)


def _set_tags(
    connection: Connection, version: Version, tags: Mapping[str, str], now: float
) -> None:
    for key, value in tags.items():
        if version.tags.get(key) != value:
            set_version_tag(connection, version, key, value, now)


def _move(connection: Connection, maker: _Maker, sent: SentMove) -> None:
    model = find_model(connection, sent.model)
    if model is None:
        return
    _check_model(connection, model)
    last = next(iter(moves_of(connection, model, sent.alias)), None)
    if last is not None and last.moved_at >= sent.moved_at:
        return  # it was moved here since, or this is known
    source = _source(connection, maker, sent.source).source
    version = _version_of(connection, model, maker, source)
    if version is None or _is_deleted(connection, version):
        return
    if not sent.is_removed:
        set_alias(connection, model, sent.alias, version, sent.moved_at, cause=sent.cause)
    elif model.aliases.get(sent.alias) == version.version:
        remove_alias(connection, model, sent.alias, sent.moved_at, cause=sent.cause)
