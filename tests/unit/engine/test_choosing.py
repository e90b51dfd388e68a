"""Which engine serves a user who named none."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.engine import choose, open_engine
from modelcompose.errors import EngineUnavailable, UsageError


def test_an_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'podman'") as caught:
        open_engine("podman")

    assert "docker, process" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["docker", "process"])
def test_opening_an_engine_touches_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")

    assert open_engine(name).name == name


def test_without_a_docker_engine_it_is_process_and_the_reason_names_the_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    socket = tmp_path / "docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{socket}")

    name, reason = choose()

    assert name == "process"
    assert str(socket) in reason


def test_an_engine_on_another_machine_is_docker_s_so_that_its_user_hears_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://build@farm")

    name, reason = choose()

    assert name == "docker"
    assert "ssh://build@farm" in reason
    with pytest.raises(EngineUnavailable, match="another machine"):
        open_engine("docker").check()


def test_a_docker_engine_that_is_not_there_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")

    with pytest.raises(EngineUnavailable, match=r"/nowhere/docker\.sock") as caught:
        open_engine("docker").check()

    assert "--engine process" in (caught.value.hint or "")
