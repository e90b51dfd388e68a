from __future__ import annotations

from pathlib import Path

from modelcompose.store.clearing import Clearing
from modelcompose.store.content import Content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from tests.unit.store.folders import build, read
from tests.unit.store.test_packs import MANY, many_files


def digests(store: Store, content: Content) -> set[str]:
    return {content.digest, *(entry.digest for entry in store.tree(content.digest).entries)}


def clear(store: Store, needed: set[str]) -> int:
    clearing = Clearing(store, young_s=-1)
    return clearing.carry_out(clearing.plan(needed))


def test_what_is_needed_stays_and_all_else_goes(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    build(tmp_path / "other", {b"a": ("file", b"not needed", False)})
    content, _ = store.add(tmp_path / "data", states)
    other, _ = store.add(tmp_path / "other", states)

    assert clear(store, digests(store, content)) == 2

    assert store.holds(content)
    assert not (store.blob_path(other.digest)).exists()


def test_what_went_comes_back_when_somebody_needs_it(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    node = many_files(tmp_path / "data")
    content, _ = store.add(tmp_path / "data", states)
    assert clear(store, set()) == 2
    assert list((store.root / "packs").iterdir()) == []

    again = Store(store.root)

    assert again.holds(content)
    again.place(content, tmp_path / "place")
    assert read(tmp_path / "place") == node


def test_a_pack_of_which_little_is_needed_is_packed_anew(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data", 10 * MANY)
    content, tree = store.add(tmp_path / "data", states)
    assert tree is not None
    few = {entry.digest for entry in tree.entries[: 2 * MANY] if entry.link is None}
    (before,) = (store.root / "packs").iterdir()

    clear(store, few | {content.digest})
    Clearing(store).purge(-1)

    (after,) = (store.root / "packs").iterdir()
    assert after.name != before.name
    assert all(store.has(digest) for digest in few)
    assert not store.holds(content)


def test_what_is_young_stays(tmp_path: Path, store: Store, states: FileStates) -> None:
    many_files(tmp_path / "data")
    store.add(tmp_path / "data", states)

    assert Clearing(store).plan(set()).blobs == ()


def test_the_trash_is_emptied_when_the_time_is_up(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    content, _ = store.add(tmp_path / "data", states)
    clear(store, set())

    assert Clearing(store).purge(3600) == 0
    assert Clearing(store).purge(-1) == 2
    assert not store.holds(content)
    assert list((store.root / "trash").iterdir()) == []
