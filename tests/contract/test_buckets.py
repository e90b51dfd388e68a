"""Artifacts in a real S3 server, Ceph's: what every place promises, and what a bucket adds."""

from __future__ import annotations

import http.client
import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from obstore.exceptions import GenericError
from obstore.store import S3Store

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.hub.app import create_app
from modelcompose.hub.artifacts.bucket import Bucket
from modelcompose.hub.artifacts.opening import open_bucket
from modelcompose.hub.hub import Hub, open_hub
from tests.asgi import Caller
from tests.contract.test_hub_gc import (  # noqa: F401 - the trash is emptied here too
    NOW,
    test_a_deleted_logged_model_goes_with_its_files,
    test_deleted_runs_go_with_their_points_logs_and_files,
    test_files_of_what_is_no_more_go_and_other_folders_stay,
    test_nothing_goes_unless_it_is_sure,
    test_the_names_of_what_went_are_free_again,
    test_uploads_that_nobody_goes_on_with_are_dropped,
)
from tests.unit.hub.artifacts.moving import part, read, write
from tests.unit.hub.artifacts.test_places import (  # noqa: F401 - the kit runs here too
    test_a_folder_is_deleted_with_all_in_it,
    test_a_folder_is_listed_by_name,
    test_a_large_artifact_comes_in_pieces,
    test_a_part_that_is_sent_again_replaces_the_first,
    test_an_artifact_is_read_as_it_was_written,
    test_many_writers_of_one_name_leave_one_of_them_whole,
    test_nothing_is_seen_before_it_is_whole_and_nothing_stays_of_what_is_given_up,
    test_parts_may_be_joined_again_by_who_heard_no_answer,
    test_parts_that_come_in_any_order_become_one_artifact,
    test_the_tag_changes_with_the_content,
)
from tests.workbench import wait_until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]

_SCRIPT = Path(__file__).parents[2] / "scripts" / "s3-image"
_MB = 1 << 20


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def answers(address: str) -> bool:
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(address, timeout=5)
        with closing(connection):
            connection.request("GET", "/")
            return connection.getresponse().status == 200
    return False


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Give the address of an S3 server with one bucket, `artifacts`."""
    image = subprocess.check_output([_SCRIPT], text=True).strip()
    name = f"s3-{uuid.uuid4().hex[:12]}"
    docker("run", "--detach", "--init", "--name", name, "--publish", "127.0.0.1:0:7480", image)
    try:
        address = docker("port", name, "7480").strip()
        wait_until(lambda: answers(address), "the S3 server", 120)
        yield f"http://{address}"
    finally:
        docker("rm", "--force", "--volumes", name)


@pytest.fixture
def url(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the address of an empty place in the bucket; the environment says the rest."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "modelcompose")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "modelcompose-secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    # A PUT of the bucket's own name creates it; the answer is not that of an object.
    server = S3Store("any", endpoint=endpoint, virtual_hosted_style_request=True)
    with suppress(GenericError):
        server.put("artifacts", b"")
    return f"s3://artifacts/{uuid.uuid4().hex}"


@pytest.fixture
def artifacts(url: str, tmp_path: Path) -> Bucket:
    return open_bucket(url, tmp_path / "artifacts.uploads")


@pytest.fixture
def hub(url: str, tmp_path: Path) -> Iterator[Hub]:
    hub = open_hub(tmp_path / "hub.db", tmp_path / "home", lambda: NOW, artifacts=url)
    yield hub
    hub.close()


def test_what_is_larger_than_a_piece_goes_up_in_pieces_and_is_whole(
    artifacts: Bucket, tmp_path: Path
) -> None:
    data = os.urandom(20 * _MB)
    write(artifacts, ("1", "large"), data)
    assert read(artifacts, ("1", "large")) == data
    assert read(artifacts, ("1", "large"), 9 * _MB, 17 * _MB) == data[9 * _MB : 17 * _MB]
    assert list((tmp_path / "artifacts.uploads").iterdir()) == []


def test_three_parts_become_one_object(artifacts: Bucket) -> None:
    pieces = [os.urandom(6 * _MB), os.urandom(6 * _MB), b"the rest"]
    upload = artifacts.begin_parts(("1", "a"))
    sent = [part(artifacts, upload, number, data) for number, data in enumerate(pieces, 1)]
    artifacts.join_parts(upload, ("1", "a"), sent)
    assert read(artifacts, ("1", "a")) == b"".join(pieces)


def test_a_folder_with_more_than_a_page_of_names_is_listed_and_deleted_whole(
    artifacts: Bucket, url: str
) -> None:
    store = S3Store.from_url(url)
    for number in range(1_050):
        store.put(f"1/{number}", b"")
    store.put("10/stays", b"")
    assert len(artifacts.entries(("1",))) == 1_050
    assert artifacts.delete(("1",))
    assert artifacts.entries(("1",)) == []
    assert [entry.name for entry in artifacts.entries(())] == ["10"]


@pytest.mark.parametrize(
    "name", ["a b", "ä", "a+b", "50%", "a%20b", "#?&=", "'\"", "{x}", "~tilde", "日本"]
)
def test_any_name_is_kept_as_it_is(artifacts: Bucket, name: str) -> None:
    write(artifacts, (name, name), b"x")
    assert read(artifacts, (name, name)) == b"x"
    assert [entry.name for entry in artifacts.entries(())] == [name]
    assert [entry.name for entry in artifacts.entries((name,))] == [name]
    assert artifacts.delete((name,))


def test_an_object_that_changes_while_it_is_read_is_never_mixed(artifacts: Bucket) -> None:
    write(artifacts, ("a",), b"old")
    reading = artifacts.open(("a",))
    write(artifacts, ("a",), b"new")
    with pytest.raises(StoreError):
        list(reading.chunks(0, 3))


def test_the_hub_gives_ranges_and_takes_streams(url: str, tmp_path: Path) -> None:
    hub = open_hub(tmp_path / "hub.db", tmp_path, artifacts=url)
    call = Caller(create_app(hub))
    path = "/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/a.bin"
    data = os.urandom(3 * _MB)
    assert call("PUT", path, content=data).status_code == 200
    whole = call.get(path)
    ranged = call.get(path, headers={"Range": "bytes=1000000-1999999"})
    presigned = call.get(path.replace("/artifacts/0", "/presigned/0", 1)).json()
    deleted = call("DELETE", path)
    gone = call.get(path)
    hub.close()
    assert whole.content == data
    assert ranged.status_code == 206
    assert ranged.content == data[1_000_000:2_000_000]
    assert presigned["url"].endswith(path)
    assert presigned["file_size"] == len(data)
    assert deleted.status_code == 200
    assert gone.status_code == 404


def test_wrong_keys_and_a_bucket_that_is_not_there_are_said_at_the_start(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="s3://nowhere/x: there is no such bucket"):
        open_bucket("s3://nowhere/x", tmp_path)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    with pytest.raises(UsageError, match="the bucket refuses these keys") as caught:
        open_bucket(url, tmp_path)
    assert "wrong-secret" not in f"{caught.value.message} {caught.value.hint}"


def test_what_is_not_there_is_not_found(artifacts: Bucket) -> None:
    with pytest.raises(NotFound):
        artifacts.open(("nothing",))
    assert not artifacts.delete(("nothing",))
    assert artifacts.entries(("nothing",)) == []
