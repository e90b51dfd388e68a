"""Experiments over MLflow's protocol."""

from __future__ import annotations

from msgspec import Struct
from starlette.routing import Route

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError, missing
from modelcompose.hub.mlflow.messages import ExperimentMessage, experiment_message
from modelcompose.hub.tokens.principal import caller
from modelcompose.tracking import experiments
from modelcompose.tracking.experiments import Experiment, experiment_named, find_experiment
from modelcompose.tracking.logging import KeyValue, find_run_key

_ROOT = "/mlflow/experiments"


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, f"{_ROOT}/create", _create, _New),
        call(hub, f"{_ROOT}/get", _get, _ById, methods=("GET",)),
        call(hub, f"{_ROOT}/get-by-name", _get_by_name, _ByName, methods=("GET",)),
        call(hub, f"{_ROOT}/delete", _delete, _ById),
        call(hub, f"{_ROOT}/restore", _restore, _ById),
        call(hub, f"{_ROOT}/update", _update, _Renamed),
        call(hub, f"{_ROOT}/set-experiment-tag", _set_tag, _Tag),
        call(hub, f"{_ROOT}/delete-experiment-tag", _delete_tag, _TagKey),
    ]


class _New(Struct):
    name: str = ""
    artifact_location: str | None = None
    tags: list[KeyValue] = []


class _Made(Struct):
    experiment_id: str


class _ById(Struct):
    experiment_id: str = ""


class _ByName(Struct):
    experiment_name: str = ""


class _Renamed(Struct):
    experiment_id: str = ""
    new_name: str = ""


class _Tag(Struct):
    experiment_id: str = ""
    key: str = ""
    value: str | None = None


class _TagKey(Struct):
    experiment_id: str = ""
    key: str = ""


class _Answer(Struct):
    experiment: ExperimentMessage


def _create(hub: Hub, asked: _New) -> _Made:
    require(name=asked.name)
    root = asked.artifact_location or ""
    if root.startswith("runs:"):
        raise MlflowError(
            "INVALID_PARAMETER_VALUE",
            f"Artifact location cannot be a runs:/ URI. Given: '{root}'",
        )
    if "#" in root or ";" in root.rpartition("/")[2]:
        raise MlflowError(
            "INVALID_PARAMETER_VALUE", "'artifact_location' URL can't include fragments or params."
        )
    tags = {tag.key: tag.value for tag in asked.tags}
    with hub.database.write() as connection:
        if (own := own_experiment(connection)) is not None:
            return _Made(str(own.number))
        made = experiments.create_experiment(
            connection, asked.name, hub.clock(), artifact_root=root, tags=tags
        )
    return _Made(str(made))


def _get(hub: Hub, asked: _ById) -> _Answer:
    require(experiment_id=asked.experiment_id)
    with hub.database.read() as connection:
        return _Answer(experiment_message(find_experiment(connection, asked.experiment_id)))


def _get_by_name(hub: Hub, asked: _ByName) -> _Answer:
    require(experiment_name=asked.experiment_name)
    with hub.database.read() as connection:
        found = own_experiment(connection) or experiment_named(connection, asked.experiment_name)
    if found is None:
        raise NotFound(f"Could not find experiment with name '{asked.experiment_name}'")
    return _Answer(experiment_message(found))


def _delete(hub: Hub, asked: _ById) -> None:
    with hub.database.write() as connection:
        found = _asked_for(connection, asked.experiment_id)
        experiments.delete_experiment(connection, found, hub.clock())


def _restore(hub: Hub, asked: _ById) -> None:
    with hub.database.write() as connection:
        found = _asked_for(connection, asked.experiment_id)
        experiments.restore_experiment(connection, found, hub.clock())


def _update(hub: Hub, asked: _Renamed) -> None:
    require(new_name=asked.new_name)
    with hub.database.write() as connection:
        found = _asked_for(connection, asked.experiment_id)
        if found.deleted_at is not None:
            raise MlflowError("INVALID_STATE", "Cannot rename a non-active experiment.")
        experiments.rename_experiment(connection, found, asked.new_name, hub.clock())


def _set_tag(hub: Hub, asked: _Tag) -> None:
    require(key=asked.key)
    with hub.database.write() as connection:
        found = _asked_for(connection, asked.experiment_id)
        experiments.set_experiment_tag(connection, found, asked.key, asked.value or "")


def _delete_tag(hub: Hub, asked: _TagKey) -> None:
    require(key=asked.key)
    with hub.database.write() as connection:
        found = _asked_for(connection, asked.experiment_id)
        experiments.delete_experiment_tag(connection, found, asked.key)


def own_experiment(connection: Connection) -> Experiment | None:
    """Give the experiment of the run that the caller's token is for; None for other callers.

    Whatever experiment a step's code asks for by its name, it logs into its step's run, which
    MLflow's client refuses where the two are of different experiments.
    """
    own = caller.get().run
    if own is None:
        return None
    run = find_run_key(connection, own)
    return find_experiment(connection, str(run.experiment))


def _asked_for(connection: Connection, experiment_id: str) -> Experiment:
    require(experiment_id=experiment_id)
    return find_experiment(connection, experiment_id)


def require(**parameters: str | None) -> None:
    """Check that parameters of a request are there.

    Raises:
        MlflowError: one is empty.
    """
    for name, value in parameters.items():
        if not value:
            raise MlflowError("INVALID_PARAMETER_VALUE", missing(name))
