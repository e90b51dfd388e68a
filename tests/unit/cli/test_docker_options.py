"""What Docker hands to its plugin."""

from __future__ import annotations

import os

import pytest

from modelcompose.cli.docker_options import adopt_docker_options
from modelcompose.errors import UsageError


@pytest.fixture(autouse=True)
def _no_docker_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_HOST", "DOCKER_TLS_VERIFY"):
        monkeypatch.setenv(name, "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ml status train", "status train"),
        ("ml", ""),
        ("help ml", "help"),
        ("help ml run", "help run"),
        ("__complete ml st", "__complete st"),
        ("ml run ml", "run ml"),
        ("-D --log-level=info -l debug ml ps", "ps"),
        ("status", "status"),
        ("run ml", "run ml"),
    ],
)
def test_our_arguments_are_what_follows_our_name(line: str, expected: str) -> None:
    assert adopt_docker_options(line.split(), "ml") == expected.split()


@pytest.mark.parametrize(
    ("line", "variable", "value"),
    [
        ("--context far ml ps", "DOCKER_CONTEXT", "far"),
        ("-c=far ml ps", "DOCKER_CONTEXT", "far"),
        ("-H tcp://x ml ps", "DOCKER_HOST", "tcp://x"),
        ("--host=tcp://x ml ps", "DOCKER_HOST", "tcp://x"),
        ("--config /c ml ps", "DOCKER_CONFIG", "/c"),
        ("--tlsverify ml ps", "DOCKER_TLS_VERIFY", "1"),
    ],
)
def test_the_options_of_docker_hold_for_what_we_start(line: str, variable: str, value: str) -> None:
    assert adopt_docker_options(line.split(), "ml") == ["ps"]
    assert os.environ[variable] == value


def test_an_option_without_a_variable_names_the_way_out() -> None:
    with pytest.raises(UsageError) as error:
        adopt_docker_options(["--tlscacert", "ca.pem", "ml", "ps"], "ml")

    assert "--tlscacert" in error.value.message
    assert "docker context" in (error.value.hint or "")
