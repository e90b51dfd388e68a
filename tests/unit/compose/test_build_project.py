from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcompose.compose.build_project import Origin, build_project
from modelcompose.compose.fault import Fault
from modelcompose.compose.project import ComposeOptions, DataSource, Output, Project

ORIGIN = Origin(
    directory=Path("/flights"),
    files=(Path("/flights/compose.yaml"),),
    options=ComposeOptions(),
    profiles=(),
    variables={"SET": "3"},
    defaults={},
    interpolated=frozenset(),
    env_files=(),
)


def _built(document: dict[str, Any], *, is_interpolated: bool = True) -> Project:
    return build_project(document, ORIGIN, is_interpolated=is_interpolated)


def _service(**keys: Any) -> dict[str, Any]:
    return {"name": "p", "services": {"train": {"image": "a", **keys}}}


def test_the_projects_own_keys_become_its_values() -> None:
    project = _built(
        {
            "name": "flights",
            "x-ml": {
                "identity": {"ignore": ["WANDB_*"]},
                "mask": ["*_DSN", "!PUBLIC_KEY"],
                "data": {"data/raw": None},
                "objective": {"evaluate.auc": "max"},
            },
        }
    )
    assert project.name == "flights"
    assert project.ignored_variables == ("WANDB_*",)
    assert project.masked_variables == (
        *("*_KEY", "*_TOKEN", "*PASSWORD*", "*SECRET*"),
        *("*_DSN", "!PUBLIC_KEY"),
    )
    assert project.data == (DataSource(path="data/raw"),)
    assert project.objective == {"evaluate.auc": "max"}


def test_the_documents_lose_every_x_ml_and_nothing_else() -> None:
    document = _service(**{"x-ml": {"step": {}}, "x-other": {"a": 1}}) | {"x-ml": {}, "x-more": 2}
    project = _built(document)
    plain = {"image": "a", "x-other": {"a": 1}}
    assert project.document == {"name": "p", "services": {"train": plain}, "x-more": 2}
    assert project.services["train"].document == plain


def test_a_service_without_x_ml_is_no_step() -> None:
    assert _built(_service()).steps == {}


@pytest.mark.parametrize("step", [{}, None])
def test_a_step_without_keys_takes_the_defaults(step: Any) -> None:
    assert "train" in _built(_service(**{"x-ml": {"step": step}})).steps


@pytest.mark.parametrize("step", [False, "false"])
def test_a_step_is_undone_by_false(step: Any) -> None:
    assert _built(_service(**{"x-ml": {"step": step}})).steps == {}


def test_a_step_cannot_be_true() -> None:
    with pytest.raises(Fault) as caught:
        _built(_service(**{"x-ml": {"step": True}}))
    assert str(caught.value) == ("services.train.x-ml.step: expected a map, or false, found true")
    assert caught.value.hint == "write step: {}"


def test_a_doubled_dollar_sign_under_x_ml_is_one() -> None:
    project = _built(_service(**{"x-ml": {"step": {"outputs": {"a$$b": None}}}}))
    assert project.steps["train"].outputs == (Output(path="a$b"),)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"networks": {"n": {"x-ml": {}}}}, "networks.n.x-ml"),
        (_service(build={"x-ml": {}}), "services.train.build.x-ml"),
        (
            _service(volumes=[{"type": "bind"}, {"type": "bind", "bind": {"x-ml": {}}}]),
            "services.train.volumes[1].bind.x-ml",
        ),
    ],
)
def test_x_ml_where_nothing_acts_on_it_is_an_error(document: dict[str, Any], path: str) -> None:
    with pytest.raises(Fault) as caught:
        _built(document)
    assert str(caught.value) == f"{path}: it has no meaning here"
    assert (
        caught.value.hint
        == "x-ml may stand at the top of the file, on a service, a long mount and a volume"
    )


def test_what_is_the_users_own_may_be_called_x_ml() -> None:
    document = _service(labels={"x-ml": "1"}, environment={"x-ml": "1"})
    document["services"]["x-ml"] = {"image": "a"}
    document["x-fragments"] = {"base": {"x-ml": {"step": {}}}}
    assert set(_built(document).services) == {"train", "x-ml"}


def test_without_values_a_key_that_needs_an_unset_variable_counts_as_not_given() -> None:
    step = {
        "inputs": ["a", "${UNSET:?}/b", "${SET}"],
        "retries": "${UNSET?}",
        "outputs": {"o": None},
    }
    built = _built(_service(**{"x-ml": {"step": step}}), is_interpolated=False).steps["train"]
    assert [each.path for each in built.inputs or ()] == ["a", "3"]
    assert built.retries == 0


def test_without_a_name_the_project_is_called_like_its_folder() -> None:
    assert _built({}).name == "flights"
