from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.pipeline.from_remote.mending import Mending
from modelcompose.store.content import Content
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.store import Store
from tests.unit.pipeline.from_remote.making import kept, pushed


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def content(store: Store, tmp_path: Path) -> Content:
    """Give a content that the store and a remote have."""
    found = kept(store, tmp_path / "project")
    pushed(FolderRemote(tmp_path / "remote"), store, found)
    return found


def damage(store: Store, content: Content) -> Path:
    path = store.blob_path(store.tree(content.digest).entries[0].digest)
    path.chmod(0o644)
    path.write_text("WEIGHTS\n")
    return path


def test_what_is_damaged_comes_again_and_is_named(
    store: Store, content: Content, tmp_path: Path
) -> None:
    blob = damage(store, content)
    notes: list[str] = []
    mending = Mending(store, tmp_path, "remote", notes.append)

    mending.whole([content], lambda: store.place(content, tmp_path / "placed"))

    assert (tmp_path / "placed" / "weights").read_text() == "weights\n"
    (note,) = notes
    assert str(blob) in note
    assert note.endswith(f"fetched again from {tmp_path / 'remote'}")


def test_a_listing_that_is_missing_comes_again(
    store: Store, content: Content, tmp_path: Path
) -> None:
    store.blob_path(content.digest).unlink()
    mending = Mending(store, tmp_path, "remote", lambda _: None)

    mending.whole([content], lambda: store.place(content, tmp_path / "placed"))

    assert store.holds(content)


def test_without_a_remote_the_damage_is_an_error(
    store: Store, content: Content, tmp_path: Path
) -> None:
    damage(store, content)
    mending = Mending(store, tmp_path, None, lambda _: None)

    with pytest.raises(ContentCorrupt):
        mending.whole([content], lambda: store.place(content, tmp_path / "placed"))


def test_what_the_remote_lacks_too_is_an_error_that_says_both(
    store: Store, content: Content, tmp_path: Path
) -> None:
    store.blob_path(content.digest).unlink()
    mending = Mending(store, tmp_path, "empty", lambda _: None)

    with pytest.raises(ContentMissing, match=r"holds no content .*; .*empty: holds no content"):
        mending.whole([content], lambda: store.place(content, tmp_path / "placed"))
