"""A bucket that does not answer: callers are asked to come again, the rest of the hub works on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from obstore.store import S3Store

from modelcompose.errors import StoreError, StoreUnavailable
from modelcompose.hub.app import create_app
from modelcompose.hub.artifacts.bucket import Bucket
from modelcompose.hub.artifacts.content import WithContent
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.store.store import Store
from tests.asgi import Caller

ROOT = "/api/2.0/mlflow-artifacts"
FILE = f"{ROOT}/artifacts/0/run/artifacts/a.bin"


class Refusing(BaseHTTPRequestHandler):
    """Answers everything with the status that its server was told."""

    def do_HEAD(self) -> None:
        self.send_response(self.server.status)  # type: ignore[attr-defined] # see `Server`
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    status = 200


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Refusing) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def bucket_at(port: int, unfinished: Path) -> Bucket:
    """Give a bucket that is asked once."""
    store = S3Store(
        "artifacts",
        endpoint=f"http://127.0.0.1:{port}",
        access_key_id="key",
        secret_access_key="secret",
        client_options={"allow_http": True},
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=1)},
    )
    return Bucket(store, unfinished)


@pytest.fixture
def hub(server: Server, tmp_path: Path) -> Iterator[Hub]:
    """Give a hub whose bucket went away after it was opened."""
    opened = open_hub(tmp_path / "hub.db", tmp_path)
    bucket = bucket_at(server.server_port, tmp_path / "artifacts.uploads")
    server.server_close()  # nothing listens there any more
    yield msgspec.structs.replace(opened, artifacts=WithContent(bucket, Store(tmp_path / "store")))
    opened.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", FILE),
        ("HEAD", FILE),
        ("PUT", FILE),
        ("DELETE", FILE),
        ("GET", f"{ROOT}/artifacts?path=0/run"),
        ("GET", f"{ROOT}/presigned/0/run/artifacts/a.bin"),
    ],
)
def test_a_hub_whose_bucket_is_away_asks_its_callers_to_come_again(
    hub: Hub, method: str, path: str
) -> None:
    content = b"data" if method == "PUT" else b""

    answer = Caller(create_app(hub))(method, path, content=content)

    assert answer.status_code == 503
    if method != "HEAD":
        assert answer.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
        assert "the bucket cannot be used" in answer.json()["message"]
    assert list((hub.home / "artifacts.uploads").glob("*")) == []


@pytest.mark.parametrize(
    ("status", "is_away"), [(400, False), (403, False), (429, True), (500, True), (503, True)]
)
def test_what_a_bucket_refuses_for_good_is_told_from_what_it_may_do_later(
    server: Server, tmp_path: Path, status: int, *, is_away: bool
) -> None:
    server.status = status
    bucket = bucket_at(server.server_port, tmp_path)

    for ask in (bucket.open, bucket.entries):
        with pytest.raises(StoreError, match="the bucket cannot be used") as caught:
            ask(("0", "a"))
        assert isinstance(caught.value, StoreUnavailable) is is_away
