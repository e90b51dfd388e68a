from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.embedded.ports import ports
from modelcompose.compose.embedded.shapes import OMIT, Refused


def port(target: int, published: str | None = None, **more: Any) -> dict[str, Any]:
    found = {"mode": "ingress", "target": target, "protocol": "tcp", **more}
    return found if published is None else {**found, "published": published}


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (80, [port(80)]),
        ("80", [port(80)]),
        ("8080:80", [port(80, "8080")]),
        ("127.0.0.1:8080:80", [port(80, "8080", host_ip="127.0.0.1")]),
        ("127.0.0.1::80", [port(80, host_ip="127.0.0.1")]),
        ("[::1]:8080:80", [port(80, "8080", host_ip="::1")]),
        ("80/UDP", [port(80, protocol="udp")]),
        ("8000-8010:80", [port(80, "8000-8010")]),
        ("7000-7001:80-81", [port(80, "7000"), port(81, "7001")]),
        ("9-11", [port(10), port(11), port(9)]),
        ({"target": "80", "published": 8080}, [port(80, "8080")]),
        ({"target": 80, "mode": "host", "name": "web"}, [port(80, mode="host", name="web")]),
    ],
)
def test_a_port_is_given_in_the_long_form(entry: Any, found: list[dict[str, Any]]) -> None:
    assert ports([entry], ()) == found


def test_a_port_that_stands_twice_counts_once() -> None:
    assert ports(["80:80", "81:81", {"target": 80, "published": "80"}], ()) == [
        port(80, "80"),
        port(81, "81"),
    ]


def test_no_ports_are_left_out() -> None:
    assert ports([], ()) is OMIT


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("http", "invalid containerPort: http"),
        ("x:80", "invalid hostPort: x"),
        ("70000", "invalid containerPort: 70000"),
        ("81-80", "invalid containerPort: 81-80"),
        ("1-2:80-85", "invalid ranges specified for container and host Ports: 80-85 and 1-2"),
        ("80/http", "invalid proto: http"),
        ("80:", "no port specified: 80:<empty>"),
        ("1.2.3:80:80", "invalid IP address: 1.2.3"),
        ("::1:80:80", "invalid IP address: ::1"),
        ({"published": 80}, "a port is missing its target"),
        ([80], "must be a mapping, number or string"),
    ],
)
def test_a_wrong_port_is_refused(entry: Any, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        ports([entry], ("ports",))

    assert refused.value.problem == problem
    assert refused.value.place == ("ports", 0)
