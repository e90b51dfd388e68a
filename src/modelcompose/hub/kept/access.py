"""What a tracked service may: write runs of its project. One token for each, kept for its life."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from modelcompose.database.database import Connection
from modelcompose.errors import UsageError
from modelcompose.hub.kept.announcing import folder_of
from modelcompose.hub.tokens import store
from modelcompose.store.failures import translated
from modelcompose.tracking.experiments import (
    create_experiment,
    experiment_named,
    set_experiment_tag,
)
from modelcompose.tracking.runs import FOLDER_TAG


def experiment_of(connection: Connection, project: str, directory: Path, now: float) -> int:
    """Give the number of a project's experiment, and note which folder it belongs to.

    Args:
        connection: of a write block.
        project: the Compose project's name.
        directory: the project folder.
        now: seconds since the epoch.

    Raises:
        UsageError: the experiment is in the trash.
    """
    experiment = experiment_named(connection, project)
    if experiment is not None and experiment.deleted_at is not None:
        raise UsageError(
            f"the experiment {project!r}, which the project's services log into, is in the trash",
            hint=f"take it out: mlflow experiments restore --experiment-id {experiment.number}",
        )
    if experiment is None:
        tags = {FOLDER_TAG: str(directory)}
        return create_experiment(connection, project, now, tags=tags)
    if experiment.tags.get(FOLDER_TAG) != str(directory):
        set_experiment_tag(connection, experiment, FOLDER_TAG, str(directory))
    return experiment.number


def token_for(connection: Connection, home: Path, project: str, service: str, now: float) -> str:
    """Give the token of a service: the one that it has, as long as that is valid.

    Args:
        connection: of a write block.
        home: the home folder, where the secret is kept for this user alone.
        project: the Compose project's name.
        service: the service's name.
        now: seconds since the epoch.

    Raises:
        StoreError: the secret cannot be kept.
    """
    path = _path(home, project, service)
    secret = _read(path)
    if secret is not None:
        found = store.find(connection, store.hashed(secret), now)
        if found is not None and found.may("writer", [project]):
            return secret
    _, secret = store.create(connection, f"{project}/{service}", {project: "writer"}, now)
    _write(path, secret)
    return secret


def kept_token(home: Path, project: str, service: str) -> str | None:
    """Give the token that a service has, whether or not it is still valid."""
    return _read(_path(home, project, service))


def _path(home: Path, project: str, service: str) -> Path:
    name = hashlib.sha256(f"{project}\n{service}".encode()).hexdigest()[:16]
    return folder_of(home) / "tokens" / name


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return None


def _write(path: Path, secret: str) -> None:
    with translated(path, "cannot be written"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret)
        new.replace(path)
