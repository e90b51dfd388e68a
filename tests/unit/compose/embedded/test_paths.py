from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcompose.compose.embedded.paths import with_absolute_paths


def absolute(**document: Any) -> dict[str, Any]:
    complete = {"services": {}, "secrets": {}, "configs": {}, "volumes": {}, **document}
    return with_absolute_paths(complete, Path("/project"), "/home/user")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (".", "/project"),
        ("./a/../b", "/project/b"),
        ("../up", "/up"),
        ("~/data", "/home/user/data"),
        ("/abs/./path", "/abs/./path"),
    ],
)
def test_the_source_of_a_bind_mount_is_absolute(source: str, found: str) -> None:
    mount = {"type": "bind", "source": source, "target": "/t"}

    services = absolute(services={"web": {"volumes": [mount]}})["services"]

    assert services["web"]["volumes"][0]["source"] == found


def test_the_name_of_a_volume_stays() -> None:
    mount = {"type": "volume", "source": "data", "target": "/t"}

    assert absolute(services={"web": {"volumes": [mount]}})["services"]["web"]["volumes"] == [mount]


@pytest.mark.parametrize(
    "context",
    ["https://example.org/a.git", "git@example.org:a", "github.com/a/b", "docker-image://alpine"],
)
def test_a_context_elsewhere_stays(context: str) -> None:
    found = absolute(services={"web": {"build": {"context": context}}})

    assert found["services"]["web"]["build"]["context"] == context


def test_files_and_folders_on_this_machine_are_absolute() -> None:
    found = absolute(
        services={
            "web": {
                "build": {"context": "app", "additional_contexts": {"a": "b", "c": "service:d"}},
                "env_file": [{"path": "a.env"}],
                "label_file": ["a.labels"],
            }
        },
        secrets={"s": {"file": "secret"}},
        configs={"c": {"content": "text"}},
        volumes={"v": {"driver": "local", "driver_opts": {"o": "bind", "device": "device"}}},
    )

    assert found["services"]["web"] == {
        "build": {
            "context": "/project/app",
            "additional_contexts": {"a": "/project/b", "c": "service:d"},
        },
        "env_file": [{"path": "/project/a.env"}],
        "label_file": ["/project/a.labels"],
    }
    assert found["secrets"]["s"]["file"] == "/project/secret"
    assert found["volumes"]["v"]["driver_opts"]["device"] == "/project/device"
