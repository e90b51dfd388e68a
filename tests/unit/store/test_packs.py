from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes
from modelcompose.store.packs import FEWEST, PackIndex, encode_index, open_index, read_index
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from tests.unit.store.folders import Node, build, read, settle

MANY = FEWEST + 6


def many_files(path: Path, count: int = MANY) -> dict[bytes, Node]:
    node: dict[bytes, Node] = {
        b"sub%d" % part: {
            b"f%d" % n: ("file", b"%d" % n, n % 3 == 0) for n in range(part, count, 2)
        }
        for part in (0, 1)
    }
    node["größe".encode()] = ("link", b"sub0", False)
    node[b"empty"] = {}
    build(path, node)
    return node


def blobs(store: Store) -> list[Path]:
    return sorted((store.root / "blobs" / "sha256").iterdir())


def packs(store: Store) -> list[Path]:
    return sorted((store.root / "packs").iterdir())


def test_many_small_files_become_one_pack(tmp_path: Path, store: Store, states: FileStates) -> None:
    node = many_files(tmp_path / "data")

    content, _ = store.add(tmp_path / "data", states)

    assert len(packs(store)) == 1
    assert len(blobs(store)) == 2  # the pack and the listing
    assert all(digest_bytes(blob.read_bytes()) == f"sha256:{blob.name}" for blob in blobs(store))
    assert store.holds(content)
    store.place(content, tmp_path / "place", states)
    assert read(tmp_path / "place") == node


def test_a_few_small_files_stand_alone(tmp_path: Path, store: Store, states: FileStates) -> None:
    many_files(tmp_path / "data", FEWEST)

    content, _ = store.add(tmp_path / "data", states)

    assert packs(store) == []
    assert store.holds(content)


