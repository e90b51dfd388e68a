from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcompose.compose.build_project import Origin, build_project
from modelcompose.compose.fault import Fault
from modelcompose.compose.project import ComposeOptions, ModelMount, Project

ORIGIN = Origin(
    directory=Path("/shop"),
    files=(Path("/shop/compose.yaml"),),
    options=ComposeOptions(),
    profiles=(),
    variables={},
    defaults={},
    interpolated=frozenset(),
    env_files=(),
)


def mount(source: str = "/shop/models/served", **keys: Any) -> dict[str, Any]:
    about = {"model": "delay@champion", **keys}
    return {"type": "bind", "source": source, "target": "/models", "x-ml": about}


def built(*volumes: Any, **services: Any) -> Project:
    api = {"image": "a", "volumes": list(volumes)}
    return build_project({"services": {"api": api, **services}}, ORIGIN)


def fault(*volumes: Any, **services: Any) -> Fault:
    with pytest.raises(Fault) as caught:
        built(*volumes, **services)
    return caught.value


def test_a_mount_says_which_model_its_folder_holds() -> None:
    project = built("/shop:/app", mount())
    expected = ModelMount("delay", "champion", "models/served", "restart", "SIGHUP")
    assert project.services["api"].model_mounts == (expected,)
    assert project.services["api"].mounts[0].model is None
    assert "x-ml" not in project.document["services"]["api"]["volumes"][1]


@pytest.mark.parametrize(
    ("on_change", "expected"),
    [
        ("restart", ("restart", "SIGHUP")),
        ("signal", ("signal", "SIGHUP")),
        ("none", ("none", "SIGHUP")),
        ({"signal": "SIGUSR1"}, ("signal", "SIGUSR1")),
        ({"signal": "USR1"}, ("signal", "SIGUSR1")),
    ],
)
def test_what_a_service_is_told_has_few_forms(on_change: Any, expected: tuple[str, str]) -> None:
    (found,) = built(mount(on_change=on_change)).services["api"].model_mounts
    assert (found.on_change, found.signal) == expected


@pytest.mark.parametrize(
    ("reference", "expected"), [("3", "3"), ("v3", "3"), ("V12", "12"), ("vip", "vip")]
)
def test_a_version_may_be_named_by_its_number(reference: str, expected: str) -> None:
    (found,) = built(mount(model=f"delay@{reference}")).services["api"].model_mounts
    assert found.reference == expected


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"model": "delay"}, 'model: expected NAME@ALIAS or NAME@VERSION, found "delay"'),
        ({"on_change": "reload"}, "on_change: expected restart, signal, none, or a map"),
        ({"on_change": {"signal": "hup"}}, "on_change.signal: expected a signal such as SIGHUP"),
        ({"alias": "champion"}, "alias: unknown key"),
    ],
)
def test_a_wrong_key_is_named(keys: dict[str, Any], said: str) -> None:
    assert f"services.api.volumes[0].x-ml.{said}" in str(fault(mount(**keys)))


@pytest.mark.parametrize("source", ["/shop", "/elsewhere/served", "/shop/.ml/served", "/shop/../x"])
def test_the_folder_is_one_of_its_own_in_the_project(source: str) -> None:
    found = fault(mount(source))
    assert found.path == ("services", "api", "volumes", 0, "source")
    assert "a folder of its own in the project" in found.problem


def test_only_a_bind_mount_can_be_filled() -> None:
    found = fault({**mount(), "type": "volume", "source": "served"})
    assert found.problem == "expected a mount of type bind, found volume"


def test_a_folder_holds_one_model_only() -> None:
    second = {"image": "b", "volumes": [mount(model="other@champion")]}
    assert "models/served holds delay@champion" in fault(mount(), web=second).problem
    inside = {"image": "b", "volumes": [mount("/shop/models/served/inner")]}
    assert "is to hold a model" in fault(mount(), web=inside).problem
    same = {"image": "b", "volumes": [mount()]}
    assert built(mount(), web=same).services["web"].model_mounts


def test_a_folder_that_a_step_writes_holds_no_other_version() -> None:
    train = {"image": "a", "x-ml": {"step": {"outputs": ["models/served"]}}}
    assert "services.train writes models/served" in fault(mount(), train=train).problem


def test_a_step_reads_models_by_its_inputs() -> None:
    step = {"image": "a", "volumes": [mount()], "x-ml": {"step": {}}}
    with pytest.raises(Fault, match="a step's mount cannot be filled"):
        build_project({"services": {"train": step}}, ORIGIN)


def test_a_step_is_not_tracked_beside() -> None:
    step = {"image": "a", "x-ml": {"step": {}, "track": True}}
    with pytest.raises(Fault, match="steps are recorded anyway"):
        build_project({"services": {"train": step}}, ORIGIN)
    notebook = {"image": "a", "x-ml": {"track": True}}
    assert built(notebook=notebook).services["notebook"].is_tracked


def test_without_values_a_model_that_needs_an_unset_variable_counts_as_not_given() -> None:
    api = {"image": "a", "volumes": [mount("./served", model="${MODEL:?}")]}
    project = build_project({"services": {"api": api}}, ORIGIN, is_interpolated=False)
    assert project.services["api"].model_mounts == ()
