"""Every remote passes the same kit."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt, RemoteError
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.remotes.ssh.remote import SshRemote
from modelcompose.store.store import Store
from modelcompose.testing.remote_kit import RemoteKit, Remotes, kept, make_data
from tests.azure import ACCOUNT, KEY, azurite, make_container
from tests.fronts import front
from tests.registries import registry, sign_in
from tests.ssh_servers import SshServer, ssh_server


class TestFolder(RemoteKit):
    @pytest.fixture
    def remotes(self, tmp_path: Path) -> Remotes:
        return lambda: FolderRemote(tmp_path / "remote")


@pytest.fixture(scope="module")
def open_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("open") / "registry") as host:
        yield host


@pytest.fixture(scope="module")
def closed_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("closed") / "registry", has_password=True) as host:
        yield host


class TestRegistry(RemoteKit):
    @pytest.fixture
    def remotes(self, open_registry: str, tmp_path: Path) -> Remotes:
        name = f"team/{uuid.uuid4().hex}"
        return lambda: OciRemote(open_registry, name, tmp_path / "state")


class TestRegistryWithPassword(RemoteKit):
    @pytest.fixture
    def remotes(
        self, closed_registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Remotes:
        monkeypatch.setenv("DOCKER_CONFIG", str(sign_in(tmp_path / "docker", closed_registry)))
        name = f"team/{uuid.uuid4().hex}"
        return lambda: OciRemote(closed_registry, name)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("machine") / "sshd") as server:
        yield server


class TestSsh(RemoteKit):
    @pytest.fixture
    def remotes(
        self, machine: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Remotes:
        machine.sign_in(monkeypatch)
        address = f"ssh://build{tmp_path}/remote"
        return lambda: SshRemote(address, tmp_path / "state")


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kit's large blob go in pieces, of the smallest size that Amazon takes."""
    from modelcompose.store.remotes import bucket

    monkeypatch.setattr(bucket, "PIECE_BYTES", 5 << 20)


def make_bucket(server: str) -> str:
    bucket = f"b{uuid.uuid4().hex}"
    request = urllib.request.Request(f"{server}/{bucket}", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    return bucket


class TestBucket(RemoteKit):
    @pytest.fixture
    def remotes(
        self, s3_server: str, small_pieces: None, monkeypatch: pytest.MonkeyPatch
    ) -> Remotes:
        from modelcompose.store.remotes.bucket import BucketRemote

        for name, value in {
            "AWS_ENDPOINT_URL": s3_server,
            "AWS_ACCESS_KEY_ID": "ana",
            "AWS_SECRET_ACCESS_KEY": "hush-hush",
            "AWS_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        bucket = make_bucket(s3_server)
        return lambda: BucketRemote(f"s3://{bucket}/team/flights")


@pytest.fixture(scope="module")
def google_server(s3_server: str) -> Iterator[str]:
    """Give the XML API that Google's buckets share with Amazon's, which is what obstore speaks.

    The server of the tests is Amazon's alone: it wants to be shown a signature in its own form.
    """
    with front(s3_server.partition("://")[2]) as google:
        credential = "ana/20260101/us-east-1/s3/aws4_request"
        google.signs = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
        yield f"http://{google.host}"


class TestGoogleBucket(RemoteKit):
    @pytest.fixture
    def remotes(
        self, google_server: str, small_pieces: None, monkeypatch: pytest.MonkeyPatch
    ) -> Remotes:
        from modelcompose.store.remotes.bucket import BucketRemote

        account = {"gcs_base_url": google_server, "disable_oauth": True}
        nobody = {"client_email": "", "private_key": "", "private_key_id": ""}
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps({**account, **nobody}))
        bucket = make_bucket(google_server)
        return lambda: BucketRemote(f"gs://{bucket}/team/flights")


@pytest.fixture(scope="module")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with azurite(tmp_path_factory.mktemp("azure")) as endpoint:
        yield endpoint


class TestAzureBucket(RemoteKit):
    @pytest.fixture
    def remotes(
        self, azure_server: str, small_pieces: None, monkeypatch: pytest.MonkeyPatch
    ) -> Remotes:
        from modelcompose.store.remotes.bucket import BucketRemote

        container = f"c-{uuid.uuid4().hex}"
        make_container(azure_server, container)
        for name, value in {
            "AZURE_STORAGE_ENDPOINT": azure_server,
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
        }.items():
            monkeypatch.setenv(name, value)
        return lambda: BucketRemote(f"az://{container}/team/flights")


@pytest.mark.parametrize("lie", ["changed", "cut off", "longer"])
def test_a_remote_that_lies_is_caught_and_named(tmp_path: Path, lie: str) -> None:
    make_data(tmp_path / "data")
    store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
    content = kept(store, tmp_path / "data", tmp_path / "states.db")
    with FolderRemote(tmp_path / "remote") as remote:
        push(remote, store, content, Progress())
        for blob in (tmp_path / "remote" / "blobs" / "sha256").iterdir():
            data = blob.read_bytes()
            if data.startswith(b'{"schema') or len(data) < 100:
                continue
            wrong = {"changed": b"~" + data[1:], "cut off": data[:-1], "longer": data + b"~"}
            blob.write_bytes(wrong[lie])

        with pytest.raises(ContentCorrupt, match=r"remote: what it gave for sha256:\w{64}"):
            fetch(remote, other, content, Progress())

    assert not other.holds(content)


def test_a_folder_whose_share_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    with FolderRemote(tmp_path / "share" / "remote") as remote, pytest.raises(RemoteError):
        remote.put_manifest("a", b"{}")

    assert not (tmp_path / "share").exists()
