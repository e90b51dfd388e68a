"""Registries that are full, read-only, busy or forgetful, and users who stop a command."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import RemoteError, StorageFull
from modelcompose.store.remotes.http import Client
from modelcompose.store.remotes.oci import uploads
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store
from modelcompose.testing.remote_kit import LARGE, kept, put, whole
from tests.disks import needs_root, small_disk
from tests.fronts import front
from tests.registries import registry
from tests.workbench import wait_until


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("open") / "registry") as host:
        yield host


@pytest.fixture
def name() -> str:
    return f"team/{uuid.uuid4().hex}"


def impatient() -> Client:
    return Client(wait=lambda _: None)


@pytest.mark.parametrize("kind", ["503", "429", "close", "half", "lost"])
@pytest.mark.parametrize("piece_bytes", [1 << 20, 32 << 20], ids=["in pieces", "at once"])
def test_an_upload_that_breaks_begins_anew_or_goes_on(
    host: str, name: str, monkeypatch: pytest.MonkeyPatch, kind: str, piece_bytes: int
) -> None:
    monkeypatch.setattr(uploads, "PIECE_BYTES", piece_bytes)
    failed: set[str] = set()

    def trouble(method: str, path: str, before: int) -> str | None:
        if method in {"PATCH", "PUT"} and method not in failed:
            failed.add(method)
            return kind
        return None

    with (
        front(host, trouble) as proxy,
        OciRemote(proxy.host, name, client=impatient()) as remote,
    ):
        digest = put(remote, LARGE)
    with OciRemote(host, name) as remote:
        assert whole(remote, digest) == LARGE
    assert "PUT" in failed


@pytest.mark.parametrize("status", ["405", "416", "501"])
def test_a_registry_that_takes_no_pieces_is_sent_a_blob_at_once(
    host: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: str
) -> None:
    monkeypatch.setattr(uploads, "PIECE_BYTES", 1 << 20)
    with (
        front(host, lambda method, *_: status if method == "PATCH" else None) as proxy,
        OciRemote(proxy.host, name, tmp_path / "state", client=impatient()) as remote,
    ):
        assert whole(remote, put(remote, LARGE)) == LARGE
        assert whole(remote, put(remote, LARGE[1:])) == LARGE[1:]

    assert proxy.count("PATCH") == 1


@needs_root
def test_a_registry_whose_disk_is_full_is_told_so(tmp_path: Path, name: str) -> None:
    disk = tmp_path / "disk"
    with (
        small_disk(disk, 3 << 20),
        registry(disk / "registry") as full,
        OciRemote(full, name, client=impatient()) as remote,
        pytest.raises(StorageFull, match=f"oci://{full}/{name}: the registry's disk is full"),
    ):
        put(remote, LARGE)


def test_a_registry_that_is_read_only_is_told_so_at_once(tmp_path: Path, name: str) -> None:
    settings = {"storage": {"maintenance": {"readonly": {"enabled": True}}}}
    waits: list[float] = []
    with (
        registry(tmp_path / "registry", more=settings) as closed,
        OciRemote(closed, name, client=Client(wait=waits.append)) as remote,
        pytest.raises(RemoteError, match="answers 405") as caught,
    ):
        put(remote, b"x")

    assert "read-only" in (caught.value.hint or "")
    assert waits == []


def test_a_server_that_says_when_to_come_again_is_waited_for(host: str, name: str) -> None:
    waits: list[float] = []

    def trouble(method: str, path: str, before: int) -> str | None:
        return "429" if before == 0 else None

    with (
        front(host, trouble, retry_after="7") as proxy,
        OciRemote(proxy.host, name, client=Client(wait=waits.append)) as remote,
    ):
        assert remote.manifest("nothing") is None

    assert len(waits) == 1
    assert 7 <= waits[0] < 10


def test_a_server_that_wants_to_be_left_alone_for_long_is_given_up_on(host: str, name: str) -> None:
    waits: list[float] = []
    with (
        front(host, lambda *_: "429", retry_after="86400") as proxy,
        OciRemote(proxy.host, name, client=Client(wait=waits.append)) as remote,
        pytest.raises(RemoteError, match="answers 429"),
    ):
        remote.tags()

    assert waits == []


def test_transfers_at_once_are_bounded(host: str, name: str, tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / f"{number}").write_bytes(LARGE[number:])
    store = Store(tmp_path / "store")
    content = kept(store, tmp_path / "data", tmp_path / "states.db")
    with front(host) as proxy, OciRemote(proxy.host, name) as remote:
        push(remote, store, content, Progress(jobs=3))

    assert 1 < proxy.most_at_once("PUT") <= 3


def test_a_user_who_stops_a_push_is_heard_and_the_next_one_goes_on(
    host: str, name: str, tmp_path: Path
) -> None:
    for number in range(6):
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / f"{number}").write_bytes(LARGE[number:])
    store = Store(tmp_path / "store")
    content = kept(store, tmp_path / "data", tmp_path / "states.db")
    script = f"""
from pathlib import Path
import sys
from modelcompose.store.content import Content
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store
content = Content({content.kind!r}, {content.digest!r}, {content.size_bytes}, {content.files})
with OciRemote(sys.argv[1], {name!r}, Path("{tmp_path}/state")) as remote:
    push(remote, Store(Path("{store.root}")), content, Progress())
"""

    def trouble(method: str, path: str, before: int) -> str | None:
        return "stall" if method == "PUT" and before >= 4 else None

    with front(host, trouble) as proxy:
        command = [sys.executable, "-c", script, proxy.host]
        pushing = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_until(lambda: proxy.count("PUT") >= 8, "uploads that stall", 30)
        before = time.monotonic()
        pushing.send_signal(signal.SIGINT)
        assert pushing.wait(20) != 0
        assert time.monotonic() - before < 10
    with front(host) as proxy, OciRemote(proxy.host, name, tmp_path / "state") as remote:
        push(remote, store, content, Progress())

    assert proxy.sent_bytes < 5 * len(LARGE)
