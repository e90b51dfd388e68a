"""What a call of MLflow's protocol touches: the role it needs, and in which projects.

Only for tokens that may not do everything: the others are not looked at.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.artifacts.paths import SCHEME
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.run_tokens import BY_NAME, check_run
from modelcompose.hub.tokens.principal import Principal, Role
from modelcompose.hub.touching import (
    PARTS,
    Call,
    Fields,
    artifact_place,
    fields_of,
    logged_model_in,
)
from modelcompose.registry.candidates import CONTENT

_PREFIX = re.compile(r"/(?:ajax-)?api/[23]\.0")
_READS = frozenset(
    {
        "/mlflow/experiments/search",
        "/mlflow/experiments/search-datasets",
        "/mlflow/runs/search",
        "/mlflow/logged-models/search",
        "/mlflow/registered-models/search",
        "/mlflow/registered-models/get-latest-versions",
        "/mlflow/model-versions/search",
    }
)
"""What is read by POST. No endings of paths: a file may be called `search`."""

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

_MODELS = ("registered-models", "model-versions")


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
    fields = fields_of(call)
    if path.startswith("/mlflow/webhooks"):
        projects: set[str] | None = {""}
        role = "admin"
    elif path in _OF_ALL or (principal.run is not None and path in BY_NAME):
        projects = set()
    else:
        projects = _projects(connection, path, fields)
    if projects is None or not principal.may_somewhere(role):
        raise _denied(role, "")
    for project in sorted(projects):
        if not principal.may(role, [project]):
            raise _denied(role, project)
    if principal.run is not None and role != "reader":
        check_run(connection, principal.run, path, fields)


def role_of(method: str, path: str) -> Role:
    """Give the role that a call needs in what it touches."""
    is_reading = method in ("GET", "HEAD", "OPTIONS") or path in _READS
    return "reader" if is_reading else "writer"


def visible_models(connection: Connection, principal: Principal, names: set[str]) -> set[str]:
    """Give those of some models' names that a caller may see."""
    found = _projects_of_models(connection, names)
    return {name for name in names if principal.may("reader", found.get(name, set()))}


def projects_of_model(connection: Connection, name: str) -> set[str]:
    """Give the projects whose runs made the versions of a model."""
    return _projects_of_models(connection, {name}).get(name, set())


def _projects(connection: Connection, path: str, fields: Fields) -> set[str] | None:
    """Give the projects that a call touches; None where that cannot be told."""
    _, _, rest = path.partition("/mlflow/")
    area, _, _ = rest.partition("/")
    if path.startswith(PARTS):
        return set()
    if path.startswith("/mlflow-artifacts/"):
        return _projects_of_artifact(connection, path, fields)
    if area in _MODELS:
        return _projects_of_model_call(connection, fields)
    found = _projects_named(connection, path, fields)
    if area == "experiments":
        found |= set(filter(None, (fields.name, fields.new_name)))
        # Where on the hub artifacts lie says who may read them.
        if urlsplit(fields.artifact_location).scheme == SCHEME:
            found.add("")
    if not found and path == "/mlflow/runs/create":
        return {"Default"}
    return found or None


def _projects_named(connection: Connection, path: str, fields: Fields) -> set[str]:
    found = {fields.experiment_name} if fields.experiment_name else set()
    for experiments in (fields.experiment_ids, [fields.experiment_id]):
        if any(experiments):
            found |= _projects_of_experiments(connection, experiments)
    runs = (*fields.run_ids, fields.run_id, fields.run_uuid, fields.source_run_id)
    if any(runs):
        found |= _projects_of_runs(connection, [run for run in runs if run])
    of_models = (each.model_id for each in (*fields.metrics, *fields.models))
    for model in filter(None, (fields.model_id, logged_model_in(path), *of_models)):
        found |= _projects_of_logged(connection, model)
    return found


def _projects_of_model_call(connection: Connection, fields: Fields) -> set[str]:
    names = {fields.name} if fields.name else set()
    found = set[str]().union(*_projects_of_models(connection, names).values())
    if fields.run_id:
        found |= _projects_of_runs(connection, [fields.run_id])
    if fields.source:
        found |= _projects_of_source(connection, fields.source)
    return found


def _projects_of_source(connection: Connection, source: str) -> set[str]:
    """Give the projects of the version that a new one is a copy of.

    Of any other source the hub itself checks that it lies in the run or model that is named.
    """
    split = urlsplit(source)
    if split.scheme != "models":
        return set()
    name = unquote(split.path.strip("/")).partition("@")[0].partition("/")[0]
    return _projects_of_models(connection, {name}).get(name, set())


def _projects_of_experiments(connection: Connection, ids: list[str]) -> set[str]:
    numbers = [int(one) for one in ids if one.isdecimal() and len(one) < 10]  # noqa: PLR2004
    these, parameter = one_of(connection, "number", numbers)
    rows = connection.rows(f"SELECT name FROM experiments WHERE {these}", (parameter,))  # noqa: S608
    # What is not there belongs to nobody: only who may do everything hears that it is not.
    return {name for (name,) in rows} | ({""} if len(rows) < len(set(ids)) else set())


def _projects_of_artifact(connection: Connection, path: str, fields: Fields) -> set[str]:
    named = "/".join(artifact_place(path))
    if not named and "/mpu/" in path:  # a file beside the experiments' folders
        return {""}
    place = (named or fields.path).strip("/").split("/")
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


def _denied(role: Role, project: str) -> MlflowError:
    where = f" in the project {project}" if project else ""
    return MlflowError("PERMISSION_DENIED", f"This token is no {role}{where}.")
