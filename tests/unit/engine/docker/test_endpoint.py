"""The engine that the `docker` command would use."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from modelcompose.engine.docker.endpoint import find_endpoint

DEFAULT = "unix:///var/run/docker.sock"


@pytest.fixture
def configuration(tmp_path: Path) -> dict[str, str]:
    """Variables of a user with a context `farm`, which is in use."""
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "farm"}))
    for name, host in (("farm", "ssh://build@farm"), ("colima", "unix:///home/me/.colima/sock")):
        folder = tmp_path / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        meta = {"Name": name, "Endpoints": {"docker": {"Host": host}}}
        (folder / "meta.json").write_text(json.dumps(meta))
    return {"DOCKER_CONFIG": str(tmp_path)}


def test_the_context_in_use_counts(configuration: dict[str, str]) -> None:
    found = find_endpoint(configuration)

    assert found.host == "ssh://build@farm"
    assert found.socket is None
    assert "farm" in found.origin


def test_the_variable_for_contexts_goes_over_it(configuration: dict[str, str]) -> None:
    found = find_endpoint(configuration | {"DOCKER_CONTEXT": "colima"})

    assert found.socket == "/home/me/.colima/sock"


def test_the_variable_for_hosts_goes_over_both(configuration: dict[str, str]) -> None:
    both = {"DOCKER_CONTEXT": "colima", "DOCKER_HOST": "tcp://10.0.0.1:2375"}

    assert find_endpoint(configuration | both).host == "tcp://10.0.0.1:2375"


@pytest.mark.parametrize("context", ["default", "unknown"])
def test_the_default_context_is_the_local_socket(
    configuration: dict[str, str], context: str
) -> None:
    assert find_endpoint(configuration | {"DOCKER_CONTEXT": context}).host == DEFAULT


@pytest.mark.parametrize("text", [None, "", "not json", "[]", '{"currentContext": 3}'])
def test_a_configuration_that_says_nothing_is_the_local_socket(
    tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "config.json").write_text(text)

    assert find_endpoint({"DOCKER_CONFIG": str(tmp_path)}).host == DEFAULT