def test_adding_the_same_again_adds_nothing(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    first, _ = store.add(tmp_path / "data", states)
    before = blobs(store), packs(store)

    second, _ = store.add(tmp_path / "data", states)

    assert second == first
    assert (blobs(store), packs(store)) == before


def test_a_changed_file_alone_is_added(tmp_path: Path, store: Store, states: FileStates) -> None:
    many_files(tmp_path / "data")
    old, _ = store.add(tmp_path / "data", states)
    before = set(blobs(store))
    (tmp_path / "data" / "sub0" / "f0").write_bytes(b"other")

    new, _ = store.add(tmp_path / "data", states)

    assert new.digest != old.digest
    assert len(set(blobs(store)) - before) == 2  # the file and the new listing
    store.place(old, tmp_path / "old")
    store.place(new, tmp_path / "new")
    assert (tmp_path / "old" / "sub0" / "f0").read_bytes() == b"0"
    assert (tmp_path / "new" / "sub0" / "f0").read_bytes() == b"other"


def test_equal_files_are_packed_once(tmp_path: Path, store: Store, states: FileStates) -> None:
    build(tmp_path / "data", {b"%d" % n: ("file", b"%d" % (n % 70), False) for n in range(200)})

    store.add(tmp_path / "data", states)

    assert open_index(packs(store)[0]).count == 70


def test_unusual_permissions_survive_in_versions_of_data(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    modes = {"plain": 0o644, "program": 0o755}
    unusual = {"read-only": 0o444, "mine": 0o400, "odd": 0o711, "key": 0o600, "group": 0o640}
    unusual["tool"] = 0o700
    modes |= unusual
    (tmp_path / "data").mkdir()
    for name, mode in modes.items():
        (tmp_path / "data" / name).write_text(name)
        (tmp_path / "data" / name).chmod(mode)

    content, tree = store.add(tmp_path / "data", states)
    store.place(content, tmp_path / "place", states)

    placed = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("place/*")}
    assert placed == modes
    assert tree is not None
    assert {e.path: e.mode for e in tree.entries if e.mode is not None} == unusual


def test_usual_permissions_are_no_part_of_the_identity(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    build(tmp_path / "data", {b"a": ("file", b"a", False)})
    before, _ = store.add(tmp_path / "data", states)
    (tmp_path / "data" / "a").chmod(0o664)

    after, _ = store.add(tmp_path / "data", states)

    assert after == before == states.look(tmp_path / "data")


def test_both_normal_forms_of_a_name_survive(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    names = {unicodedata.normalize(form, "é") for form in ("NFC", "NFD")}
    (tmp_path / "data").mkdir()
    for name in names:
        (tmp_path / "data" / name).write_text(name)
    if len(list((tmp_path / "data").iterdir())) == 1:
        pytest.skip("this file system holds one of the two alone")

    content, _ = store.add(tmp_path / "data", states)
    store.place(content, tmp_path / "place")

    assert {path.name for path in (tmp_path / "place").iterdir()} == names
    assert all((tmp_path / "place" / name).read_text() == name for name in names)


def damage(store: Store, digest: str) -> Path:
    """Change the bytes of an object where it lies in its pack; give the pack's blob."""
    place = store.packed(digest)
    assert place is not None
    blob = store.blob_path(f"sha256:{place.pack}")
    blob.chmod(0o644)
    with blob.open("r+b") as stream:
        stream.seek(place.offset)
        stream.write(b"~" * place.size_bytes)
    return blob


def test_a_damaged_object_in_a_pack_is_named_and_the_others_are_kept(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    node = many_files(tmp_path / "data")
    content, _ = store.add(tmp_path / "data", states)
    digest = digest_bytes(b"7")
    blob = damage(store, digest)

    with pytest.raises(ContentCorrupt, match=digest):
        store.place(content, tmp_path / "place")

    assert not (tmp_path / "place").exists()
    assert (store.root / "corrupt" / blob.name).exists()
    assert not store.holds(content)
    assert store.read(digest_bytes(b"8")) == b"8"
    with pytest.raises(ContentMissing, match=digest):
        store.read(digest)
    store.add(tmp_path / "data", states)
    store.place(content, tmp_path / "place")
    assert read(tmp_path / "place") == node


@pytest.mark.parametrize("ask", ["read", "verify"])
def test_reading_a_damaged_object_of_a_pack_is_refused(
    tmp_path: Path, store: Store, states: FileStates, ask: str
) -> None:
    many_files(tmp_path / "data")
    store.add(tmp_path / "data", states)
    damage(store, digest_bytes(b"7"))

    with pytest.raises(ContentCorrupt, match=digest_bytes(b"7")):
        getattr(store, ask)(digest_bytes(b"7"))


def test_a_pack_that_is_lost_counts_as_missing_and_is_made_anew(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    content, _ = store.add(tmp_path / "data", states)
    (index,) = packs(store)
    store.blob_path(f"sha256:{index.name}").unlink()

    with pytest.raises(ContentMissing):
        store.place(content, tmp_path / "place")
    with pytest.raises(ContentMissing):
        store.read(digest_bytes(b"7"))
    assert not store.holds(content)
    store.add(tmp_path / "data", states)

    assert store.holds(content)


def test_a_damaged_pack_is_found_by_its_own_digest(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    store.add(tmp_path / "data", states)
    blob = damage(store, digest_bytes(b"7"))

    with pytest.raises(ContentCorrupt, match=blob.name):
        store.verify(f"sha256:{blob.name}")

    assert store.read(digest_bytes(b"8")) == b"8"
    assert not store.has(digest_bytes(b"7"))


def test_a_lost_index_is_read_from_the_pack(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    content, _ = store.add(tmp_path / "data", states)
    packs(store)[0].chmod(0o644)
    packs(store)[0].write_bytes(b"")

    assert Store(store.root).holds(content)


def test_packs_of_other_processes_are_seen(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    other = Store(store.root)
    assert not other.holds(Content("file", digest_bytes(b"7"), 1))

    store.add(tmp_path / "data", states)

    assert other.holds(Content("file", digest_bytes(b"7"), 1))
    assert other.read(digest_bytes(b"7")) == b"7"


def test_a_pack_holds_its_own_index(tmp_path: Path, store: Store, states: FileStates) -> None:
    many_files(tmp_path / "data")
    store.add(tmp_path / "data", states)
    index = packs(store)[0]

    inside = read_index(store.blob_path(f"sha256:{index.name}"))

    assert list(inside.items()) == list(open_index(index).items())


@pytest.mark.parametrize("data", [b"", b"x" * 16, b"short", encode_index([])[:-1]])
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(ContentCorrupt):
        PackIndex(data, "here")


def test_a_look_at_a_folder_where_nothing_changed_reads_nothing(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many_files(tmp_path / "data")
    for path in (tmp_path / "data").rglob("*"):
        settle(path)
    content, _ = store.add(tmp_path / "data", states)

    def refuse(path: str) -> tuple[str, bytes | None]:
        raise AssertionError(path)

    assert states.read_tree(tmp_path / "data", modes=True, read=refuse)[1] == content
    assert states.look(tmp_path / "data", skip=lambda _: False) == states.look(tmp_path / "data")


@pytest.mark.parametrize("change", ["touch", "grow", "remove", "add", "rename", "link", "mode"])
def test_every_change_of_a_folder_is_seen(
    tmp_path: Path, store: Store, states: FileStates, change: str
) -> None:
    data = tmp_path / "data"
    many_files(data)
    settle(data / "sub0" / "f0")
    before, _ = store.add(data, states)
    path = data / "sub0" / "f0"
    if change == "touch":
        status = path.stat()
        path.write_bytes(b"x")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "grow":
        path.write_bytes(b"00")
    elif change == "remove":
        path.unlink()
    elif change == "add":
        (data / "empty" / "new").write_bytes(b"")
    elif change == "rename":
        path.rename(data / "sub0" / "f00")
    elif change == "link":
        (data / "größe").unlink()
        (data / "größe").symlink_to("sub1")
    else:
        path.chmod(0o444)

    assert states.look(data, modes=True) != before
