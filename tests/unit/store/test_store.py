from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt, ContentMissing, StorageFull, StoreError
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import digest_bytes, encode_tree
from modelcompose.store.intake import FSYNC_LIMIT, ORPHAN_AGE_S
from modelcompose.store.states import FileStates, folder_content
from modelcompose.store.store import Store
from tests.unit.store.folders import Node, build, read

FOLDER: dict[bytes, Node] = {
    b"a b": ("file", b"one", False),
    b"run": ("file", b"#!", True),
    b"deep": {b"er": {b"f": ("file", b"one", False)}, b"empty": {}},
    b"link": ("link", b"deep/er", False),
}


def keep(store: Store, states: FileStates, path: Path) -> Content:
    content = states.look(path)
    assert content is not None
    store.put(path, content, states)
    return content


def blobs(store: Store) -> list[Path]:
    return sorted((store.root / "blobs" / "sha256").iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "small"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        assert not os.environ.get("CI"), "only root can mount the small disk that this test fills"
        pytest.skip("only root can mount a small disk")
    yield path
    subprocess.run(["umount", str(path)], check=True)


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o400])
def test_a_file_comes_back_as_it_was(
    tmp_path: Path, store: Store, states: FileStates, mode: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\0" * 3_000_000)
    path.chmod(mode)

    content = keep(store, states, path)
    store.place(content, tmp_path / "deep" / "place")

    assert read(tmp_path / "deep" / "place") == read(path)


def test_the_store_is_an_oci_image_layout(tmp_path: Path, store: Store, states: FileStates) -> None:
    build(tmp_path / "data", FOLDER)
    content = keep(store, states, tmp_path / "data")

    layout = json.loads((store.root / "oci-layout").read_bytes())
    index = json.loads((store.root / "index.json").read_bytes())
    assert layout == {"imageLayoutVersion": "1.0.0"}
    assert (index["schemaVersion"], index["manifests"]) == (2, [])
    assert all(digest_bytes(blob.read_bytes()) == f"sha256:{blob.name}" for blob in blobs(store))
    assert store.read(content.digest) == encode_tree(states.tree(tmp_path / "data"))


def test_nothing_is_made_before_the_first_write(store: Store) -> None:
    content = Content("file", digest_bytes(b"x"), 1)

    assert not store.holds(content)
    with pytest.raises(ContentMissing):
        store.read(content.digest)
    assert not store.root.exists()


def test_equal_content_is_kept_once_and_read_only(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    build(tmp_path / "data", FOLDER)
    keep(store, states, tmp_path / "data")
    before = [(blob.name, blob.stat().st_ino) for blob in blobs(store)]
    keep(store, states, tmp_path / "data")
    keep(store, states, tmp_path / "data" / "a b")

    assert [(blob.name, blob.stat().st_ino) for blob in blobs(store)] == before
    assert len(before) == 3  # two different files, one listing
    assert all(stat.S_IMODE(blob.stat().st_mode) & 0o333 == 0 for blob in blobs(store))
    assert list((store.root / "ingest").iterdir()) == []


def test_a_placed_file_shares_nothing_with_the_store(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    content = keep(store, states, tmp_path / "file")
    store.place(content, tmp_path / "place")

    (tmp_path / "place").write_bytes(b"new")
    (tmp_path / "file").write_bytes(b"newer")

    assert store.read(content.digest) == b"old"
    assert blobs(store)[0].stat().st_nlink == 1


def test_a_placed_file_has_the_mode_of_a_new_one(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    build(tmp_path / "data", FOLDER)
    content = keep(store, states, tmp_path / "data")
    mask = os.umask(0o027)
    try:
        store.place(content, tmp_path / "place")
    finally:
        os.umask(mask)

    assert stat.S_IMODE((tmp_path / "place" / "a b").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "place" / "run").stat().st_mode) == 0o750


def test_more_new_files_than_are_synced_one_by_one_are_kept_too(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    many = FSYNC_LIMIT + 5
    build(tmp_path / "data", {b"%d" % n: ("file", b"%d" % n, False) for n in range(many)})

    content = states.look(tmp_path / "data")
    assert content is not None
    store.put(tmp_path / "data", content, states, is_packed=False)

    assert store.holds(content)
    assert len(blobs(store)) == many + 1


def test_what_was_skipped_is_not_kept(tmp_path: Path, store: Store, states: FileStates) -> None:
    build(tmp_path / "data", FOLDER)

    def skip(path: Path) -> bool:
        return path.name == "deep"

    content = states.look(tmp_path / "data", skip=skip)
    assert content is not None
    store.put(tmp_path / "data", content, states, skip=skip)
    store.place(content, tmp_path / "place")

    assert read(tmp_path / "place") == {name: FOLDER[name] for name in FOLDER if name != b"deep"}


@pytest.mark.parametrize("path", ["data", "data/a b"])
def test_a_file_that_changed_since_it_was_looked_at_is_refused(
    tmp_path: Path, store: Store, states: FileStates, path: str
) -> None:
    build(tmp_path / "data", FOLDER)
    content = states.look(tmp_path / path)
    assert content is not None
    (tmp_path / "data" / "a b").write_bytes(b"two")

    with pytest.raises(StoreError, match="changed while it was being kept"):
        store.put(tmp_path / path, content, states)

    assert not store.holds(content)
    assert not any((store.root / "ingest").glob("*"))


def test_a_file_that_was_removed_since_it_was_looked_at_is_an_error(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    (tmp_path / "file").write_bytes(b"")
    content = states.look(tmp_path / "file")
    assert content is not None
    (tmp_path / "file").unlink()

    with pytest.raises(StoreError, match=r"file: .*cannot be kept: no such file"):
        store.put(tmp_path / "file", content, states)


def test_a_folder_is_held_only_with_all_its_files(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    build(tmp_path / "data", FOLDER)
    tree = states.tree(tmp_path / "data")
    content = folder_content(tree)

    assert store.put_tree(tree) == content.digest
    assert store.tree(content.digest) == tree
    assert not store.holds(content)
    store.put(tmp_path / "data", content, states)
    assert store.holds(content)
    store.blob_path(digest_bytes(b"one")).unlink()
    assert not store.holds(content)


def test_placing_what_is_not_held_names_it_and_leaves_nothing(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    build(tmp_path / "data", FOLDER)
    content = keep(store, states, tmp_path / "data")
    store.blob_path(digest_bytes(b"#!")).unlink()

    with pytest.raises(ContentMissing, match=digest_bytes(b"#!")):
        store.place(content, tmp_path / "place")

    assert not (tmp_path / "place").exists()


@pytest.mark.parametrize("damage", [b"onf", b"on", b"", b"oneone"])
def test_a_damaged_blob_is_found_and_set_aside(
    tmp_path: Path, store: Store, states: FileStates, damage: bytes
) -> None:
    build(tmp_path / "data", FOLDER)
    content = keep(store, states, tmp_path / "data")
    blob = store.blob_path(digest_bytes(b"one"))
    blob.chmod(0o644)
    blob.write_bytes(damage)

    for path in ("place", "other"):
        with pytest.raises((ContentCorrupt, ContentMissing), match=blob.name):
            store.place(content, tmp_path / path)
        assert not (tmp_path / path).exists()
    assert not store.holds(content)
    assert (store.root / "corrupt" / blob.name).read_bytes() == damage
    keep(store, states, tmp_path / "data")
    store.place(content, tmp_path / "place")
    assert read(tmp_path / "place") == FOLDER


def test_a_damaged_listing_is_found(tmp_path: Path, store: Store, states: FileStates) -> None:
    build(tmp_path / "data", FOLDER)
    content = keep(store, states, tmp_path / "data")
    listing = store.blob_path(content.digest)
    listing.chmod(0o644)
    listing.write_bytes(listing.read_bytes().replace(b"run", b"rum"))

    with pytest.raises(ContentCorrupt):
        store.tree(content.digest)
    assert not store.holds(content)


def test_nothing_is_placed_over_what_is_there(tmp_path: Path, store: Store) -> None:
    digest = store.put_bytes(b"new")
    content = Content("file", digest, 3)
    folder = Content("folder", store.put_tree(Tree(())), 0, files=0)
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "link").symlink_to("elsewhere")

    for found in (content, folder):
        for name in ("old", "link"):
            with pytest.raises(StoreError, match=f"{name}: .*file exists"):
                store.place(found, tmp_path / name)

    assert (tmp_path / "old").read_bytes() == b"old"
    assert not (tmp_path / "elsewhere").exists()


def test_a_listing_cannot_write_through_a_link_of_its_own(tmp_path: Path, store: Store) -> None:
    (tmp_path / "outside").mkdir()
    digest = store.put_bytes(b"x")
    escape = Tree(
        (
            Entry("a", digest_bytes(b""), 0, link=str(tmp_path / "outside")),
            Entry("a/b", digest, 1),
        )
    )
    content = Content("folder", store.put_tree(escape), 1)

    with pytest.raises(ContentCorrupt, match="twice"):
        store.place(content, tmp_path / "place")

    assert list((tmp_path / "outside").iterdir()) == []
    assert not (tmp_path / "place").exists()


@pytest.mark.parametrize("digest", ["", "sha256:", "sha256:../../x", "md5:0", "0" * 64])
def test_what_is_no_digest_is_not_looked_for(store: Store, digest: str) -> None:
    with pytest.raises(ContentMissing, match="is no digest"):
        store.blob_path(digest)


def test_a_full_disk_is_named_and_leaves_nothing_behind(
    tmp_path: Path, states: FileStates, small_disk: Path
) -> None:
    build(tmp_path / "data", {b"big": ("file", b"\1" * 3_000_000, False)})
    content = states.look(tmp_path / "data")
    assert content is not None
    store = Store(small_disk / "store")

    with pytest.raises(StorageFull, match=r"small/store: .*data cannot be kept: no space"):
        store.put(tmp_path / "data", content, states)
    assert not store.holds(content)
    assert [path for path in store.root.rglob("*") if len(path.name) == 64] == []
    assert list((store.root / "ingest").iterdir()) == []
    store.put_bytes(b"there is room for this again" * 1000)

    roomy = Store(tmp_path / "roomy")
    roomy.put(tmp_path / "data", content, states)
    with pytest.raises(StorageFull, match=r"small/place: cannot be written: no space"):
        roomy.place(content, small_disk / "place")
    assert not (small_disk / "place").exists()


def test_processes_may_keep_the_same_content_at_once(tmp_path: Path) -> None:
    build(tmp_path / "data", {b"%d" % n: ("file", b"%d" % (n % 50), False) for n in range(100)})
    script = (
        "import sys; from pathlib import Path; from modelcompose.store.states import FileStates\n"
        "from modelcompose.store.store import Store\n"
        "root = Path(sys.argv[1])\n"
        "with FileStates(root / 'states.db') as states:\n"
        "    content = states.look(root / 'data')\n"
        "    print('ready', flush=True); sys.stdin.readline()\n"
        "    Store(root / 'store').put(root / 'data', content, states)\n"
        "print(content.digest)\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    digests = {child.communicate("go\n", timeout=60)[0].strip() for child in children}

    assert [child.returncode for child in children] == [0, 0, 0]
    (digest,) = digests
    store = Store(tmp_path / "store")
    store.place(Content("folder", digest, 0), tmp_path / "place")
    assert read(tmp_path / "place") == read(tmp_path / "data")
    assert list((store.root / "ingest").iterdir()) == []


def test_threads_may_write_one_store(store: Store) -> None:
    failures = []

    def work() -> None:
        try:
            for n in range(20):
                store.put_bytes(b"%d" % n)
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert failures == []
    assert len(blobs(store)) == 20


def test_what_a_killed_writer_left_is_cleared_and_what_a_living_one_holds_is_not(
    store: Store,
) -> None:
    import fcntl

    store.put_bytes(b"first")
    ingest = store.root / "ingest"
    old = time.time() - ORPHAN_AGE_S - 5
    for name in ("dead", "living", "young"):
        (ingest / name).mkdir()
        (ingest / name / "part").write_bytes(b"x")
        if name != "young":
            os.utime(ingest / name, (old, old))
    held = os.open(ingest / "living", os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        store.put_bytes(b"second")
    finally:
        os.close(held)

    assert sorted(path.name for path in ingest.iterdir()) == ["living", "young"]
