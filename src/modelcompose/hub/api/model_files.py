"""Files of versions of models: listed, compared, looked at; and what a model needs to run."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from msgspec import Meta, Struct
from starlette.routing import BaseRoute, Route

from modelcompose.hub.api.endpoint import ROOT, Endpoint
from modelcompose.hub.api.model_access import seen_model
from modelcompose.hub.api.previews import Shown
from modelcompose.hub.artifacts.protocol import Reading
from modelcompose.hub.hub import Hub
from modelcompose.hub.previews.areas import file_name
from modelcompose.hub.previews.kinds import FileKind, kind_of
from modelcompose.hub.version_files import (
    VersionFolder,
    read_text,
    tree_of,
    version_folder,
)
from modelcompose.registry.aliases import version_called
from modelcompose.registry.records import Version
from modelcompose.store.store import Store
from modelcompose.versioning.changes import Change, tree_changes

FILE = "/models/{model}/versions/{version}/file"
REQUIREMENTS = ("requirements.txt", "conda.yaml", "python_env.yaml", "environment.yml")
MOST_CHANGES = 2_000


class FilesOf(Struct, frozen=True):
    """One version of a model."""

    model: str
    version: str
    """Its number, or an alias."""


class VersionFileOf(Struct, frozen=True):
    """A file of a version."""

    model: str
    version: str
    path: Annotated[str, Meta(min_length=1, max_length=4096)]
    download: bool = False
    """Whether a browser is to save it, and not to show it."""


class ModelFile(Struct, frozen=True):
    """A file of a version."""

    path: str
    size_bytes: int | None
    digest: str | None
    kind: FileKind
    """How it can be looked at, told by its name."""
    view_url: str
    """Where it is looked at, on this hub, in a sandbox."""


class ModelFiles(Struct, frozen=True):
    """The files of a version, by path."""

    files: list[ModelFile]
    is_cut: bool
    """Whether there are more."""
    size_bytes: int


class RequirementsFile(Struct, frozen=True):
    """A file that says what a model needs."""

    path: str
    text: str


class Requirements(Struct, frozen=True):
    """What a model needs to run, as far as its files say so."""

    files: list[RequirementsFile]


class FilesBetween(Struct, frozen=True):
    """Two versions of a model."""

    model: str
    old: str
    """A number, or an alias."""
    new: str


class ModelFileChanges(Struct, frozen=True):
    """How the files of two versions differ."""

    changes: list[Change]
    count: int
    """How many there are; the first are given."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    one = "/models/{model}/versions/{version}"
    return [
        Endpoint(f"{one}/files", _files, FilesOf, ModelFiles),
        Endpoint(f"{one}/requirements", _requirements, FilesOf, Requirements),
        Endpoint("/models/{model}/files/changes", _changes, FilesBetween, ModelFileChanges),
    ]


def described_files() -> list[Endpoint]:
    """Give what the document says of files, which are no JSON."""
    return [Endpoint(FILE, _file, VersionFileOf, bytes, media="application/octet-stream")]


def file_routes(hub: Hub) -> list[BaseRoute]:
    """Give the routes of files."""
    return [Route(ROOT + FILE, Shown(hub, VersionFileOf, _file), methods=["GET"])]


def _files(hub: Hub, asked: FilesOf) -> ModelFiles:
    """List the files of a version."""
    folder = _folder(hub, asked.model, asked.version)
    files = [
        ModelFile(path, size, digest, kind_of(file_name(path)), _view_url(asked, path))
        for path, size, digest in folder.files
    ]
    return ModelFiles(files, folder.is_cut, sum(one.size_bytes or 0 for one in files))


def _requirements(hub: Hub, asked: FilesOf) -> Requirements:
    """Give the files of a version that say what it needs to run."""
    folder = _folder(hub, asked.model, asked.version)
    there = [path for path, *_ in folder.files if path in REQUIREMENTS]
    texts = [(path, read_text(hub.artifacts, folder, path)) for path in there]
    return Requirements([RequirementsFile(path, text) for path, text in texts if text is not None])


def _changes(hub: Hub, asked: FilesBetween) -> ModelFileChanges:
    """Tell which files differ between two versions."""
    store = Store(hub.home / "store")
    old, new = (
        tree_of(hub.artifacts, store, _version(hub, asked.model, one))
        for one in (asked.old, asked.new)
    )
    found = tree_changes(old, new)
    return ModelFileChanges(found[:MOST_CHANGES], len(found))


def _file(hub: Hub, asked: VersionFileOf) -> tuple[Reading, str]:
    """Give a file of a version to be looked at; it cannot act as a page of the hub."""
    folder = _folder(hub, asked.model, asked.version)
    return hub.artifacts.open(folder.place_of(asked.path)), file_name(asked.path)


def _version(hub: Hub, model: str, version: str) -> Version:
    with hub.database.read() as connection:
        return version_called(connection, seen_model(connection, model), version)


def _folder(hub: Hub, model: str, version: str) -> VersionFolder:
    found = _version(hub, model, version)
    return version_folder(hub.artifacts, Store(hub.home / "store"), found)


def _view_url(asked: FilesOf, path: str) -> str:
    where = f"models/{quote(asked.model, safe='')}/versions/{quote(asked.version, safe='')}"
    return f"{ROOT}/{where}/file?{urlencode({'path': path})}"
