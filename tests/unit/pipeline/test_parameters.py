from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelcompose.compose.project import Param
from modelcompose.errors import PlanError
from modelcompose.pipeline.parameters import (
    Overrides,
    ParameterFiles,
    parameter_values,
    set_key,
    write_changed,
)
from tests.unit.pipeline.making import project, service, step


def test_a_value_is_looked_up_in_the_container_then_among_composes_variables() -> None:
    train = service("train", step(params=["LR", "WINDOW", "SIZE"]), environment={"LR": "0.1"})
    made = replace(project(train), variables={"WINDOW": "7"}, defaults={"SIZE": "3", "WINDOW": "1"})
    values = parameter_values(
        made, train, train.the_step.params, ParameterFiles(made, Overrides()), Overrides()
    )
    assert values == {"LR": "0.1", "WINDOW": "7", "SIZE": "3"}


def test_an_override_goes_before_all_of_them() -> None:
    train = service("train", step(params=["LR"]), environment={"LR": "0.1"})
    made = project(train)
    for overrides in (
        Overrides(variables={"LR": "9"}),
        Overrides(environment={"LR": "9"}, named=frozenset({"train"})),
    ):
        files = ParameterFiles(made, overrides)
        assert parameter_values(made, train, train.the_step.params, files, overrides) == {"LR": "9"}


def test_a_parameter_without_a_value_names_the_nearest_variable() -> None:
    train = service("train", step(params=["LEARNING_RAT"]), environment={"LEARNING_RATE": "0.1"})
    made = project(train)
    with pytest.raises(PlanError) as caught:
        parameter_values(
            made, train, train.the_step.params, ParameterFiles(made, Overrides()), Overrides()
        )
    assert caught.value.hint == "did you mean the variable 'LEARNING_RATE'?"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.yaml", "model:\n  depth: 6\n  names: [a, b]\n"),
        ("p.json", '{"model": {"depth": 6, "names": ["a", "b"]}}'),
        ("p.toml", '[model]\ndepth = 6\nnames = ["a", "b"]\n'),
    ],
)
def test_a_file_key_is_read_from_yaml_json_and_toml(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    files = ParameterFiles(project(directory=tmp_path), Overrides())
    assert files.value(Param("model.depth", name)) == 6
    assert files.value(Param("model.names.1", name)) == "b"
    assert files.value(Param("", name)) == {"model": {"depth": 6, "names": ["a", "b"]}}


def test_a_missing_key_names_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("depth: 6\n")
    files = ParameterFiles(project(directory=tmp_path), Overrides())
    with pytest.raises(PlanError, match="no key 'dept'") as caught:
        files.value(Param("dept", "p.yaml"))
    assert caught.value.hint == "did you mean the key 'depth'?"


def test_a_changed_copy_keeps_comments_and_the_original(tmp_path: Path) -> None:
    source = tmp_path / "p.yaml"
    source.write_text("# how deep\nmodel:\n  depth: 6  # trees\n")
    write_changed(source, tmp_path / "copy.yaml", {"model.depth": 8})
    assert "depth: 8  # trees" in (tmp_path / "copy.yaml").read_text()
    assert "depth: 6" in source.read_text()


def test_a_json_copy_holds_the_change(tmp_path: Path) -> None:
    source = tmp_path / "p.json"
    source.write_text('{"a": {"b": 1}}')
    write_changed(source, tmp_path / "copy.json", {"a.b": [1, 2]})
    assert json.loads((tmp_path / "copy.json").read_text()) == {"a": {"b": [1, 2]}}


@pytest.mark.parametrize(
    ("document", "key", "after"),
    [
        ({"a": {"b": 1}}, "a.b", {"a": {"b": 9}}),
        ({}, "a.b", {"a": {"b": 9}}),
        ({"a": [1, 2]}, "a.1", {"a": [1, 9]}),
    ],
)
def test_a_dotted_key_is_set(document: Any, key: str, after: Any) -> None:
    set_key(document, key, 9)
    assert document == after
