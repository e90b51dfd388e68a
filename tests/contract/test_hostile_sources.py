"""Sources that lie, and what lies where something is to come: nothing of the user's is lost."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import ContentMissing, RemoteError, StoreError, UsageError
from modelcompose.store.digests import digest_file
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.remotes.http import Client
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.sources.bringing import bring_listed
from modelcompose.store.sources.git import GitAddress, GitSource
from modelcompose.store.sources.local import LocalSource
from modelcompose.store.sources.opening import open_source
from modelcompose.store.sources.packed_folders import unpack
from modelcompose.store.sources.protocol import Item, Listing
from modelcompose.store.sources.web import WebSource
from modelcompose.store.store import Store
from modelcompose.versioning.dvc.remotes_http import HttpPlace
from modelcompose.versioning.history import commits
from modelcompose.versioning.sourcing_get import output_path, replaced, source_at
from modelcompose.versioning.sourcing_stream import stream
from tests.web_servers import Web, web_server

DATA = os.urandom(3 << 20)


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as web:
        web.files = {"/raw.bin": DATA}
        yield web


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "odd#repository"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch", "main")
    for text in ("one", "two"):
        (root / "a%20b").write_text(text)
        git(root, "add", ".")
        git(root, "commit", "--quiet", "--message", text)
    return root


def git(root: Path, *arguments: str) -> None:
    known = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    subprocess.run(["git", *known, *arguments], cwd=root, check=True, capture_output=True)


@pytest.mark.parametrize(
    "location", ["http://[::1/x", "http://h:port/x", "file:///etc/passwd", "ftp://h/x"]
)
def test_a_redirect_to_nothing_of_the_web_is_refused(web: Web, location: str) -> None:
    web.redirects = {"/old": location}
    source = WebSource(f"{web.url}/old")

    with pytest.raises(RemoteError, match="leads to"):
        source.look()
    source.close()


def test_a_server_that_goes_on_at_another_byte_is_caught(web: Web, tmp_path: Path) -> None:
    web.breaks, web.breaks_after, web.gives_from = 1, 1 << 20, 1 << 19
    source = WebSource(f"{web.url}/raw.bin", Client(lambda _: None))

    with pytest.raises(RemoteError, match="another part of the file than was asked for"):
        source.bring(tmp_path / "raw", Progress())
    source.close()
    assert not (tmp_path / "raw").exists()


def test_a_server_that_dates_its_downloads_alone_is_taken_at_its_word(
    web: Web, tmp_path: Path
) -> None:
    web.etags, web.dates_downloads = False, True
    source = WebSource(f"{web.url}/raw.bin")

    source.bring(tmp_path / "raw", Progress())
    source.close()

    assert (tmp_path / "raw").read_bytes() == DATA


def test_a_folder_of_the_users_own_stays_where_a_repository_is_brought(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "raw.partial").mkdir()
    (tmp_path / "raw.partial" / "mine").write_text("mine")
    source = GitSource.of(GitAddress(str(repository), "HEAD", ""), tmp_path, tmp_path / "cache")

    with pytest.raises(StoreError, match=r"raw\.partial: is there already"):
        source.bring(tmp_path / "raw", Progress())
    assert (tmp_path / "raw.partial" / "mine").read_text() == "mine"


def test_what_an_interrupted_checkout_left_is_in_nobodys_way(
    repository: Path, tmp_path: Path
) -> None:
    partial = tmp_path / "raw.partial"
    (partial / "content").mkdir(parents=True)
    (partial / "content" / "old").write_text("old")
    for name in ("done", "index", "index.lock"):
        (partial / name).touch()

    GitSource.of(GitAddress(str(repository), "HEAD~1", ""), tmp_path, tmp_path).bring(
        tmp_path / "raw", Progress()
    )

    assert {path.name: path.read_text() for path in (tmp_path / "raw").iterdir()} == {
        "a%20b": "one"
    }
    assert not partial.exists()


def test_an_option_of_gits_is_no_revision(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no revision"):
        source_at(f"git+file://{repository}#raw", "--output=x", tmp_path, Store(tmp_path / "s"))


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a repository to another user")
def test_a_repository_of_another_user_runs_no_command_here(
    repository: Path, tmp_path: Path
) -> None:
    (repository / ".gitattributes").write_text("* filter=evil\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "evil")
    git(repository, "config", "filter.evil.smudge", f"touch {tmp_path}/ran; cat")
    for path in (repository, repository / ".git"):
        os.chown(path, 4321, 4321)
    source = GitSource.of(GitAddress(str(repository), "HEAD", ""), tmp_path, tmp_path / "cache")

    with pytest.raises(RemoteError, match="dubious ownership"):
        source.bring(tmp_path / "raw", Progress())
    assert not (tmp_path / "ran").exists()


def test_what_lies_beside_what_is_replaced_stays(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("old")
    (tmp_path / "raw.new").write_text("mine")

    with replaced(tmp_path / "raw") as place:
        place.write_text("new")

    assert (tmp_path / "raw").read_text() == "new"
    assert (tmp_path / "raw.new").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", "raw.new"]


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_is_a_folder_of_ours_is_replaced_by_no_force(tmp_path: Path, name: str) -> None:
    (tmp_path / "here").mkdir()

    with pytest.raises(UsageError, match="names no file"):
        output_path(None, name, tmp_path / "here", is_forced=True)


def test_a_stream_that_was_killed_while_a_file_was_held_goes_on(tmp_path: Path) -> None:
    (tmp_path / "raw.bin").write_bytes(DATA)
    (tmp_path / "work").mkdir()
    source, remote = LocalSource(tmp_path / "raw.bin", "raw.bin"), FolderRemote(tmp_path / "remote")
    kept = _Killed(source)
    with pytest.raises(KeyboardInterrupt):
        stream(kept, remote, tmp_path / "work", Progress())
    assert kept.copies
    for path in kept.copies:  # a killed process removes nothing
        path.write_bytes(b"part")

    sent = stream(source, remote, tmp_path / "work", Progress())

    assert remote.sizes([sent.content.digest]) == {sent.content.digest: len(DATA)}


class _Killed(LocalSource):
    """A source whose reader is stopped; it notes the files that the reader had open."""

    def __init__(self, source: LocalSource) -> None:
        super().__init__(source.path, "raw.bin")
        self.copies: list[Path] = []

    def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
        self.copies = list(self.path.with_name("work").iterdir())
        yield DATA[:1000]
        raise KeyboardInterrupt


@pytest.mark.parametrize("given", [b"short", b"x" * 5000])
def test_a_stream_of_another_size_than_was_said_is_caught(tmp_path: Path, given: bytes) -> None:
    class Lying(LocalSource):
        def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
            yield given

    for name in range(80):
        (tmp_path / "raw" / f"{name}").parent.mkdir(exist_ok=True)
        (tmp_path / "raw" / f"{name}").write_bytes(bytes(1000))
    (tmp_path / "work").mkdir()

    for path in (tmp_path / "raw", tmp_path / "raw" / "1"):  # in a pack, and alone
        with pytest.raises(RemoteError, match="was to have 1,000 bytes, and gave"):
            stream(Lying(path, "raw"), FolderRemote(tmp_path / "r"), tmp_path / "work", Progress())


def test_a_path_of_a_repository_is_taken_as_git_has_it(repository: Path, tmp_path: Path) -> None:
    address = GitAddress(str(repository), "main@{1}", "a%20b")

    GitSource.of(address, tmp_path, tmp_path / "cache").bring(tmp_path / "old", Progress())

    assert (tmp_path / "old").read_text() == "one"
    assert isinstance(open_source("git+r#a", tmp_path, tmp_path), GitSource)


def test_an_object_of_dvcs_goes_on_where_it_broke_and_its_user_is_shown_to_one_host_alone(
    web: Web,
) -> None:
    web.files = {"/cache/files/md5/ab/cd": DATA}
    web.redirects = {"/cache/moved": web.url.replace("127.0.0.1", "localhost") + "/other"}
    web.wants, web.breaks, web.breaks_after = "Basic YW5hOmh1c2g=", 1, 1 << 20
    settings = {"url": f"{web.url}/cache/", "user": "ana", "password": "hush"}

    with HttpPlace(settings) as place:
        assert b"".join(place.read("files/md5/ab/cd")) == DATA
        assert web.gets()[-1].range == f"bytes={1 << 20}-"
        with pytest.raises(ContentMissing, match="holds no files/md5/ab/ce"):
            list(place.read("files/md5/ab/ce"))
        with pytest.raises(RemoteError, match="401") as refused:
            list(place.read("moved"))
    assert web.requests[-1].authorization is None
    assert "hush" not in str(refused.value)


def test_a_packed_folder_that_was_unpacked_when_it_was_interrupted_comes_anew(
    tmp_path: Path,
) -> None:
    (tmp_path / "size").mkdir()
    (tmp_path / "size" / "inner").write_text("x")
    data = bytes((tmp_path / "size").stat().st_size)
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "a").write_bytes(data)
    source = open_source("share", tmp_path, tmp_path)
    assert isinstance(source, LocalSource)

    def unpack_half(content: Path, _: Listing) -> None:
        (content / "a").unlink()
        (content / "a").mkdir()
        (content / "a" / "inner").write_text("x")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_listed(source, tmp_path / "raw", Progress(), finish=unpack_half)
    source.bring(tmp_path / "raw", Progress())

    assert (tmp_path / "raw" / "a").read_bytes() == data


def test_an_empty_packed_folder_is_a_folder_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:gz"):
        pass
    (tmp_path / "b").write_bytes((tmp_path / "a").read_bytes()[:12] + b"broken" * 20)

    items = [Item(n, mark=f"digest {digest_file(tmp_path / n)}", key=n) for n in ("a", "b")]
    unpack("oci://h/n", tmp_path / "a", items[0])
    with pytest.raises(RemoteError, match="cannot be unpacked"):
        unpack("oci://h/n", tmp_path / "b", items[1])

    assert list((tmp_path / "a").iterdir()) == []


def test_a_commit_whose_subject_holds_odd_line_ends_is_one_commit(repository: Path) -> None:
    (repository / "ml.lock").write_text("version: 2\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "one\u2028two\x0cthree\x85four")

    assert [each.author for each in commits(repository)] == ["Ana"]
