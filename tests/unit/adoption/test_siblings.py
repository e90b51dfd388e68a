"""A new service made from another."""

from __future__ import annotations

import pytest

from modelcompose.adoption.calls import Call
from modelcompose.adoption.siblings import free_name, instead_of_inherited, name_after
from modelcompose.adoption.writing import Written
from modelcompose.compose.project import Service


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (Call("python", script="a/Fit Model.v2.py"), "fit-model"),
        (Call("python", module="pkg.train"), "train"),
        (Call("make"), None),
        (Call("x", script="_.py"), None),
    ],
)
def test_it_is_named_after_what_it_executes(call: Call, name: str | None) -> None:
    assert name_after(call) == name


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("fit", {"base"}, "fit"),
        ("fit", {"base", "fit"}, "fit-2"),
        ("base", {"base"}, "base-now"),
        (None, {"base", "base-now"}, "base-now-2"),
    ],
)
def test_its_name_is_free(wanted: str | None, taken: set[str], name: str) -> None:
    assert free_name(wanted, "base", taken) == name


def test_it_does_not_inherit_what_only_one_may_have() -> None:
    base = Service("cron", {"restart": "always", "container_name": "c", "ports": [{"target": 80}]})
    found = instead_of_inherited(base, "cron-now")
    ports = found.pop("ports")
    assert isinstance(ports, Written)
    assert ports.text == "!reset null"
    assert found == {"restart": "no", "container_name": "c-now"}
    assert instead_of_inherited(Service("x", {}), "y") == {}
