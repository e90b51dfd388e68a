from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.errors import ContentCorrupt
from modelcompose.store.clearing import Clearing
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from tests.unit.store.folders import build, read, settle
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


def test_what_was_touched_since_the_plan_was_made_stays(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    content, _ = store.add(tmp_path / "data", states)
    plan = Clearing(store, young_s=-1).plan(set())

    assert Clearing(store).carry_out(plan) == 0

    assert store.holds(content)


def test_finding_that_an_object_is_there_makes_it_young(store: Store) -> None:
    digest = store.put_bytes(b"kept")
    blob = store.blob_path(digest)
    os.utime(blob, ns=(10**18, 10**18))
    settle(blob)
    before = blob.stat()

    Store(store.root).put_bytes(b"kept")

    after = blob.stat()
    assert after.st_ctime_ns > before.st_ctime_ns
    assert after.st_atime_ns > before.st_atime_ns
    assert after.st_mtime_ns == before.st_mtime_ns  # it tells whether somebody wrote to it


def test_what_others_brought_back_or_took_away_meanwhile_is_found_as_it_is(store: Store) -> None:
    digest = store.put_bytes(b"kept")
    name = store.blob_path(digest).name
    assert store.trash.discard(name)
    here, there = Store(store.root), Store(store.root)
    assert here.trash.holder(name) == there.trash.holder(name) == name

    assert here.read(digest) == b"kept"
    assert there.read(digest) == b"kept"

    assert not store.trash.discard("0" * 64)


def test_damaged_content_that_was_set_aside_goes_with_the_trash(store: Store) -> None:
    digest = store.put_bytes(b"kept")
    blob = store.blob_path(digest)
    blob.chmod(0o644)
    blob.write_bytes(b"damaged")
    with pytest.raises(ContentCorrupt):
        store.read(digest)

    assert Clearing(store).purge(3600) == 0
    assert Clearing(store).purge(-1) == 1


def test_an_object_that_is_cut_off_is_lacking_whatever_lies_in_the_trash(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    build(tmp_path / "data", {b"a": ("file", b"a" * PACKED_BELOW_BYTES, False)})
    build(tmp_path / "other", {b"b": ("file", b"not needed", False)})
    content, _ = store.add(tmp_path / "data", states)
    store.add(tmp_path / "other", states)
    assert clear(store, digests(store, content)) > 0
    (entry,) = store.tree(content.digest).entries
    store.blob_path(entry.digest).chmod(0o644)
    os.truncate(store.blob_path(entry.digest), 1)

    again = Store(store.root)

    assert not again.holds(content)
    assert not again.holds(Content("file", entry.digest, entry.size_bytes))
    assert again.lacking([entry]) == [entry]
    again.add(tmp_path / "data", states)
    assert again.holds(content)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sets(st.integers(0, 99), min_size=1), min_size=1, max_size=3))
def test_whatever_is_needed_stays_and_can_be_read_however_often_it_is_cleared(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[set[int]]
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    texts = [b"%d" % number * (300_000 if number < 3 else 1) for number in range(100)]
    with store.intake() as intake:
        for text in texts:
            if len(text) < PACKED_BELOW_BYTES:
                intake.add_small(digest_bytes(text), text)
            else:
                intake.add_bytes(text)
        intake.commit()

    needed = set(range(100))
    for wanted in rounds:
        needed &= wanted
        clear(store, {digest_bytes(texts[number]) for number in needed})
        Clearing(store).purge(-1)

        assert all(store.read(digest_bytes(texts[n])) == texts[n] for n in needed)
        alone = {n for n in range(3) if store.has(digest_bytes(texts[n]))}
        assert alone == needed & {0, 1, 2}
