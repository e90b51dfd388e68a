"""What the token of a run may write: that run, with those below it and their models."""

from __future__ import annotations

import re

from modelcompose.database.database import Connection
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.touching import PARTS, Fields, artifact_place, logged_model_in
from modelcompose.tracking.logging import PARENT_TAG

BY_NAME = frozenset({"/mlflow/experiments/get-by-name", "/mlflow/experiments/create"})
"""Answered to the token of a run with that run's experiment, whatever the name."""

_OF_NO_RUN = BY_NAME | {"/mlflow/registered-models/create"}
_ALIAS = "/mlflow/registered-models/alias"
_NUMBER = re.compile(r"[0-9]{1,9}")
_DEEPEST = 8


def check_run(connection: Connection, own: str, path: str, fields: Fields) -> None:
    """Check that a call writes to a token's own run, or to one below it.

    Raises:
        MlflowError: it does not.
    """
    if path in _OF_NO_RUN or path.startswith(PARTS):
        return
    run = _written(connection, own, path, fields)
    if not run or not _is_below(connection, own, run):
        raise MlflowError("PERMISSION_DENIED", f"This token may write to run {own} only.")


def _written(connection: Connection, own: str, path: str, fields: Fields) -> str:
    """Give the run that a call writes to, by the fields that its route reads; empty for none.

    Others do not count: a call could name the own run there, and write elsewhere.
    """
    if path == "/mlflow/runs/create":
        parents = [tag.value for tag in fields.tags or [] if tag.key == PARENT_TAG]
        return str(parents[-1]) if parents else own
    if path.startswith("/mlflow/runs/"):
        return fields.run_id or fields.run_uuid
    if path == "/mlflow/logged-models":
        return fields.source_run_id
    if path == "/mlflow/model-versions/create":
        return fields.run_id or _run_of_logged(connection, fields.model_id)
    if path == _ALIAS or path.startswith("/mlflow/model-versions/"):
        return _run_of_version(connection, fields)
    return _owner(connection, path)


def _owner(connection: Connection, path: str) -> str:
    """Give the run that the artifact or logged model of a path belongs to."""
    if path.startswith("/mlflow/logged-models/"):
        return _run_of_logged(connection, logged_model_in(path))
    if not path.startswith("/mlflow-artifacts/"):
        return ""
    _, owner, name = (*artifact_place(path), "", "", "")[:3]
    return _run_of_logged(connection, name.partition("/")[0]) if owner == "models" else owner


def _is_below(connection: Connection, own: str, run: str) -> bool:
    for _ in range(_DEEPEST):
        if run == own:
            return True
        row = connection.row(
            "SELECT run_tags.value FROM runs JOIN run_tags ON run_tags.run = runs.number "
            "WHERE runs.id = ? AND run_tags.name = ?",
            (run, PARENT_TAG),
        )
        if row is None:
            return False
        run = row[0]
    return False


def _run_of_logged(connection: Connection, model: str) -> str:
    row = connection.row("SELECT run FROM logged_models WHERE id = ?", (model,))
    return str(row[0]) if row and row[0] else ""


def _run_of_version(connection: Connection, fields: Fields) -> str:
    row = connection.row(
        "SELECT versions.run FROM model_versions AS versions "
        "JOIN registered_models AS models ON models.number = versions.model "
        "WHERE models.name = ? AND versions.version = ? "
        "AND models.deleted_at IS NULL AND versions.deleted_at IS NULL",
        (fields.name, int(fields.version) if _NUMBER.fullmatch(fields.version) else 0),
    )
    return str(row[0]) if row and row[0] else ""
