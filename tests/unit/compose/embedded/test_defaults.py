from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.embedded.defaults import with_defaults


def completed(service: dict[str, Any], variables: dict[str, str] | None = None) -> dict[str, Any]:
    document = with_defaults({"services": {"web": service}}, "project", variables or {})
    found: dict[str, Any] = document["services"]["web"]
    return found


def test_a_service_joins_the_default_network_which_is_then_there() -> None:
    found = with_defaults({"services": {"web": {}}}, "project", {})

    assert found["services"]["web"]["networks"] == {"default": None}
    assert found["networks"] == {"default": {"name": "project_default"}}


@pytest.mark.parametrize("service", [{"network_mode": "host"}, {"provider": {"type": "cloud"}}])
def test_a_service_with_a_network_of_another_kind_does_not(service: dict[str, Any]) -> None:
    assert "networks" not in completed(service)


def test_resources_are_named_after_the_project_unless_they_are_outside_of_it() -> None:
    volumes = {"a": {}, "b": {"external": True}, "c": {"name": "own"}}

    found = with_defaults({"volumes": volumes}, "project", {})["volumes"]

    assert {key: volume["name"] for key, volume in found.items()} == {
        "a": "project_a",
        "b": "b",
        "c": "own",
    }


def test_names_without_a_value_take_the_callers_and_arguments_without_one_go() -> None:
    found = completed(
        {
            "environment": {"A": None, "B": None, "C": "c"},
            "build": {"args": {"A": None, "B": None}},
        },
        {"A": "caller"},
    )

    assert found["environment"] == {"A": "caller", "B": None, "C": "c"}
    assert found["build"] == {"args": {"A": "caller"}}


def test_what_a_service_shares_it_depends_on() -> None:
    found = completed(
        {
            "links": ["db", "cache:alias"],
            "network_mode": "service:proxy",
            "pid": "host",
            "volumes_from": ["data:ro", "container:other"],
            "depends_on": {"db": {"condition": "service_healthy", "required": True}},
        }
    )["depends_on"]

    started = {"condition": "service_started", "required": True}
    assert found == {
        "db": {"condition": "service_healthy", "required": True},
        "cache": {**started, "restart": True},
        "proxy": {**started, "restart": True},
        "data": started,
    }
