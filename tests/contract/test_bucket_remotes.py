"""What may go wrong with a bucket, by way of a server that breaks off."""

from __future__ import annotations

import urllib.request
import uuid
from collections.abc import Callable, Iterator

import pytest

from modelcompose.errors import RemoteError
from modelcompose.store.remotes.bucket import BucketRemote
from modelcompose.testing.remote_kit import LARGE, put, whole
from tests.fronts import front

SECRET = "hush-hush"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"b-{uuid.uuid4().hex}"
    request = urllib.request.Request(f"http://{server}/{name}", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ana")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return name


@pytest.fixture
def opened(bucket: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], BucketRemote]:
    def open_at(host: str) -> BucketRemote:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}")
        return BucketRemote(f"s3://{bucket}/team")

    return open_at


def test_a_download_goes_on_where_the_connection_broke(
    server: str, opened: Callable[[str], BucketRemote]
) -> None:
    with opened(server) as remote:
        digest = put(remote, LARGE)
    with (
        front(server, lambda m, _, before: "cut" if m == "GET" and before < 2 else None) as proxy,
        opened(proxy.host) as remote,
    ):
        assert whole(remote, digest) == LARGE

    assert proxy.count("GET") == 3


@pytest.mark.parametrize("kind", ["503", "429", "close"])
def test_trouble_that_passes_is_waited_out(
    server: str, opened: Callable[[str], BucketRemote], kind: str
) -> None:
    with (
        front(server, lambda m, _, before: kind if before == 0 else None) as proxy,
        opened(proxy.host) as remote,
    ):
        assert whole(remote, put(remote, b"x")) == b"x"


def test_a_bucket_that_is_not_there_is_named_and_no_secret_is_shown(
    server: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{server}")
    with BucketRemote("s3://nobodys/team") as remote, pytest.raises(RemoteError) as caught:
        put(remote, LARGE)

    told = f"{caught.value.message} {caught.value.hint}"
    assert "s3://nobodys/team: the bucket cannot be used" in told
    assert SECRET not in told
    assert "Signature" not in told
