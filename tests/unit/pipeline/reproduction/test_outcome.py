"""What counts as reproduced."""

from __future__ import annotations

import math

import pytest

from modelcompose.pipeline.reproduction.outcome import (
    Outcome,
    compare_metrics,
    compare_outputs,
)
from modelcompose.store.content import Content

ONE = Content("file", "sha256:1", 1)
TWO = Content("file", "sha256:2", 1)


@pytest.mark.parametrize(
    ("new", "by_value", "verdict", "is_reproduced"),
    [
        ({"a": ONE}, (), "identical", True),
        ({"a": TWO}, (), "differs", False),
        ({"a": Content("file", "sha256:1", 1, executable=True)}, (), "differs", False),
        ({"a": TWO}, ("a",), "within tolerance", True),
        ({"a": TWO}, ("b",), "differs", False),
        ({}, ("a",), "missing", False),
    ],
)
def test_an_output_is_reproduced_when_its_content_is_the_same_or_its_values_suffice(
    new: dict[str, Content], by_value: tuple[str, ...], verdict: str, *, is_reproduced: bool
) -> None:
    pairs = compare_outputs({"a": ONE}, new, by_value=by_value)

    assert [pair.verdict for pair in pairs] == [verdict]
    assert Outcome("train", "1", "2", pairs).is_reproduced == is_reproduced


def test_outputs_that_are_new_do_not_count() -> None:
    assert [pair.path for pair in compare_outputs({"a": ONE}, {"a": ONE, "b": TWO})] == ["a"]


def test_a_step_that_did_not_come_to_its_end_is_not_reproduced() -> None:
    assert not Outcome("train", "1", "2", error="it failed").is_reproduced
    assert Outcome("test", "1", "2").is_reproduced


@pytest.mark.parametrize(
    ("old", "new", "tolerance", "is_equal"),
    [
        (0.8, 0.8, 0.0, True),
        (0.8, 0.8000001, 0.0, False),
        (0.8, 0.8000001, 1e-6, True),
        (1e9, 1e9 + 1, 1e-6, True),
        (0.0, 1e-7, 1e-6, True),
        (0.0, 1e-5, 1e-6, False),
        (math.nan, math.nan, 0.0, True),
        (math.nan, 0.8, 1.0, False),
    ],
)
def test_metrics_are_equal_within_the_tolerance_absolutely_or_relatively(
    old: float, new: float, tolerance: float, *, is_equal: bool
) -> None:
    (change,) = compare_metrics({"auc": old}, {"auc": new}, tolerance)

    assert change.is_equal == is_equal


def test_a_metric_s_difference_is_told_absolutely_and_relatively() -> None:
    (change,) = compare_metrics({"loss": -2.0}, {"loss": -1.5}, 0.0)

    assert (change.absolute, change.relative) == (0.5, 0.25)


def test_nothing_is_relative_to_zero() -> None:
    (change,) = compare_metrics({"loss": 0.0}, {"loss": 0.5}, 0.0)

    assert (change.absolute, change.relative) == (0.5, None)


def test_a_metric_that_only_one_has_differs() -> None:
    gone, new = compare_metrics({"a": 1.0}, {"b": 2.0}, 1.0)

    assert (gone.name, gone.old, gone.new, gone.is_equal) == ("a", 1.0, None, False)
    assert (new.name, new.old, new.new, new.is_equal) == ("b", None, 2.0, False)
