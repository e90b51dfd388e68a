"""Runs over MLflow's protocol: begun, ended, deleted, and what is logged into them."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType
from starlette.routing import Route

from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.cutting import cut_params, cut_tags
from modelcompose.hub.mlflow.experiments import require
from modelcompose.hub.mlflow.messages import STATUS_OF, RunInfo, RunMessage, RunStatus, seconds
from modelcompose.hub.mlflow.run_messages import read_info, read_run
from modelcompose.hub.tokens.principal import caller
from modelcompose.tracking import logged_runs, logging
from modelcompose.tracking.experiments import find_experiment
from modelcompose.tracking.limits import Int64
from modelcompose.tracking.logging import PARENT_TAG, KeyValue

_ROOT = "/mlflow/runs"
_USER_TAG = "mlflow.user"


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    return [
        call(hub, f"{_ROOT}/create", _create, _New),
        call(hub, f"{_ROOT}/get", _get, _ById, methods=("GET",)),
        call(hub, f"{_ROOT}/update", _update, _Changed),
        call(hub, f"{_ROOT}/delete", _delete, _ById),
        call(hub, f"{_ROOT}/restore", _restore, _ById),
        call(hub, f"{_ROOT}/log-parameter", _log_param, _Value),
        call(hub, f"{_ROOT}/set-tag", _set_tag, _Value),
        call(hub, f"{_ROOT}/delete-tag", _delete_tag, _Value),
    ]


class _New(Struct):
    experiment_id: str = ""
    user_id: str = ""
    run_name: str = ""
    start_time: Int64 = 0
    tags: list[KeyValue] = []


class _ById(Struct):
    run_id: str = ""
    run_uuid: str = ""
    """What old clients call it."""


class _Changed(Struct):
    run_id: str = ""
    run_uuid: str = ""
    status: RunStatus | UnsetType = UNSET
    end_time: Int64 | UnsetType = UNSET
    run_name: str = ""


class _Value(Struct):
    run_id: str = ""
    run_uuid: str = ""
    key: str = ""
    value: str | None = None


class _Run(Struct):
    run: RunMessage


class _Info(Struct):
    run_info: RunInfo


def run_id_of(asked: _ById | _Changed | _Value) -> str:
    """Give the id of the run that a request is about.

    Raises:
        MlflowError: it names none.
    """
    run_id = asked.run_id or asked.run_uuid
    require(run_id=run_id)
    return run_id


def _create(hub: Hub, asked: _New) -> _Run:
    started_at = seconds(asked.start_time) if asked.start_time else hub.clock()
    cut_tags(asked.tags)
    user = asked.user_id or next((t.value for t in asked.tags if t.key == _USER_TAG), "")
    with hub.database.write() as connection:
        run_id = logged_runs.create_run(
            connection,
            find_experiment(connection, asked.experiment_id),
            started_at,
            name=asked.run_name,
            user=user,
            tags=_below_own(asked.tags),
        )
        return _Run(read_run(connection, run_id))


def _below_own(tags: list[KeyValue]) -> list[KeyValue]:
    """Put a run that a step's code begins below the step's."""
    own = caller.get().run
    if own is None or any(tag.key == PARENT_TAG for tag in tags):
        return tags
    return [*tags, KeyValue(PARENT_TAG, own)]


def _get(hub: Hub, asked: _ById) -> _Run:
    run_id = run_id_of(asked)
    with hub.database.read() as connection:
        return _Run(read_run(connection, run_id))


def _update(hub: Hub, asked: _Changed) -> _Info:
    run_id = run_id_of(asked)
    with hub.database.write() as connection:
        logged_runs.update_run(
            connection,
            run_id,
            status=None if asked.status is UNSET else STATUS_OF[asked.status],
            ended_at=None if asked.end_time is UNSET else seconds(asked.end_time),
            name=asked.run_name,
        )
        return _Info(read_info(connection, run_id))


def _delete(hub: Hub, asked: _ById) -> None:
    run_id = run_id_of(asked)
    with hub.database.write() as connection:
        logged_runs.delete_run(connection, run_id, hub.clock())


def _restore(hub: Hub, asked: _ById) -> None:
    run_id = run_id_of(asked)
    with hub.database.write() as connection:
        logged_runs.restore_run(connection, run_id)


def _log_param(hub: Hub, asked: _Value) -> None:
    run_id = run_id_of(asked)
    require(key=asked.key)
    param = KeyValue(asked.key, asked.value or "")
    cut_params([param])
    with hub.database.write() as connection:
        logging.log_param(connection, run_id, param)


def _set_tag(hub: Hub, asked: _Value) -> None:
    run_id = run_id_of(asked)
    require(key=asked.key)
    tag = KeyValue(asked.key, asked.value or "")
    cut_tags([tag])
    with hub.database.write() as connection:
        logging.set_tag(connection, run_id, tag)


def _delete_tag(hub: Hub, asked: _Value) -> None:
    run_id = run_id_of(asked)
    require(key=asked.key)
    with hub.database.write() as connection:
        logging.delete_tag(connection, run_id, asked.key)
