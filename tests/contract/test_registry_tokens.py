"""Registries that let in who has a token: Docker's own, with a token server of the tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import RemoteError
from modelcompose.store.remotes.http import Client
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.testing.remote_kit import LARGE, RemoteKit, Remotes, put, whole
from tests.fronts import front
from tests.registries import registry, sign_in
from tests.tokens import TokenServer, token_server


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenServer]:
    with token_server(tmp_path_factory.mktemp("tokens") / "server") as server:
        yield server


@pytest.fixture(scope="module")
def guarded(tokens: TokenServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("guarded") / "registry"
    with registry(folder, more=tokens.settings) as host:
        yield host


@pytest.fixture
def name() -> str:
    return f"team/{uuid.uuid4().hex}"


@pytest.fixture
def signed_in(guarded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(sign_in(tmp_path / "docker", guarded)))


class TestRegistryWithTokens(RemoteKit):
    @pytest.fixture
    def remotes(self, guarded: str, name: str, signed_in: None, tmp_path: Path) -> Remotes:
        return lambda: OciRemote(guarded, name, tmp_path / "state")


def test_a_token_that_runs_out_is_renewed(
    guarded: str, tokens: TokenServer, name: str, signed_in: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The registry takes a token up to a minute after its end.
    monkeypatch.setattr(tokens, "lasts_s", -70)
    with OciRemote(guarded, name) as remote:
        with pytest.raises(RemoteError, match="refuses access"):
            put(remote, b"x")
        monkeypatch.setattr(tokens, "lasts_s", 300)
        assert whole(remote, put(remote, b"x")) == b"x"


def test_a_blob_is_mounted_with_a_token_for_both_repositories(
    guarded: str, tokens: TokenServer, name: str, signed_in: None, tmp_path: Path
) -> None:
    with OciRemote(guarded, name, tmp_path / "state") as remote:
        put(remote, LARGE)
    with front(guarded) as proxy, OciRemote(guarded, f"{name}-more", tmp_path / "state") as remote:
        sign_in(tmp_path / "docker", guarded)
        remote.base = remote.base.replace(guarded, proxy.host)
        assert whole(remote, put(remote, LARGE)) == LARGE

    assert proxy.sent_bytes < 1000
    assert f"repository:{name}:pull" in tokens.scopes


def test_a_blob_that_this_user_may_not_mount_is_sent(
    guarded: str, tokens: TokenServer, name: str, signed_in: None, tmp_path: Path
) -> None:
    with OciRemote(guarded, name, tmp_path / "state") as remote:
        put(remote, LARGE)
    tokens.hidden.add(name)
    try:
        with OciRemote(guarded, f"{name}-more", tmp_path / "state") as remote:
            assert whole(remote, put(remote, LARGE)) == LARGE
    finally:
        tokens.hidden.discard(name)


def test_who_may_not_use_a_repository_is_told_so_at_once(
    guarded: str, tokens: TokenServer, name: str, signed_in: None
) -> None:
    waits: list[float] = []
    tokens.hidden.add(name)
    with (
        OciRemote(guarded, name, client=Client(wait=waits.append)) as remote,
        pytest.raises(RemoteError, match=f"{guarded}/{name}: refuses access") as caught,
    ):
        put(remote, b"x")

    assert caught.value.hint == f"sign in: docker login {guarded}"
    assert waits == []
