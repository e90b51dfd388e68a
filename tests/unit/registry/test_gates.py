"""Gates: which numbers let a model through."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from modelcompose.errors import UsageError
from modelcompose.registry.gates import Numbers, Verdict, judge, parse_gate

NUMBERS = {"evaluate.auc": 0.7, "evaluate.test.f1": 0.5, "train.loss": 0.2, "a.b.c": 1.0}
NONE_YET: Mapping[str, Numbers | None] = {"champion": None}
BETTER: Mapping[str, Numbers | None] = {"champion": {"evaluate.auc": 0.8}}


def verdict(text: str, aliases: Mapping[str, Numbers | None] = NONE_YET) -> Verdict:
    return judge(parse_gate(text), NUMBERS, aliases)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("evaluate.auc >= 0.7", True),
        ("evaluate.auc > 0.7", False),
        ("evaluate.auc = 0.7 and train.loss < 1", True),
        ("evaluate.auc > 0.9 or train.loss < 1", True),
        ("not evaluate.auc > 0.9", True),
        ("not (evaluate.auc > 0.6 and train.loss < 1)", False),
        ("evaluate.auc between 0.6 and 0.8", True),
        ("evaluate.auc in (0.5, 0.7)", True),
        ("evaluate.auc not in (0.5, 0.7)", False),
        ("evaluate.auc != 0.7", False),
        ("evaluate.test.f1 = 0.5", True),
        ("evaluate.auc > train.loss", True),
        ("`evaluate.auc` >= 7e-1", True),
    ],
)
def test_a_gate_compares_metrics_with_numbers_and_with_each_other(
    text: str,
    passes: bool,  # noqa: FBT001
) -> None:
    assert verdict(text).passed is passes


@pytest.mark.parametrize(
    "text",
    [
        "evaluate.auc > @champion.evaluate.auc",
        "not evaluate.auc <= @champion.evaluate.auc",
        "@champion.evaluate.auc < evaluate.auc",
        "not (@champion.evaluate.auc >= evaluate.auc or evaluate.auc < 0.1)",
    ],
)
def test_a_comparison_with_a_version_that_is_not_there_yet_holds(text: str) -> None:
    assert verdict(text, NONE_YET).passed
    assert not verdict(text, BETTER).passed
    assert verdict(text, {"champion": {"evaluate.auc": 0.6}}).passed


def test_a_version_that_is_not_there_yet_excuses_nothing_else() -> None:
    assert not verdict("evaluate.auc > 0.9 and evaluate.auc > @champion.evaluate.auc").passed


@pytest.mark.parametrize(
    "text", ["evaluate.nothing > 0", "not evaluate.nothing > 0", "evaluate.nothing != 1"]
)
def test_a_metric_that_is_missing_lets_nothing_through(text: str) -> None:
    assert not verdict(text).passed


def test_a_metric_that_the_other_version_lacks_lets_nothing_through() -> None:
    assert not verdict("evaluate.auc > @champion.evaluate.auc", {"champion": {}}).passed


def test_a_metric_that_is_no_number_lets_nothing_through() -> None:
    gate = parse_gate("a.b > 0 or a.b <= 0")
    assert not judge(gate, {"a.b": math.nan}, {}).passed


def test_a_gate_that_is_shut_says_both_numbers() -> None:
    found = verdict("evaluate.auc >= 0.5 and evaluate.auc > @champion.evaluate.auc", BETTER)
    assert [finding.text for finding in found.failures] == [
        "evaluate.auc > @champion.evaluate.auc: 0.7 against 0.8"
    ]


def test_a_gate_names_what_it_needs() -> None:
    gate = parse_gate("evaluate.auc > @champion.train.loss and a.b < train.loss")
    assert gate.names == {"evaluate.auc", "a.b", "train.loss"}
    assert gate.aliases == {"champion"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0 < 1", "filter:1: expected STEP.METRIC or @ALIAS.STEP.METRIC, found '0'"),
        ("auc > 1", "filter:1: expected STEP.METRIC or @ALIAS.STEP.METRIC, found 'auc'"),
        ("@champion > 1", "filter:1: expected STEP.METRIC"),
        ("a.b > c", "filter:7: expected a number, STEP.METRIC or @ALIAS.STEP.METRIC, found 'c'"),
        ("a.b like '%'", "like compares no numbers"),
        ("a.b is null", "is null compares no numbers"),
        ("a.b >", "filter:6: expected a value, found the end"),
        ("a.b > 1 and", "filter:12: expected a name"),
    ],
)
def test_a_wrong_gate_names_the_position(text: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_gate(text)
    assert told in error.value.message
