"""Sources as they are: the web, a bucket, another machine, a registry, a repository, a disk."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import tarfile
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt, NotFound, RemoteError
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes
from modelcompose.store.remotes.artifacts import EMPTY, EMPTY_TYPE, PATH, TITLE, index_of
from modelcompose.store.remotes.bucket import open_bucket
from modelcompose.store.remotes.http import Client
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import MANIFEST_TYPE, in_memory
from modelcompose.store.remotes.sending import push
from modelcompose.store.sources.opening import open_source
from modelcompose.store.sources.packed_folders import UNPACK
from modelcompose.store.sources.protocol import Source
from modelcompose.store.sources.web import WebSource
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning.sourcing_opening import version_of
from tests.registries import registry
from tests.ssh_servers import SshServer, ssh_server
from tests.web_servers import Web, web_server

LARGE = os.urandom(3 << 20)
SMALL = b"a,b\n1,2\n"
FILES = {"1.csv": b"one", "deep/er/2.csv": b"two", "deep/large.bin": LARGE}


OPENED: list[Source] = []


@pytest.fixture(autouse=True)
def _closes_all() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def opened(address: str, tmp_path: Path) -> Source:
    OPENED.append(open_source(address, tmp_path, tmp_path / "cache"))
    return OPENED[-1]


def impatient(address: str) -> Source:
    """Open a web source that waits for nothing before it tries again."""
    OPENED.append(WebSource(address, Client(lambda _: None)))
    return OPENED[-1]


def brought(source: Source, target: Path) -> dict[str, bytes] | bytes:
    source.bring(target, Progress())
    assert not list(target.parent.glob("*.partial"))
    if not target.is_dir():
        return target.read_bytes()
    files = (path for path in target.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in files}


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


@pytest.fixture(scope="module")
def served() -> Iterator[Web]:
    with web_server() as web:
        yield web


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("machine") / "sshd") as server:
        yield server


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("source") / "registry") as host:
        yield host


class TestWeb:
    @pytest.fixture
    def web(self, served: Web) -> Web:
        url = served.url
        served.__init__()  # type: ignore[misc] # as it was at its start
        served.url = url
        served.files = {"/raw.bin": LARGE}
        return served

    def test_a_file_is_brought_and_its_mark_changes_with_it(self, web: Web, tmp_path: Path) -> None:
        source = opened(f"{web.url}/raw.bin", tmp_path)
        first = source.look()

        assert brought(source, tmp_path / "raw") == LARGE
        assert source.look() == first
        assert len(web.gets()) == 1
        web.files["/raw.bin"] = SMALL
        assert source.look() != first
        assert brought(source, tmp_path / "new") == SMALL

    def test_a_download_that_broke_goes_on_at_the_same_byte(self, web: Web, tmp_path: Path) -> None:
        web.breaks, web.breaks_after = 2, 1 << 20

        assert brought(opened(f"{web.url}/raw.bin", tmp_path), tmp_path / "raw") == LARGE
        ranges = [request.range for request in web.gets()]
        assert ranges == [None, f"bytes={1 << 20}-", f"bytes={2 << 20}-"]
        assert web.sent_bytes == len(LARGE)

    def test_another_command_goes_on_where_one_was_interrupted(
        self, web: Web, tmp_path: Path
    ) -> None:
        web.breaks, web.breaks_after = 100, 1 << 18
        source = impatient(f"{web.url}/raw.bin")
        with pytest.raises(KeyboardInterrupt):
            source.bring(tmp_path / "raw", _Interrupting(2 << 20))
        web.breaks = 0

        assert brought(source, tmp_path / "raw") == LARGE
        assert web.sent_bytes < len(LARGE) + (1 << 18)

    def test_what_was_replaced_meanwhile_begins_anew(self, web: Web, tmp_path: Path) -> None:
        web.breaks, web.breaks_after = 100, 1 << 18
        source = impatient(f"{web.url}/raw.bin")
        with pytest.raises(KeyboardInterrupt):
            source.bring(tmp_path / "raw", _Interrupting(1 << 20))
        web.breaks, web.files["/raw.bin"] = 0, LARGE[::-1]

        assert brought(source, tmp_path / "raw") == LARGE[::-1]

    def test_a_server_without_ranges_lengths_or_heads_will_do(
        self, web: Web, tmp_path: Path
    ) -> None:
        web.ranges = web.says_length = False
        web.refuses_head = True

        source = opened(f"{web.url}/raw.bin", tmp_path)
        assert source.look() is not None
        assert brought(source, tmp_path / "raw") == LARGE
        web.etags = False
        assert source.look() is None

    def test_redirects_are_followed_and_users_shown_to_their_host_alone(
        self, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login ana password hush\n")
        (tmp_path / "netrc").chmod(0o600)
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        web.redirects = {"/old": "/raw.bin", "/other": web.url.replace("127.0.0.1", "localhost")}
        web.wants = "Basic YW5hOmh1c2g="

        assert brought(opened(f"{web.url}/old", tmp_path), tmp_path / "raw") == LARGE
        web.wants = None
        with pytest.raises(NotFound):
            opened(f"{web.url}/other", tmp_path).look()
        assert web.requests[-1].authorization is None

    def test_what_is_refused_or_not_there_is_named_without_secrets(
        self, web: Web, tmp_path: Path
    ) -> None:
        with pytest.raises(NotFound, match=r"gone\?sig=\*\*\*: nothing is there.*404"):
            opened(f"{web.url}/gone?sig=s3cret", tmp_path).look()
        web.wants = "Basic nobody"
        with pytest.raises(RemoteError, match="401") as refused:
            opened(f"{web.url}/raw.bin", tmp_path).look()
        assert refused.value.hint is not None
        assert ".netrc" in refused.value.hint


class _Interrupting(Progress):
    """Stops a transfer as Ctrl-C does, after that many bytes."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def show(self) -> None:
        if self.ready_bytes >= self._after:
            raise KeyboardInterrupt


