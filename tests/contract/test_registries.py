"""What may go wrong with a registry, and what Docker knows of its users."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt, RemoteError, UsageError
from modelcompose.store.remotes.artifacts import content_tag
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.http import Client
from modelcompose.store.remotes.oci import uploads
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.store.remotes.opening import open_remote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import in_memory
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store
from modelcompose.testing.remote_kit import LARGE, digest_of, kept, make_data, put, whole
from tests.fronts import Trouble, front
from tests.registries import PASSWORD, USER, registry, sign_in


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("open") / "registry") as host:
        yield host


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("closed") / "registry", has_password=True) as host:
        yield host


@pytest.fixture
def name() -> str:
    return f"team/{uuid.uuid4().hex}"


def impatient() -> Client:
    return Client(wait=lambda _: None)


def every_third(kind: str) -> Trouble:
    return lambda method, path, before: kind if before % 3 == 0 else None


def once(method: str, kind: str) -> Trouble:
    return lambda m, path, before: kind if m == method and before == 0 else None


@pytest.mark.parametrize("kind", ["503", "429", "close", "cut"])
def test_trouble_that_passes_is_waited_out(host: str, name: str, tmp_path: Path, kind: str) -> None:
    make_data(tmp_path / "data")
    store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
    content = kept(store, tmp_path / "data", tmp_path / "states.db")
    trouble = every_third(kind) if kind != "cut" else once("GET", "cut")
    client = impatient()
    with front(host, trouble) as proxy, OciRemote(proxy.host, name, client=client) as remote:
        push(remote, store, content, Progress())
        fetch(remote, other, content, Progress())

    assert other.holds(content)


def test_a_registry_that_is_always_busy_is_given_up_by_name(name: str, host: str) -> None:
    with (
        front(host, lambda *_: "503") as proxy,
        OciRemote(proxy.host, name, client=impatient()) as remote,
        pytest.raises(RemoteError, match=r"oci://127.0.0.1:\d+/team.*answers 503"),
    ):
        remote.tags()


def test_a_download_goes_on_where_the_connection_broke(host: str, name: str) -> None:
    with OciRemote(host, name) as remote:
        digest = put(remote, LARGE)
    with front(host, once("GET", "cut")) as proxy, OciRemote(proxy.host, name) as remote:
        assert whole(remote, digest) == LARGE
        gets = [path for method, path in proxy.seen if method == "GET"]

    assert len(gets) == 2


def test_an_upload_goes_on_where_the_connection_broke(
    host: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PIECE_BYTES", 1 << 20)

    def trouble(method: str, path: str, before: int) -> str | None:
        return "half" if method == "PATCH" and before == 2 else None

    with front(host, trouble) as proxy, OciRemote(proxy.host, name, tmp_path) as remote:
        digest = put(remote, LARGE)
        assert whole(remote, digest) == LARGE

    assert proxy.sent_bytes < 2 * len(LARGE)


def test_an_upload_of_a_killed_command_is_gone_on_with(
    host: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PIECE_BYTES", 1 << 20)

    def trouble(method: str, path: str, before: int) -> str | None:
        return "close" if method == "PATCH" and before >= 3 else None

    with front(host, trouble) as proxy:
        with (
            OciRemote(proxy.host, name, tmp_path, client=impatient()) as remote,
            pytest.raises(RemoteError),
        ):
            put(remote, LARGE)
        proxy.trouble = lambda *_: None
        proxy.sent_bytes = 0
        with OciRemote(proxy.host, name, tmp_path) as again:
            digest = put(again, LARGE)
            assert whole(again, digest) == LARGE

        assert proxy.sent_bytes < len(LARGE) - (2 << 20)


def test_a_registry_that_lies_is_caught(host: str, name: str, tmp_path: Path) -> None:
    make_data(tmp_path / "data")
    store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
    content = kept(store, tmp_path / "data", tmp_path / "states.db")
    with OciRemote(host, name) as remote:
        push(remote, store, content, Progress())

    def trouble(method: str, path: str, before: int) -> str | None:
        return "lie" if method == "GET" and "/blobs/" in path else None

    with (
        front(host, trouble) as proxy,
        OciRemote(proxy.host, name) as remote,
        pytest.raises(ContentCorrupt, match="sha256:"),
    ):
        fetch(remote, other, content, Progress())

    assert not other.holds(content)


def test_a_blob_of_another_repository_is_mounted(host: str, name: str, tmp_path: Path) -> None:
    with OciRemote(host, name, tmp_path) as remote:
        digest = put(remote, LARGE)
    with front(host) as proxy, OciRemote(host, f"{name}-more", tmp_path) as remote:
        remote.base = remote.base.replace(host, proxy.host)
        put(remote, LARGE)
        assert whole(remote, digest) == LARGE

    assert proxy.sent_bytes < 1000


def test_a_token_is_asked_for_with_dockers_credentials(
    host: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with front(host, wants_token=True) as proxy:
        monkeypatch.setenv("DOCKER_CONFIG", str(sign_in(tmp_path / "docker", proxy.host)))
        with OciRemote(proxy.host, name) as remote:
            digest = put(remote, LARGE)
            assert whole(remote, digest) == LARGE
        tokens = [path for _, path in proxy.seen if path.startswith("/token")]

    assert len(tokens) == 1


def test_a_credential_helper_is_asked(
    closed: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "bin" / "docker-credential-tests"
    helper.parent.mkdir()
    answer = json.dumps({"Username": USER, "Secret": PASSWORD})
    helper.write_text(f"#!/bin/sh\ngrep -q '^{closed}$' && echo '{answer}'\n")
    helper.chmod(0o755)
    config = tmp_path / "docker"
    config.mkdir()
    (config / "config.json").write_text(json.dumps({"credHelpers": {closed: "tests"}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(config))
    monkeypatch.setenv("PATH", f"{helper.parent}:{os.environ['PATH']}")

    with OciRemote(closed, name) as remote:
        assert whole(remote, put(remote, b"x")) == b"x"


@pytest.mark.parametrize("password", [None, "wrong-secret"])
def test_who_is_not_let_in_is_told_to_sign_in_and_no_secret_is_shown(
    closed: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str | None
) -> None:
    config = tmp_path / "docker"
    if password is not None:
        sign_in(config, closed, password)
    monkeypatch.setenv("DOCKER_CONFIG", str(config))

    with OciRemote(closed, name) as remote, pytest.raises(RemoteError) as caught:
        put(remote, b"x")

    assert caught.value.hint == f"sign in: docker login {closed}"
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"


def test_an_address_with_a_password_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_remote("oci://ana:hush@localhost:5000/x", tmp_path)

    assert "hush" not in f"{caught.value.message} {caught.value.hint}"


def test_only_this_machine_is_spoken_to_unencrypted() -> None:
    assert OciRemote("localhost:5000", "x").base.startswith("http://")
    assert OciRemote("127.0.0.1:5000", "x").base.startswith("http://")
    for host in ("example.com:5000", "localhost.example.com", "127.0.0.1.example.com"):
        assert OciRemote(host, "x").base.startswith("https://")


def test_a_host_that_nobody_knows_is_named_at_once(name: str) -> None:
    with OciRemote("nowhere.invalid", name) as remote, pytest.raises(RemoteError, match="nowhere"):
        remote.tags()


def test_dockers_own_client_sees_what_was_pushed(host: str, name: str, tmp_path: Path) -> None:
    make_data(tmp_path / "data")
    store = Store(tmp_path / "store")
    content = kept(store, tmp_path / "data", tmp_path / "states.db")
    with OciRemote(host, name) as remote:
        push(remote, store, content, Progress())
    command = [
        "docker",
        "manifest",
        "inspect",
        "--insecure",
        f"{host}/{name}:{content_tag(content)}",
    ]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    if shown.returncode != 0 and "not found" in shown.stderr:
        pytest.skip("docker is not installed")

    document = json.loads(shown.stdout)
    assert document["artifactType"] == "application/vnd.modelcompose.content.v1"
    assert [layer["size"] for layer in document["layers"]]


def test_what_a_push_remembers_is_readable_by_its_user_alone_or_no_secret(
    host: str, name: str, tmp_path: Path
) -> None:
    with OciRemote(host, name, tmp_path / "state") as remote:
        remote.put(digest_of(LARGE), in_memory(LARGE))

    texts = [path.read_text() for path in (tmp_path / "state").iterdir()]
    assert all(PASSWORD not in text for text in texts)
    assert stat.S_ISDIR((tmp_path / "state").stat().st_mode)
