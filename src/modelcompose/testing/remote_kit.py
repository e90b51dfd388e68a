"""What every remote must do, as tests: a class to inherit.

A remote's own tests define `remotes`, which gives a function that opens the same, at first empty,
remote each time it is called:

    class TestMyRemote(RemoteKit):
        @pytest.fixture
        def remotes(self, tmp_path: Path) -> Remotes:
            return lambda: MyRemote(tmp_path / "remote")
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt, ContentMissing, StoreError
from modelcompose.store.content import Content
from modelcompose.store.remotes.artifacts import Layer, content_tag, manifests_of
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote, Source, in_memory
from modelcompose.store.remotes.sending import push
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store

Remotes = Callable[[], Remote]
LARGE = bytes(range(256)) * 20_000  # 5 MB: several pieces of every remote
FILES = 150


def digest_of(data: bytes) -> str:
    """Give the digest of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def put(remote: Remote, data: bytes) -> str:
    """Keep bytes; give their digest."""
    remote.put(digest_of(data), in_memory(data))
    return digest_of(data)


def whole(remote: Remote, digest: str) -> bytes:
    """Read a blob."""
    return b"".join(remote.read(digest))


def a_manifest(remote: Remote, data: bytes) -> tuple[Content, bytes]:
    """Put a blob and what a manifest needs; give the manifest of it."""
    put(remote, b"{}")
    content = Content("file", put(remote, data), len(data))
    return content, manifests_of(content, [Layer(content.digest, len(data))])[1]


def make_data(folder: Path) -> None:
    """Fill a folder with many small files, a large one, a link and an empty folder."""
    for number in range(FILES):
        path = folder / f"{number % 3}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"file {number}")
    (folder / "large").write_bytes(LARGE)
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("large")


