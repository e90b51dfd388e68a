"""Artifacts of a run: what is in a folder of them. Files are given by MLflow's protocol."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, Struct

from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import run_number
from modelcompose.hub.artifacts.paths import parts_of, parts_of_uri
from modelcompose.hub.hub import Hub
from modelcompose.registry.run_places import run_artifacts


class Folder(Struct, frozen=True):
    """A folder of a run's artifacts."""

    run: str
    path: Annotated[str, Meta(max_length=4096)] = ""


class Artifact(Struct, frozen=True):
    """A file or folder."""

    path: str
    """From the run's artifacts."""
    is_dir: bool
    size_bytes: int | None
    url: str | None
    """Where a file is read, on this hub; ranges are understood."""


class Artifacts(Struct, frozen=True):
    """What is in a folder, by name."""

    artifacts: list[Artifact]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/runs/{run}/artifacts", _list, Folder, Artifacts)]


def _list(hub: Hub, asked: Folder) -> Artifacts:
    """List a folder of a run's artifacts."""
    with hub.database.read() as connection:
        run_number(connection, asked.run)
        root = parts_of_uri(run_artifacts(connection, asked.run))
    if root is None:
        raise NotFound(f"run {asked.run}: its artifacts are not kept by this hub")
    below = parts_of(asked.path)
    found = []
    for entry in hub.artifacts.entries((*root, *below)):
        place = quote("/".join((*root, *below, entry.name)))
        url = None if entry.is_dir else f"/api/2.0/mlflow-artifacts/artifacts/{place}"
        path = "/".join((*below, entry.name))
        found.append(Artifact(path, entry.is_dir, entry.size_bytes, url))
    return Artifacts(found)
