"""What a call of MLflow's protocol touches: the role it needs, and in which projects.

Only for tokens that may not do everything: the others are not looked at.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec
from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.tokens.principal import Principal, Role
from modelcompose.registry.candidates import CONTENT

_PREFIX = re.compile(r"/(?:ajax-)?api/[23]\.0")
_READS = ("/search", "/get-latest-versions", "/datasets/search-datasets", "/search-datasets")
_FREE = frozenset({"/mlflow/server-info", "/health", "/version"})
_OF_ALL = frozenset(
    {
        "/mlflow/experiments/search",
        "/mlflow/registered-models/search",
        "/mlflow/registered-models/get-latest-versions",
        "/mlflow/model-versions/search",
    }
)
"""Lists over all projects: `hub.access` leaves out of their answers what may not be seen."""

_PARTS = "/mlflow-artifacts/mpu/part/"
"""Pieces of an upload, whose name nobody can guess: it was given to who may write."""

_MODELS = ("registered-models", "model-versions")
_DEEPEST = 8
_PARENT_TAG = "mlflow.parentRunId"


class _Tag(Struct):
    key: str = ""
    value: str | None = None


class _Fields(Struct):
    run_id: str = ""
    run_uuid: str = ""
    source_run_id: str = ""
    run_ids: list[str] = []
    experiment_id: str = ""
    experiment_ids: list[str] = []
    experiment_name: str = ""
    name: str = ""
    model_id: str = ""
    path: str = ""
    tags: list[_Tag] | None = None


class Call(Struct, frozen=True):
    """A request, as far as it tells what it touches."""

    method: str
    path: str
    """Decoded, without the host and the query."""
    query: bytes = b""
    body: bytes = b""


def needs_body(method: str, path: str) -> bool:
    """Tell whether a call may say in its body what it touches; uploads say it in their path.

    A call that asks may have a body too, which goes before its query.
    """
    return method != "PUT" or "/mlflow-artifacts/" not in path


def check(connection: Connection, principal: Principal, call: Call) -> None:
    """Check that a caller may make a call.

    Raises:
        MlflowError: they may not, or what the call touches cannot be told.
    """
    path = _PREFIX.sub("", call.path, count=1)
    if path in _FREE or path.startswith("/api/v1"):  # which looks itself
        return
    role = role_of(call.method, path)
    fields = _fields(call)
    if path.startswith("/mlflow/webhooks"):
        projects: set[str] | None = {""}
        role = "admin"
    elif path in _OF_ALL:
        projects = set()
    else:
        projects = _projects(connection, path, fields)
    if projects is None or not principal.may_somewhere(role):
        raise _denied(role, "")
    for project in sorted(projects):
        if not principal.may(role, [project]):
            raise _denied(role, project)
    if principal.run is not None and role != "reader":
        _check_run(connection, principal.run, path, fields)


def role_of(method: str, path: str) -> Role:
    """Give the role that a call needs in what it touches."""
    is_reading = method in ("GET", "HEAD", "OPTIONS") or path.endswith(_READS)
    return "reader" if is_reading else "writer"


def visible_models(connection: Connection, principal: Principal, names: set[str]) -> set[str]:
    """Give those of some models' names that a caller may see."""
    found = _projects_of_models(connection, names)
    return {name for name in names if principal.may("reader", found.get(name, set()))}


def _fields(call: Call) -> _Fields:
    raw: dict[str, Any] = {}
    for name, values in parse_qs(call.query.decode("latin-1")).items():
        many = name in ("run_ids", "experiment_ids", "run_id") and len(values) > 1
        raw["run_ids" if name == "run_id" and many else name] = values if many else values[-1]
    for name in ("run_ids", "experiment_ids"):
        if isinstance(raw.get(name), str):
            raw[name] = [raw[name]]
    raw.pop("tags", None)
    try:
        given = msgspec.json.decode(call.body, type=dict[str, msgspec.Raw]) if call.body else {}
        known = {
            name: msgspec.json.decode(value)
            for name, value in given.items()
            if name in _Fields.__struct_fields__
        }
        clean = {name: value for name, value in known.items() if value is not None}
        return msgspec.convert({**raw, **clean}, _Fields, strict=False)
    except msgspec.MsgspecError as error:
        raise MlflowError("BAD_REQUEST", f"The request cannot be read: {error}") from error


def _projects(connection: Connection, path: str, fields: _Fields) -> set[str] | None:
    """Give the projects that a call touches; None where that cannot be told."""
    _, _, rest = path.partition("/mlflow/")
    area, _, _ = rest.partition("/")
    if path.startswith(_PARTS):
        return set()
    if path.startswith("/mlflow-artifacts/"):
        return _projects_of_artifact(connection, path, fields)
    if area in _MODELS:
        return _projects_of_model_call(connection, fields)
    found: set[str] = set()
    is_told = False
    for experiments in (fields.experiment_ids, [fields.experiment_id]):
        if any(experiments):
            found |= _projects_of_experiments(connection, experiments)
            is_told = True
    runs = [*fields.run_ids, fields.run_id, fields.run_uuid, fields.source_run_id]
    if any(runs):
        found |= _projects_of_runs(connection, [run for run in runs if run])
        is_told = True
    for model in filter(None, (fields.model_id, _logged_model(path))):
        found |= _projects_of_logged(connection, model)
        is_told = True
    name = fields.experiment_name or (fields.name if area == "experiments" else "")
    if name:
        found.add(name)
        is_told = True
    if not is_told and path == "/mlflow/runs/create":
        return {"Default"}
    return found if is_told else None