def kept(store: Store, folder: Path, states: Path) -> Content:
    """Version a folder."""
    with FileStates(states) as found:
        return store.add(folder, found)[0]


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same."""
    names = [{p.relative_to(root) for p in root.rglob("*")} for root in (one, other)]
    return names[0] == names[1] and all(
        (one / name).read_bytes() == (other / name).read_bytes()
        for name in names[0]
        if (one / name).is_file()
    )


class RemoteKit:
    """The promises of a remote."""

    def test_an_empty_remote_holds_nothing(self, remotes: Remotes) -> None:
        """Nothing is there, and asking for it is no error but for a blob's bytes."""
        with remotes() as remote:
            assert remote.sizes([digest_of(b"x")]) == {}
            assert remote.manifest("content-x") is None
            assert remote.manifest(digest_of(b"x")) is None
            assert list(remote.tags()) == []
            with pytest.raises(ContentMissing):
                whole(remote, digest_of(b"x"))

    @pytest.mark.parametrize("data", [b"", b"x", LARGE], ids=["empty", "one byte", "large"])
    def test_a_blob_comes_back_as_it_was(self, remotes: Remotes, data: bytes) -> None:
        """Also for those who open the remote anew."""
        with remotes() as remote:
            digest = put(remote, data)
        with remotes() as remote:
            assert remote.sizes([digest, digest_of(b"other")]) == {digest: len(data)}
            assert whole(remote, digest) == data

    def test_a_part_of_a_blob_is_read(self, remotes: Remotes) -> None:
        """From any byte, to any byte."""
        with remotes() as remote:
            digest = put(remote, LARGE)
            assert b"".join(remote.read(digest, 1_234_567)) == LARGE[1_234_567:]
            assert b"".join(remote.read(digest, 7, 300_007)) == LARGE[7:300_007]
            assert b"".join(remote.read(digest, len(LARGE))) == b""

    def test_a_part_of_a_file_is_put(self, remotes: Remotes, tmp_path: Path) -> None:
        """A source need not be a whole file."""
        (tmp_path / "file").write_bytes(LARGE)
        part = LARGE[1000:2000]
        with remotes() as remote:
            remote.put(digest_of(part), Source(1000, tmp_path / "file", 1000))
            assert whole(remote, digest_of(part)) == part

    def test_putting_again_changes_nothing(self, remotes: Remotes) -> None:
        """And is no error."""
        with remotes() as remote:
            assert put(remote, b"x") == put(remote, b"x")
            assert whole(remote, digest_of(b"x")) == b"x"

    @pytest.mark.parametrize("data", [b"y", b"xx", b""])
    def test_bytes_that_are_not_those_of_the_digest_are_refused(
        self, remotes: Remotes, data: bytes
    ) -> None:
        """Nothing of them stays under that name, and the right ones can be put then."""
        digest = digest_of(b"x")
        with remotes() as remote:
            with pytest.raises(ContentCorrupt):
                remote.put(digest, in_memory(data))
            assert remote.sizes([digest]) == {}
            put(remote, b"x")
            assert whole(remote, digest) == b"x"

    def test_a_put_that_broke_off_is_done_again(self, remotes: Remotes, tmp_path: Path) -> None:
        """What the first left does no harm, and is not seen."""

        class Broken(Source, frozen=True):
            def chunks(self, start: int = 0) -> object:  # type: ignore[override]
                yield LARGE[start : start + 2_500_000]
                raise OSError(5, "the disk fails")

        digest = digest_of(LARGE)
        with remotes() as remote:
            with pytest.raises((StoreError, OSError)):
                remote.put(digest, Broken(len(LARGE), tmp_path / "gone"))
            assert remote.sizes([digest]) == {}
        with remotes() as remote:
            put(remote, LARGE)
            assert whole(remote, digest) == LARGE

    def test_a_manifest_is_found_by_tag_and_by_digest(self, remotes: Remotes) -> None:
        """Byte for byte, and the tag is listed."""
        with remotes() as remote:
            content, manifest = a_manifest(remote, b"x")
            remote.put_manifest(content_tag(content), manifest)
            remote.put_manifest("data.raw", manifest)
            assert remote.manifest(content_tag(content)) == manifest
            assert remote.manifest(digest_of(manifest)) == manifest
            assert list(remote.tags()) == [content_tag(content), "data.raw"]

    def test_a_tag_moves(self, remotes: Remotes) -> None:
        """To what it was last put to; what it stood for before stays to be found by digest."""
        with remotes() as remote:
            _, old = a_manifest(remote, b"old")
            _, new = a_manifest(remote, b"new")
            remote.put_manifest("latest", old)
            remote.put_manifest("latest", new)
            assert remote.manifest("latest") == new
            assert remote.manifest(digest_of(old)) == old
            assert json.loads(new)["schemaVersion"] == 2

    def test_many_put_the_same_at_once(self, remotes: Remotes) -> None:
        """All come through, and one blob is there."""
        with remotes() as remote, ThreadPoolExecutor(4) as pool:
            digests = list(pool.map(lambda _: put(remote, LARGE), range(8)))
            assert whole(remote, digests[0]) == LARGE

    def test_several_machines_put_the_same_at_once(self, remotes: Remotes) -> None:
        """Blobs, a manifest and a tag: each has made the remote where it was not there yet."""

        def bring() -> bytes:
            with remotes() as remote:
                _, manifest = a_manifest(remote, LARGE)
                remote.put_manifest("latest", manifest)
                return manifest

        with ThreadPoolExecutor(3) as pool:
            manifests = {each.result() for each in [pool.submit(bring) for _ in range(3)]}
        with remotes() as remote:
            assert {remote.manifest("latest")} == manifests
            assert whole(remote, digest_of(LARGE)) == LARGE

    def test_many_put_and_read_at_once(self, remotes: Remotes) -> None:
        """Calls of several threads do not meet."""
        contents = [LARGE[: 100_000 + n] for n in range(12)]
        with remotes() as remote, ThreadPoolExecutor(4) as pool:
            digests = list(pool.map(lambda data: put(remote, data), contents))
            assert list(pool.map(lambda digest: whole(remote, digest), digests)) == contents

    def test_a_folder_goes_there_and_comes_back(self, remotes: Remotes, tmp_path: Path) -> None:
        """By way of another store, with all that it holds; a second push sends nothing."""
        make_data(tmp_path / "data")
        store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
        content = kept(store, tmp_path / "data", tmp_path / "states.db")
        with remotes() as remote:
            assert push(remote, store, content, Progress()).blobs > 0
            assert push(remote, store, content, Progress()).blobs == 0
        with remotes() as remote:
            assert fetch(remote, other, content, Progress()) > len(LARGE)
            assert fetch(remote, other, content, Progress()) == 0
        assert other.holds(content)
        other.place(content, tmp_path / "place")
        assert same(tmp_path / "data", tmp_path / "place")

    def test_a_changed_file_goes_alone(self, remotes: Remotes, tmp_path: Path) -> None:
        """What was pushed with an earlier version is not sent again."""
        make_data(tmp_path / "data")
        store = Store(tmp_path / "store")
        with remotes() as remote:
            push(remote, store, kept(store, tmp_path / "data", tmp_path / "s.db"), Progress())
            (tmp_path / "data" / "0" / "0.txt").write_text("changed")
            content = kept(store, tmp_path / "data", tmp_path / "s.db")
            sent = push(remote, store, content, Progress())
            assert sent.blobs == 2  # the file and the listing
            fetch(remote, Store(tmp_path / "other"), content, Progress())
        assert Store(tmp_path / "other").holds(content)

    def test_one_file_of_a_folder_comes_alone(self, remotes: Remotes, tmp_path: Path) -> None:
        """And brings little else."""
        make_data(tmp_path / "data")
        store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
        content = kept(store, tmp_path / "data", tmp_path / "states.db")
        with remotes() as remote:
            push(remote, store, content, Progress())
            assert fetch(remote, other, content, Progress(), "1/100.txt") < 100_000
        assert other.read(digest_of(b"file 100")) == b"file 100"
        assert not other.has(digest_of(LARGE))

    def test_files_of_other_data_are_never_sent(self, remotes: Remotes, tmp_path: Path) -> None:
        """A pack that holds more than what is pushed stays at home."""
        make_data(tmp_path / "data")
        (tmp_path / "data" / "secret.txt").write_text("of another project")
        store = Store(tmp_path / "store")
        kept(store, tmp_path / "data", tmp_path / "states.db")
        (tmp_path / "data" / "secret.txt").unlink()
        content = kept(store, tmp_path / "data", tmp_path / "states.db")
        with remotes() as remote:
            push(remote, store, content, Progress())
            manifest = json.loads(remote.manifest(content_tag(content)) or b"")
            sent = [whole(remote, layer["digest"]) for layer in manifest["layers"]]
        assert not any(b"of another project" in blob for blob in sent)

    def test_what_was_not_pushed_is_missing(self, remotes: Remotes, tmp_path: Path) -> None:
        """By name, with what mends it."""
        content = Content("file", digest_of(b"x"), 1)
        with remotes() as remote, pytest.raises(ContentMissing, match=content.digest) as caught:
            fetch(remote, Store(tmp_path / "store"), content, Progress())
        assert "modelcompose push" in (caught.value.hint or "")

    def test_a_fetch_that_broke_off_goes_on(self, remotes: Remotes, tmp_path: Path) -> None:
        """With the bytes that are there."""
        (tmp_path / "file").write_bytes(LARGE)
        store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
        content = kept(store, tmp_path / "file", tmp_path / "states.db")
        partial = other.root / "partial" / content.digest.removeprefix("sha256:")
        partial.parent.mkdir(parents=True)
        partial.write_bytes(LARGE[:3_000_000])
        with remotes() as remote:
            push(remote, store, content, Progress())
            fetch(remote, other, content, Progress())
        assert other.read(content.digest) == LARGE
        assert not partial.exists()

    def test_the_beginning_of_something_else_is_not_gone_on_from(
        self, remotes: Remotes, tmp_path: Path
    ) -> None:
        """It is thrown away, and the next fetch is whole."""
        (tmp_path / "file").write_bytes(LARGE)
        store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
        content = kept(store, tmp_path / "file", tmp_path / "states.db")
        partial = other.root / "partial" / content.digest.removeprefix("sha256:")
        partial.parent.mkdir(parents=True)
        partial.write_bytes(b"something else")
        with remotes() as remote:
            push(remote, store, content, Progress())
            with suppress(ContentCorrupt):
                fetch(remote, other, content, Progress())
            fetch(remote, other, content, Progress())
        assert other.read(content.digest) == LARGE
