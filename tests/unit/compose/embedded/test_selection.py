from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.embedded.selection import check, with_profiles, without_unused
from modelcompose.compose.embedded.shapes import Refused


def checked(services: dict[str, Any], **resources: Any) -> None:
    check({"services": services, **resources}, services)


def test_services_of_inactive_profiles_are_left_out() -> None:
    document = {"services": {"a": {}, "b": {"profiles": ["one"]}, "c": {"profiles": ["two"]}}}

    assert list(with_profiles(document, ())["services"]) == ["a"]
    assert list(with_profiles(document, ("two",))["services"]) == ["a", "c"]
    assert list(with_profiles(document, ("*",))["services"]) == ["a", "b", "c"]


def test_resources_that_no_service_refers_to_are_left_out() -> None:
    document = {
        "services": {
            "a": {
                "networks": {"default": None},
                "volumes": [{"type": "volume", "source": "v"}, {"type": "bind", "source": "/b"}],
                "build": {"secrets": [{"source": "s"}]},
            }
        },
        "networks": {"default": {}, "other": {}},
        "volumes": {"v": {}, "other": {}},
        "secrets": {"s": {}, "other": {}},
        "configs": {"other": {}},
    }

    found = without_unused(document)

    kinds = ("networks", "volumes", "secrets")
    assert {kind: list(found[kind]) for kind in kinds} == {
        "networks": ["default"],
        "volumes": ["v"],
        "secrets": ["s"],
    }
    assert "configs" not in found


@pytest.mark.parametrize(
    ("service", "problem"),
    [
        ({"image": ""}, None),
        ({"command": []}, 'service "web" has neither an image nor a build context specified'),
        ({"networks": {"n": None}}, 'service "web" refers to undefined network n'),
        ({"secrets": [{"source": "s"}]}, 'service "web" refers to undefined secret s'),
        (
            {"depends_on": {"other": {"required": True}}},
            'service "web" depends on undefined service "other"',
        ),
        (
            {"network_mode": "service:x"},
            "service \"x\" not found for network_mode 'service:x'",
        ),
        ({"healthcheck": {"test": ["curl"]}}, "healthcheck.test must start either by"),
        ({"scale": 2, "container_name": "a"}, "can't set container_name and scale"),
        ({"scale": 1, "deploy": {"replicas": 2}}, "can't set distinct values on 'scale'"),
        ({"scale": -1}, "scale: must be 0 or more"),
        (
            {"cpus": 1, "deploy": {"resources": {"limits": {"cpus": 2}}}},
            "can't set distinct values on 'cpus' and 'deploy.resources.limits.cpus'",
        ),
        ({"tmpfs": ["/a:size=1", "/a"]}, "target /a is mounted twice"),
        (
            {"build": {"dockerfile": "a", "dockerfile_inline": "b"}},
            'service "web" declares mutually exclusive dockerfile and dockerfile_inline',
        ),
        (
            {"build": {"additional_contexts": {"base": "service:base"}}},
            'service "web" declares unknown service "base" as additional contexts base',
        ),
        (
            {"platform": "a", "build": {"platforms": ["b"]}},
            'service.build.platforms MUST include service.platform "a"',
        ),
    ],
)
def test_a_service_that_contradicts_itself_is_refused(
    service: dict[str, Any], problem: str | None
) -> None:
    complete = service if "command" in service else {"image": "x", **service}
    if problem is None:
        checked({"web": complete})
        return

    with pytest.raises(Refused) as refused:
        checked({"web": complete})

    assert refused.value.problem.startswith(problem)
    assert refused.value.place == ("services", "web")


def test_a_dependency_that_is_not_required_may_be_inactive_but_must_exist() -> None:
    service = {"image": "x", "depends_on": {"off": {"required": False}}}
    active = {"services": {"web": service}}

    check(active, {"web": service, "off": {}})

    with pytest.raises(Refused, match="depends on undefined service"):
        check(active, {"web": service})


def test_a_cycle_is_named_from_end_to_end() -> None:
    def service(*names: str) -> dict[str, Any]:
        return {"image": "x", "depends_on": {name: {"required": True} for name in names}}

    with pytest.raises(Refused, match="dependency cycle detected: b -> c -> b"):
        checked({"a": service("b"), "b": service("c"), "c": service("b")})


def test_two_services_cannot_share_a_container_name() -> None:
    service = {"image": "x", "container_name": "same"}

    with pytest.raises(Refused, match='container name "same" is already in use by service a'):
        checked({"a": service, "b": service})