def _artifact_place(path: str) -> list[str]:
    place = re.sub(r"^/mlflow-artifacts/(?:artifacts|mpu/\w+|presigned)/?", "", path)
    return unquote(place).strip("/").split("/", 2)


def _logged_model(path: str) -> str:
    match = re.match(r"/mlflow/logged-models/(?!search$)([^/]+)", path)
    return match[1] if match else ""


def _projects_of_model_call(connection: Connection, fields: _Fields) -> set[str]:
    names = {fields.name} if fields.name else set()
    found = set[str]().union(*_projects_of_models(connection, names).values())
    if fields.run_id:
        found |= _projects_of_runs(connection, [fields.run_id])
    return found


def _projects_of_experiments(connection: Connection, ids: list[str]) -> set[str]:
    numbers = [int(one) for one in ids if one.isdecimal() and len(one) < 10]  # noqa: PLR2004
    these, parameter = one_of(connection, "number", numbers)
    rows = connection.rows(f"SELECT name FROM experiments WHERE {these}", (parameter,))  # noqa: S608
    # What is not there belongs to nobody: only who may do everything hears that it is not.
    return {name for (name,) in rows} | ({""} if len(rows) < len(set(ids)) else set())


def _projects_of_artifact(connection: Connection, path: str, fields: _Fields) -> set[str]:
    place = ("/".join(_artifact_place(path)) or fields.path).strip("/").split("/")
    if place[0] == CONTENT:
        return _projects_of_content(connection, "".join(place[2:3]))
    return _projects_of_experiments(connection, [place[0]])


def _projects_of_content(connection: Connection, digits: str) -> set[str]:
    """Give the projects whose gates registered a content; it is kept once for all of them."""
    rows = connection.rows(
        "SELECT project FROM model_versions WHERE digest = ? AND deleted_at IS NULL",
        (f"sha256:{digits}",),
    )
    return {project for (project,) in rows} or {""}


def _projects_of_runs(connection: Connection, ids: list[str]) -> set[str]:
    these, parameter = one_of(connection, "runs.id", ids)
    rows = connection.rows(
        "SELECT coalesce(experiments.name, runs.project) FROM runs "  # noqa: S608
        f"LEFT JOIN experiments ON experiments.number = runs.experiment WHERE {these}",
        (parameter,),
    )
    return {name for (name,) in rows} | ({""} if len(rows) < len(set(ids)) else set())


def _projects_of_logged(connection: Connection, model: str) -> set[str]:
    rows = connection.rows(
        "SELECT experiments.name FROM logged_models "
        "JOIN experiments ON experiments.number = logged_models.experiment "
        "WHERE logged_models.id = ?",
        (model,),
    )
    return {name for (name,) in rows} or {""}


def _projects_of_models(connection: Connection, names: set[str]) -> dict[str, set[str]]:
    """Give the projects whose runs made the versions of each model."""
    these, parameter = one_of(connection, "models.name", sorted(names))
    rows = connection.rows(
        "SELECT models.name, coalesce(versions.project, experiments.name) "  # noqa: S608
        "FROM registered_models AS models "
        "JOIN model_versions AS versions ON versions.model = models.number "
        "LEFT JOIN runs ON runs.id = versions.run "
        "LEFT JOIN experiments ON experiments.number = runs.experiment "
        f"WHERE {these} AND models.deleted_at IS NULL AND versions.deleted_at IS NULL",
        (parameter,),
    )
    found: dict[str, set[str]] = {}
    for name, project in rows:
        if project is not None:
            found.setdefault(name, set()).add(project)
    return found


def _check_run(connection: Connection, own: str, path: str, fields: _Fields) -> None:
    """Check that a call writes to a token's own run, or to one below it."""
    if path == "/mlflow/runs/create":
        parents = [tag.value for tag in fields.tags or [] if tag.key == _PARENT_TAG]
        if parents and _is_below(connection, own, str(parents[0])):
            return
    elif path.startswith(_PARTS):
        return
    elif path.startswith("/mlflow-artifacts/"):
        _, owner, name = (*_artifact_place(path), "", "", "")[:3]
        run = _run_of_logged(connection, name.partition("/")[0]) if owner == "models" else owner
        if run and _is_below(connection, own, run):
            return
    elif path.startswith("/mlflow/logged-models/"):
        run = _run_of_logged(connection, _logged_model(path))
        if run and _is_below(connection, own, run):
            return
    elif path == "/mlflow/registered-models/create":
        return
    else:
        run = fields.run_id or fields.run_uuid or fields.source_run_id
        if run and _is_below(connection, own, run):
            return
    raise MlflowError("PERMISSION_DENIED", f"This token may write to run {own} only.")


def _is_below(connection: Connection, own: str, run: str) -> bool:
    for _ in range(_DEEPEST):
        if run == own:
            return True
        row = connection.row(
            "SELECT run_tags.value FROM runs JOIN run_tags ON run_tags.run = runs.number "
            "WHERE runs.id = ? AND run_tags.name = ?",
            (run, _PARENT_TAG),
        )
        if row is None:
            return False
        run = row[0]
    return False


def _run_of_logged(connection: Connection, model: str) -> str:
    row = connection.row("SELECT run FROM logged_models WHERE id = ?", (model,))
    return str(row[0]) if row and row[0] else ""


def _denied(role: Role, project: str) -> MlflowError:
    where = f" in the project {project}" if project else ""
    return MlflowError("PERMISSION_DENIED", f"This token is no {role}{where}.")
