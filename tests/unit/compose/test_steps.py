from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.compose.data_grammar import DataKeys
from modelcompose.compose.fault import Fault
from modelcompose.compose.grammar import OutputKeys, StepKeys
from modelcompose.compose.input_grammar import InputKeys
from modelcompose.compose.project import DataSource, Input, Output, Param, Step
from modelcompose.compose.steps import build_data, build_step

DIRECTORY = PurePosixPath("/home/ada/flights")


def _built(**keys: Any) -> Step:
    return build_step(StepKeys(**keys), DIRECTORY, ("step",))


def _fault(**keys: Any) -> Fault:
    with pytest.raises(Fault) as caught:
        _built(**keys)
    return caught.value


def test_without_inputs_the_step_has_none_of_its_own() -> None:
    assert _built().inputs is None
    assert _built(inputs=()).inputs == ()


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("./data//raw/", "data/raw"),
        ("a/../b", "b"),
        ("src/**/*.py", "src/**/*.py"),
        (".", "."),
        ("/home/ada/flights/data", "data"),
        ("/data/imagenet", "/data/imagenet"),
        ("../shared", "/home/ada/shared"),
    ],
)
def test_paths_are_relative_to_the_project_where_they_lie_in_it(written: str, path: str) -> None:
    assert _built(inputs=(written,)).inputs == (
        Input(path=path, compare="stat" if path.startswith("/") else "content"),
    )


def test_external_data_can_be_compared_by_content_and_own_data_by_state() -> None:
    inputs = (InputKeys(path="/data", compare="content"), InputKeys(path="raw", compare="stat"))
    assert _built(inputs=inputs).inputs == (
        Input(path="/data", compare="content"),
        Input(path="raw", compare="stat"),
    )


def test_a_path_that_stands_twice_counts_once_the_last_way() -> None:
    inputs = ("raw", "./raw", InputKeys(path="raw/", compare="stat"))
    assert _built(inputs=inputs).inputs == (Input(path="raw", compare="stat"),)
    assert _built(outputs=("a", "./a")).outputs == (Output(path="a"),)


def test_outputs_metrics_and_plots_are_written() -> None:
    step = _built(outputs={"model.pkl": None}, metrics=("m.json",), plots=("model.pkl", "p.csv"))
    assert step.written == ("model.pkl", "m.json", "p.csv")


@pytest.mark.parametrize("written", ["../x", "/tmp/x", "a/../../x"])
def test_an_output_that_leaves_the_project_is_refused(written: str) -> None:
    fault = _fault(outputs=(written,))
    assert str(fault) == f'step.outputs[0]: an output must lie in the project, found "{written}"'


@pytest.mark.parametrize("written", [".", "/home/ada/flights", ".ml/x", ".git"])
def test_an_output_is_no_place_that_is_kept_by_others(written: str) -> None:
    assert _fault(outputs={written: None}).problem == f'an output cannot be "{written}"'


@pytest.mark.parametrize("key", ["outputs", "metrics", "plots"])
def test_what_a_step_writes_has_no_wildcards(key: str) -> None:
    fault = _fault(**{key: ("models/*.pkl",)})
    assert str(fault) == (f'step.{key}[0]: expected a path without wildcards, found "models/*.pkl"')


@pytest.mark.parametrize(
    ("written", "param"),
    [
        ("LR", Param(name="LR")),
        ("params.yaml:model.depth", Param(name="model.depth", file="params.yaml")),
        ("./conf/p.json:", Param(name="", file="conf/p.json")),
    ],
)
def test_a_param_is_a_variable_or_a_key_of_a_file(written: str, param: Param) -> None:
    assert _built(params=(written,)).params == (param,)


def test_a_param_that_looks_like_a_file_is_answered_with_both_ways_to_name_one() -> None:
    fault = _fault(params=("LR", "params.yaml"))
    assert str(fault) == (
        'step.params[1]: expected a variable\'s name or FILE:KEY, found "params.yaml"'
    )
    assert fault.hint == "for the whole file write params.yaml: and for one key params.yaml:KEY"


@pytest.mark.parametrize("written", ["a b", "1st", ":key", "../p.yaml:x"])
def test_a_param_that_is_neither_is_refused(written: str) -> None:
    assert _fault(params=(written,)).path == ("step", "params", 0)


def test_a_timeout_is_in_seconds() -> None:
    assert _built(timeout="1h30m").timeout_s == 5400
    assert _built().timeout_s is None


@pytest.mark.parametrize("written", ["90", "0s", "soon"])
def test_a_timeout_needs_a_unit_and_a_length(written: str) -> None:
    assert str(_fault(timeout=written)) == (
        f'step.timeout: expected a duration such as 90s or 1h30m, found "{written}"'
    )


def test_data_has_a_source_or_none() -> None:
    data = {"raw/": None, "more": DataKeys(source="https://x/y"), "less": DataKeys(source="")}
    assert build_data(data, DIRECTORY) == (
        DataSource(path="raw"),
        DataSource(path="more", source="https://x/y"),
        DataSource(path="less"),
    )


def test_data_outside_the_project_is_refused() -> None:
    with pytest.raises(Fault, match="data must lie in the project"):
        build_data({"/data": None}, DIRECTORY)


@settings(deadline=None)
@given(text=st.text(alphabet="ab./*", min_size=1, max_size=12))
def test_an_input_is_normal_and_normalising_it_again_changes_nothing(text: str) -> None:
    inputs = _built(inputs=(text,)).inputs
    assert inputs is not None
    assert _built(inputs=(inputs[0].path,)).inputs == inputs


def test_an_output_can_be_kept_between_tries_or_live() -> None:
    outputs = {
        "./checkpoints/": OutputKeys(resume=True),
        "logs": OutputKeys(live=True),
        "model": None,
    }

    step = _built(outputs=outputs, metrics=("logs/metrics.json",))

    assert step.outputs == (
        Output("checkpoints", resume=True),
        Output("logs", live=True),
        Output("model"),
    )
    assert (step.resumed, step.live) == (("checkpoints",), ("logs",))


@pytest.mark.parametrize(
    ("outputs", "more", "told"),
    [
        ({"a": OutputKeys(resume=True, live=True)}, {}, "expected resume or live, found both"),
        ({"a.pt": OutputKeys(resume=True)}, {}, 'a resume output is a folder, found the file "a.'),
        ({"m": OutputKeys(live=True)}, {"metrics": ("m",)}, "a live output is a folder"),
        ({"a": OutputKeys(live=True)}, {"workspace": "project"}, "live has no meaning with"),
        ({"a": None, "a/b": OutputKeys(live=True)}, {}, "a/b lies in a, which is an output of"),
    ],
)
def test_a_kept_or_live_output_is_a_folder_of_its_own(
    outputs: dict[str, Any], more: dict[str, Any], told: str
) -> None:
    fault = _fault(outputs=outputs, **more)

    assert told in str(fault)
    assert fault.hint