class TestBucket:
    @pytest.fixture
    def put(self, s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], None]:
        for name, value in {
            "AWS_ENDPOINT_URL": s3_server,
            "AWS_ACCESS_KEY_ID": "ana",
            "AWS_SECRET_ACCESS_KEY": "hush-hush",
            "AWS_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        self.bucket = f"b-{uuid.uuid4().hex}"

        request = urllib.request.Request(f"{s3_server}/{self.bucket}", method="PUT")
        urllib.request.urlopen(request, timeout=10).close()

        def put(name: str, data: bytes) -> None:
            import obstore

            obstore.put(open_bucket(f"s3://{self.bucket}"), name, data)

        for name, data in FILES.items():
            put(f"raw/{name}", data)
        put("raw/deep", b"")  # what is left of `deep/`, the mark of a folder
        put("rawer", b"no part of it")
        return put

    def test_an_object_and_a_prefix_are_brought_and_change_their_marks(
        self, put: Callable[[str, bytes], None], tmp_path: Path
    ) -> None:
        prefix = opened(f"s3://{self.bucket}/raw/", tmp_path)
        one = opened(f"s3://{self.bucket}/raw/1.csv", tmp_path)
        marks = prefix.look(), one.look()

        assert brought(prefix, tmp_path / "raw") == FILES
        assert brought(one, tmp_path / "one.csv") == b"one"
        assert (prefix.look(), one.look()) == marks
        put("raw/1.csv", b"another")
        assert prefix.look() != marks[0]
        assert one.look() != marks[1]

    def test_one_version_of_an_object_is_brought(
        self, s3_server: str, put: Callable[[str, bytes], None], tmp_path: Path
    ) -> None:
        import boto3  # type: ignore[import-untyped] # it has no types of its own

        client = boto3.client("s3", endpoint_url=s3_server)
        known = {"Bucket": self.bucket, "VersioningConfiguration": {"Status": "Enabled"}}
        client.put_bucket_versioning(**known)
        kept = client.put_object(Bucket=self.bucket, Key="a b", Body=b"then")["VersionId"]
        put("a b", b"now")

        then = opened(f"s3://{self.bucket}/a b?versionId={kept}", tmp_path)
        assert brought(then, tmp_path / "then") == b"then"
        assert then.look() == f"version {kept}"
        assert brought(opened(f"s3://{self.bucket}/a b", tmp_path), tmp_path / "now") == b"now"

    def test_what_is_not_there_is_said(
        self, put: Callable[[str, bytes], None], tmp_path: Path
    ) -> None:
        with pytest.raises(NotFound, match="no such object"):
            opened(f"s3://{self.bucket}/nothing", tmp_path).look()

    def test_a_key_that_is_a_file_and_a_folder_is_an_error(
        self, put: Callable[[str, bytes], None], tmp_path: Path
    ) -> None:
        put("raw/deep", b"in the way")

        with pytest.raises(RemoteError, match="'deep' both as a file and as a folder"):
            opened(f"s3://{self.bucket}/raw", tmp_path).bring(tmp_path / "raw", Progress())
        assert not (tmp_path / "raw").exists()


class TestMachine:
    def test_a_folder_and_a_file_of_it_are_brought(
        self, machine: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        machine.sign_in(monkeypatch)
        there = tmp_path / "there"
        write(there, FILES)
        (there / "link").symlink_to("1.csv")
        (there / "empty").mkdir()
        (there / "1.csv").chmod(0o755)
        whole = opened(f"ssh://build{there}", tmp_path)
        mark = whole.look()

        assert brought(whole, tmp_path / "raw") == FILES
        assert (tmp_path / "raw" / "link").readlink() == Path("1.csv")
        assert (tmp_path / "raw" / "empty").is_dir()
        assert (tmp_path / "raw" / "1.csv").stat().st_mode & 0o100
        assert whole.look() == mark
        (there / "1.csv").write_bytes(b"longer than it was")
        assert whole.look() != mark
        one = opened(f"ssh://build{there}/deep/large.bin", tmp_path)
        assert brought(one, tmp_path / "large") == LARGE


class TestRegistry:
    def put(self, shelf: str, layers: list[tuple[bytes, dict[str, str]]]) -> str:
        """Push as `oras push` does; give the repository."""
        name = f"team/{uuid.uuid4().hex}"
        with OciRemote(shelf, name) as remote:
            for data in (EMPTY, *(data for data, _ in layers)):
                remote.put(digest_bytes(data), in_memory(data))
            described = [
                {
                    "mediaType": "application/octet-stream",
                    "digest": digest_bytes(data),
                    "size": len(data),
                    "annotations": notes,
                }
                for data, notes in layers
            ]
            empty = {"mediaType": EMPTY_TYPE, "digest": digest_bytes(EMPTY), "size": len(EMPTY)}
            manifest = {
                "schemaVersion": 2,
                "mediaType": MANIFEST_TYPE,
                "artifactType": "application/vnd.unknown.artifact.v1",
                "config": empty,
                "layers": described,
            }
            remote.put_manifest("v1", json.dumps(manifest).encode())
        return name

    def test_what_oras_pushed_is_a_folder_of_its_titles(self, shelf: str, tmp_path: Path) -> None:
        packed = {TITLE: "images", UNPACK: "true"}
        name = self.put(
            shelf,
            [(LARGE, {TITLE: "a.bin"}), (SMALL, {TITLE: "b/c.csv"}), (_tar("images"), packed)],
        )
        source = opened(f"oci://{shelf}/{name}:v1", tmp_path)

        assert brought(source, tmp_path / "raw") == {
            "a.bin": LARGE,
            "b/c.csv": SMALL,
            "images/1.png": b"picture",
        }
        assert brought(opened(f"oci://{shelf}/{name}:v1#a.bin", tmp_path), tmp_path / "a") == LARGE
        picked = opened(f"oci://{shelf}/{name}:v1#images", tmp_path)
        assert brought(picked, tmp_path / "pictures") == {"1.png": b"picture"}
        assert source.look() == source.look()
        with pytest.raises(NotFound, match="holds nothing tagged v2"):
            opened(f"oci://{shelf}/{name}:v2", tmp_path).look()

    @pytest.mark.parametrize("title", ["../out", "/etc/out", "a/../../out"])
    def test_a_title_that_leads_out_is_refused(
        self, shelf: str, tmp_path: Path, title: str
    ) -> None:
        name = self.put(shelf, [(SMALL, {TITLE: title})])

        with pytest.raises(RemoteError, match="no path in a folder"):
            opened(f"oci://{shelf}/{name}:v1", tmp_path).bring(tmp_path / "raw", Progress())
        assert not (tmp_path / "out").exists()

    def test_a_packed_folder_that_leads_out_is_refused(self, shelf: str, tmp_path: Path) -> None:
        name = self.put(shelf, [(_tar("../.."), {TITLE: "images", UNPACK: "true"})])

        with pytest.raises((RemoteError, ContentCorrupt), match="cannot be unpacked"):
            opened(f"oci://{shelf}/{name}:v1", tmp_path).bring(tmp_path / "raw", Progress())

    def test_a_path_inside_of_what_we_pushed_is_that_alone(
        self, shelf: str, tmp_path: Path
    ) -> None:
        write(tmp_path / "data", {**FILES, **{f"many/{n}": b"%d" % n for n in range(100)}})
        store, here = Store(tmp_path / "store"), Store(tmp_path / "here")
        with FileStates(tmp_path / "states") as states:
            content, _ = store.add(tmp_path / "data", states)
        with OciRemote(shelf, f"team/{uuid.uuid4().hex}") as remote:
            sent = push(remote, store, content, Progress())
            remote.put_manifest("raw", sent.manifest)
            remote.put_manifest("all", index_of([(sent.manifest, {PATH: "data/raw"})]))
            raw, whole = f"{remote.where}:raw", f"{remote.where}:all"

            assert brought(opened(f"{raw}#1.csv", tmp_path), tmp_path / "one") == b"one"
            many = brought(opened(f"{whole}#data/raw/many", tmp_path), tmp_path / "many")
            assert many == {f"{n}": b"%d" % n for n in range(100)}
            everything = brought(opened(f"{whole}#data/raw", tmp_path), tmp_path / "all")
            assert everything == brought(opened(raw, tmp_path), tmp_path / "raw")
            found = version_of(opened(f"{raw}#1.csv", tmp_path), here)
            assert found is not None
            assert found[1] == Content("file", digest_bytes(b"one"), 3)
            assert here.holds(found[1])
            assert not here.holds(content)
            for address in (f"{raw}#none", f"{raw}#1.csv/x", f"{whole}#data/raw/none"):
                with pytest.raises(NotFound, match=r"is not in it; it holds: 1\.csv, "):
                    version_of(opened(address, tmp_path), here)
            with pytest.raises(NotFound, match="is not in it; it holds: data/raw"):
                opened(f"{whole}#data", tmp_path).look()

    def test_what_we_pushed_is_what_it_was(self, shelf: str, tmp_path: Path) -> None:
        write(tmp_path / "data", {**FILES, **{f"many/{n}": b"%d" % n for n in range(100)}})
        store = Store(tmp_path / "store")
        with FileStates(tmp_path / "states") as states:
            content, _ = store.add(tmp_path / "data", states)
        with OciRemote(shelf, f"team/{uuid.uuid4().hex}") as remote:
            sent = push(remote, store, content, Progress())
            remote.put_manifest("data.raw", sent.manifest)
            source = opened(f"{remote.where}:data.raw", tmp_path)

            source.bring(tmp_path / "raw", Progress())
            assert source.look() == f"digest {content.digest}"
        with FileStates(tmp_path / "other") as states:
            found: Content | None = states.look(tmp_path / "raw")
        assert found == content


def _tar(folder: str) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        info = tarfile.TarInfo(f"{folder}/1.png")
        info.size = len(b"picture")
        archive.addfile(info, io.BytesIO(b"picture"))
    return gzip.compress(data.getvalue())


class TestRepository:
    @pytest.fixture
    def repository(self, tmp_path: Path) -> Path:
        root = tmp_path / "repository"
        write(root / "raw", FILES)
        (root / "raw" / "1.csv").chmod(0o755)
        (root / "raw" / "link").symlink_to("1.csv")
        git(root, "init", "--quiet", "--initial-branch", "main")
        git(root, "config", "uploadpack.allowFilter", "true")
        commit(root)
        git(root, "tag", "-a", "-m", "first", "v1")
        (root / "raw" / "1.csv").write_bytes(b"changed")
        commit(root)
        return root

    @pytest.mark.parametrize("kind", ["git+{root}", "git+file://{root}"])
    def test_a_path_at_a_revision_is_brought(
        self, repository: Path, tmp_path: Path, kind: str
    ) -> None:
        base = kind.format(root=repository)
        first = git(repository, "rev-parse", "v1^{commit}").strip()
        changed = {**FILES, "1.csv": b"changed"}

        assert brought(opened(f"{base}@v1#raw", tmp_path), tmp_path / "v1") == FILES
        assert (tmp_path / "v1" / "1.csv").stat().st_mode & 0o100
        assert (tmp_path / "v1" / "link").readlink() == Path("1.csv")
        assert brought(opened(f"{base}#raw", tmp_path), tmp_path / "head") == changed
        assert brought(opened(f"{base}@{first}#raw/1.csv", tmp_path), tmp_path / "one") == b"one"
        short = opened(f"{base}@{first[:10]}#subdirectory=raw/deep/er", tmp_path)
        assert brought(short, tmp_path / "er") == {"2.csv": b"two"}
        with pytest.raises(NotFound, match="knows no revision v9"):
            opened(f"{base}@v9#raw", tmp_path).look()
        with pytest.raises(NotFound, match="holds no such path"):
            opened(f"{base}@v1#nothing", tmp_path).bring(tmp_path / "n", Progress())

    def test_a_mark_changes_with_the_branch(self, repository: Path, tmp_path: Path) -> None:
        local = opened(f"git+{repository}@main#raw", tmp_path)
        clone = opened(f"git+file://{repository}@main#raw", tmp_path)
        tag = opened(f"git+file://{repository}@v1#raw", tmp_path)
        before = [each.look() for each in (local, clone, tag)]
        (repository / "other").write_text("beside")
        commit(repository)

        assert local.look() == before[0]  # the path is as it was
        assert clone.look() != before[1]
        assert tag.look() == before[2]

    def test_a_clone_holds_only_what_was_asked_for(self, repository: Path, tmp_path: Path) -> None:
        brought(opened(f"git+file://{repository}@v1#raw/1.csv", tmp_path), tmp_path / "one")

        kept = sum(path.stat().st_size for path in (tmp_path / "cache").rglob("*.pack"))
        assert kept < len(LARGE)

    def test_a_clone_that_nobody_read_for_long_is_removed_with_the_next(
        self, repository: Path, tmp_path: Path
    ) -> None:
        brought(opened(f"git+file://{repository}@v1#raw/1.csv", tmp_path), tmp_path / "one")
        (old,) = (tmp_path / "cache" / "git").glob("*.lock")
        os.utime(old, (0, 0))
        brought(opened(f"git+file://{repository}/.git@v1#raw/1.csv", tmp_path), tmp_path / "two")

        assert not old.exists()
        assert len(list((tmp_path / "cache" / "git").glob("*/ready"))) == 1

    def test_a_hook_of_the_repository_is_not_run(self, repository: Path, tmp_path: Path) -> None:
        hook = repository / ".git" / "hooks" / "post-checkout"
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)

        brought(opened(f"git+{repository}#raw", tmp_path), tmp_path / "raw")
        assert not (tmp_path / "ran").exists()
        assert git(repository, "status", "--porcelain") == ""

    def test_a_bare_repository_that_was_committed_into_the_project_is_refused(
        self, repository: Path, tmp_path: Path
    ) -> None:
        project, kept = tmp_path / "project", tmp_path / "kept.git"
        project.mkdir()
        for place in (kept, project / "kept.git"):
            git(tmp_path, "clone", "--quiet", "--bare", str(repository), str(place))
        git(project / "kept.git", "config", "core.fsmonitor", f"touch {tmp_path}/ran; false")

        with pytest.raises(RemoteError, match="cannot use bare repository"):
            opened("git+kept.git#raw", project).bring(tmp_path / "raw", Progress())
        assert not (tmp_path / "ran").exists()
        opened("git+../kept.git#raw", project).bring(tmp_path / "raw", Progress())


class TestDisk:
    def test_a_folder_is_copied_as_it_is(self, tmp_path: Path) -> None:
        there = tmp_path / "share" / "raw"
        write(there, FILES)
        (there / "link").symlink_to("deep")
        (there / "empty" / "inner").mkdir(parents=True)
        source = opened("share/raw", tmp_path)
        mark = source.look()

        assert brought(source, tmp_path / "raw") == FILES
        assert (tmp_path / "raw" / "link").readlink() == Path("deep")
        assert (tmp_path / "raw" / "empty" / "inner").is_dir()
        assert source.look() == mark
        (there / "deep" / "new").write_text("new")
        assert source.look() != mark

    def test_a_copy_that_was_interrupted_goes_on(self, tmp_path: Path) -> None:
        write(tmp_path / "share", {f"{n}.bin": LARGE for n in range(4)})
        source = opened("share", tmp_path)
        with pytest.raises(KeyboardInterrupt):
            source.bring(tmp_path / "raw", _Interrupting(2 * len(LARGE) + 1))
        assert not (tmp_path / "raw").exists()
        rest = Progress()
        (tmp_path / "share" / "1.bin").write_bytes(SMALL)

        source.bring(tmp_path / "raw", rest)
        assert {path.name: path.stat().st_size for path in (tmp_path / "raw").iterdir()} == {
            "0.bin": len(LARGE),
            "1.bin": len(SMALL),
            "2.bin": len(LARGE),
            "3.bin": len(LARGE),
        }
        assert rest.total_bytes < 3 * len(LARGE)


def git(root: Path, *arguments: str) -> str:
    known = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    return subprocess.run(
        ["git", *known, *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def commit(root: Path) -> None:
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "data")
