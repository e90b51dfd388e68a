"""What Docker says, and what it means."""

from __future__ import annotations

import pytest

from modelcompose.engine.docker.troubles import could_not_start, essence
from modelcompose.errors import EngineUnavailable


def test_warnings_are_left_out() -> None:
    said = 'time="2026-01-01T00:00:00Z" level=warning msg="the attribute"\n\n boom \n'

    assert essence(said) == "boom"


def test_warnings_alone_are_told() -> None:
    assert "level=warning" in essence('time="2026-01-01T00:00:00Z" level=warning msg="x"')


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ('could not select device driver "nvidia" with capabilities: [[gpu]]', "NVIDIA Container"),
        ('exec: "trian": executable file not found in $PATH', "services.train.command"),
        ("No such image: sha256:abc", "modelcompose run --pull train"),
        ("write /x: no space left on device", "docker system prune"),
        ("all predefined address pools have been fully subnetted", "docker network prune"),
    ],
)
def test_known_troubles_have_a_way_out(said: str, hint: str) -> None:
    error = could_not_start("train", f"Error response from daemon: {said}\n")

    assert error.message.startswith("services.train: could not be started: ")
    assert said in error.message
    assert hint in (error.hint or "")


def test_an_engine_that_is_not_there_is_unavailable() -> None:
    said = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock."

    assert isinstance(could_not_start("train", said), EngineUnavailable)
