from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.compose.fault import Fault, dotted
from modelcompose.compose.grammar import OutputKeys, ProjectKeys, ServiceKeys, StepKeys
from modelcompose.compose.input_grammar import InputKeys
from modelcompose.compose.validation import validate

SERVICE = ("services", "train", "x-ml")


def _step(value: Any) -> StepKeys:
    step = validate({"step": value}, ServiceKeys, SERVICE).step
    assert isinstance(step, StepKeys)
    return step


def _fault(value: Any, keys: type[msgspec.Struct] = ServiceKeys) -> Fault:
    with pytest.raises(Fault) as caught:
        validate(value, keys, SERVICE if keys is ServiceKeys else ("x-ml",))
    return caught.value


def test_every_key_of_a_step_is_taken() -> None:
    step = _step(
        {
            "inputs": ["data/raw", {"path": "/data", "compare": "content"}],
            "outputs": {"model.pkl": None, "logs": {}},
            "params": ["LR", "params.yaml:model.depth"],
            "metrics": ["metrics.json"],
            "plots": ["roc.csv"],
            "log_metrics": ["loss"],
            "retries": 2,
            "timeout": "1h",
            "uses": {"db": 1},
            "cache": False,
            "workspace": "project",
        }
    )
    assert step == StepKeys(
        inputs=("data/raw", InputKeys(path="/data", compare="content")),
        outputs={"model.pkl": None, "logs": OutputKeys()},
        params=("LR", "params.yaml:model.depth"),
        metrics=("metrics.json",),
        plots=("roc.csv",),
        log_metrics=("loss",),
        retries=2,
        timeout="1h",
        uses={"db": 1},
        cache=False,
        workspace="project",
    )


def test_outputs_may_be_a_list() -> None:
    assert _step({"outputs": ["a", "b"]}).outputs == ("a", "b")


def test_text_from_a_variable_is_cast() -> None:
    step = _step({"retries": "3", "cache": "false"})
    assert (step.retries, step.cache) == (3, False)


def test_a_step_is_undone_by_false_also_as_text() -> None:
    assert validate({"step": False}, ServiceKeys, SERVICE).step is False
    assert validate({"step": "false"}, ServiceKeys, SERVICE).step is False


def test_an_empty_x_ml_has_no_keys() -> None:
    assert validate(None, ProjectKeys, ("x-ml",)) == ProjectKeys()


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"outputs": [3]}, "outputs[0]: expected a path, found 3"),
        ({"outputs": [""]}, 'outputs[0]: expected a path, found ""'),
        ({"outputs": {"": None}}, 'outputs[""]: expected a path, found ""'),
        ({"outputs": "model.pkl"}, 'outputs: expected a map or list of paths, found "model.pkl"'),
        ({"outputs": None}, "outputs: expected a map or list of paths, found nothing"),
        ({"outputs": {"a.pkl": True}}, 'outputs["a.pkl"]: expected a map, found true'),
        ({"outputs": {"a.pkl": {"resum": True}}}, 'outputs["a.pkl"].resum: unknown key'),
        ({"inputs": "train.py"}, 'inputs: expected a list of paths, found "train.py"'),
        ({"inputs": None}, "inputs: expected a list of paths, found nothing"),
        ({"inputs": [["a"]]}, "inputs[0]: expected a path, found a list"),
        ({"inputs": ["a", {"path": 1}]}, "inputs[1].path: expected a path, found 1"),
        (
            {"inputs": [{"path": "a", "compare": "size"}]},
            'inputs[0].compare: expected stat or content, found "size"',
        ),
        ({"retries": -1}, "retries: expected a whole number, 0 or more, found -1"),
        ({"retries": "often"}, 'retries: expected a whole number, 0 or more, found "often"'),
        ({"retries": 1.5}, "retries: expected a whole number, 0 or more, found 1.5"),
        ({"timeout": 90}, "timeout: expected a duration such as 90s or 1h30m, found 90"),
        ({"uses": ["db"]}, "uses: expected a map of names to whole numbers, found a list"),
        ({"uses": {"db": -1}}, "uses.db: expected a whole number, 0 or more, found -1"),
        ({"cache": "maybe"}, 'cache: expected true or false, found "maybe"'),
        ({"workspace": "mine"}, 'workspace: expected isolated or project, found "mine"'),
        ({"params": {"LR": 1}}, "params: expected a list of names, found a map"),
    ],
)
def test_a_fault_says_what_was_expected_and_what_was_found(step: Any, message: str) -> None:
    assert str(_fault({"step": step})) == f"services.train.x-ml.step.{message}"


def test_a_step_that_is_no_map_says_so() -> None:
    assert str(_fault({"step": [1]})) == (
        "services.train.x-ml.step: expected a map, or false, found a list"
    )


def test_an_x_ml_that_is_no_map_says_so() -> None:
    assert str(_fault("step")) == 'services.train.x-ml: expected a map, found "step"'


def test_an_unknown_key_names_the_nearest_valid_one() -> None:
    fault = _fault({"step": {"output": ["a"]}})
    assert str(fault) == "services.train.x-ml.step.output: unknown key"
    assert fault.hint == "did you mean outputs?"
    assert fault.at_key


def test_an_unknown_key_like_no_other_is_answered_with_all_of_them() -> None:
    known = "remote, identity, mask, hub, data, models, objective, limits, notify"
    assert _fault({"zzz": 1}, ProjectKeys).hint == f"known here: {known}"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"objective": {"auc": "max"}}, 'x-ml.objective.auc: expected STEP.METRIC, found "auc"'),
        (
            {"objective": {"a.auc": "up"}},
            'x-ml.objective["a.auc"]: expected max or min, found "up"',
        ),
        ({"data": ["raw"]}, "x-ml.data: expected a map of paths, found a list"),
        ({"identity": []}, "x-ml.identity: expected a map, found a list"),
        (
            {"mask": [1]},
            "x-ml.mask[0]: expected a name, which may hold the wildcards * and ?, found 1",
        ),
    ],
)
def test_the_projects_own_keys_are_as_strict(keys: Any, message: str) -> None:
    assert str(_fault(keys, ProjectKeys)) == message


NAMES = st.sampled_from(["step", "inputs", "outputs", "retries", "path", "compare", "cache", "x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(value=st.dictionaries(st.just("step"), st.dictionaries(NAMES, ANYTHING, max_size=3)))
def test_whatever_is_wrong_is_put_in_our_own_words(value: Any) -> None:
    try:
        msgspec.convert(value, ServiceKeys, strict=False)
    except msgspec.ValidationError:
        assert _fault(value).problem.startswith(("expected ", "unknown key", "the key "))
    else:
        validate(value, ServiceKeys, SERVICE)


def test_a_path_is_written_as_people_write_it() -> None:
    assert dotted(("services", "a.b", "x-ml", "outputs", 0)) == 'services["a.b"].x-ml.outputs[0]'
