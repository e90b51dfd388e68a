"""The content store, seen as artifacts."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.database.database import Database
from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.artifacts.content import WithContent
from modelcompose.hub.artifacts.folder import Folder
from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.artifacts.protocol import Entry
from modelcompose.hub.guarding import check
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.tokens.principal import Principal
from modelcompose.hub.touching import Call
from modelcompose.registry.models import create_model
from modelcompose.registry.records import Origin
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version
from modelcompose.store.content import Content, Tree
from modelcompose.store.content import Entry as TreeEntry
from modelcompose.store.store import Store
from tests.unit.hub.artifacts.moving import read


@pytest.fixture
def with_content(tmp_path: Path) -> tuple[WithContent, str, str]:
    """Give artifacts over a store with one folder and one file, by their digits."""
    store = Store(tmp_path / "store")
    file = store.put_bytes(b"hello")
    tree = Tree((TreeEntry("a.txt", file, 5), TreeEntry("deep/b.txt", file, 5)), ("empty/",))
    listing = store.put_tree(tree)
    digits = (listing.removeprefix("sha256:"), file.removeprefix("sha256:"))
    return WithContent(Folder(tmp_path / "artifacts"), store), *digits


def test_content_of_the_store_is_read_as_artifacts(
    with_content: tuple[WithContent, str, str],
) -> None:
    artifacts, listing, file = with_content
    root = ("content", "folder", listing)
    assert [entry.name for entry in artifacts.entries(root)] == ["a.txt", "deep", "empty"]
    assert artifacts.entries((*root, "deep")) == [Entry("b.txt", is_dir=False, size_bytes=5)]
    assert read(artifacts, (*root, "deep", "b.txt")) == b"hello"
    alone = ("content", "file", file, "model.txt")
    assert artifacts.entries(alone) == [Entry("model.txt", is_dir=False, size_bytes=5)]
    assert read(artifacts, (*alone, "model.txt")) == b"hello"


def test_content_of_the_store_is_neither_listed_nor_written_nor_deleted(
    with_content: tuple[WithContent, str, str],
) -> None:
    artifacts, listing, file = with_content
    assert artifacts.entries(("content",)) == []
    assert artifacts.entries(("content", "folder")) == []
    written: list[Parts] = [("content", "x"), ("content", "folder", listing, "a.txt"), ("content",)]
    for path in written:
        with pytest.raises(UsageError):
            artifacts.create(path)
        with pytest.raises(UsageError):
            artifacts.delete(path)
    missing: list[Parts] = [
        ("content",),
        ("content", "folder", listing),
        ("content", "folder", listing, "nothing"),
        ("content", "folder", file, "a.txt"),
        ("content", "folder", "0" * 64, "a.txt"),
        ("content", "file", "0" * 64, "a", "a"),
        ("content", "file", "..", "a", "a"),
        ("content", "file", file, "a", "b"),
    ]
    for path in missing:
        with pytest.raises(NotFound):
            artifacts.open(path)


def test_content_is_read_by_who_may_read_a_project_that_registered_it(tmp_path: Path) -> None:
    database = Database.at(tmp_path / "hub.db")
    digits = "a" * 64
    origin = Origin("flights", "model", Content("folder", f"sha256:{digits}", 1))
    with database.write() as connection:
        model = create_model(connection, "delay", 1.0)
        create_version(connection, model, Source("x", "x"), 1.0, origin=origin)
    reading = f"/api/2.0/mlflow-artifacts/artifacts/content/folder/{digits}/weights"
    listing = f"path=content/folder/{digits}".encode()
    calls = [
        Call("GET", reading),
        Call("GET", "/api/2.0/mlflow-artifacts/artifacts", listing),
    ]
    with database.read() as connection:
        for call in calls:
            check(connection, Principal("t", {"flights": "reader"}), call)
            with pytest.raises(MlflowError):
                check(connection, Principal("t", {"other": "reader"}), call)
        with pytest.raises(MlflowError):
            check(connection, Principal("t", {"flights": "reader"}), Call("PUT", reading))
    database.close()
