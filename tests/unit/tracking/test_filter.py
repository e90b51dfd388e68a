from __future__ import annotations

import pytest

from modelcompose.errors import UsageError
from modelcompose.tracking.filter import Both, Comparison, Name, Not, parse


def test_a_comparison_is_a_name_an_operator_and_a_value() -> None:
    assert parse("step = train") == Comparison(Name("field", "step", 1), "=", "train", 8)


def test_blanks_do_not_matter() -> None:
    assert parse("  metrics.auc>=0.7 ") == Comparison(Name("metrics", "auc", 3), ">=", "0.7", 16)


def test_and_binds_closer_than_or_and_not_closest() -> None:
    node = parse("not step = a and step = b or step = c")
    assert isinstance(node, Both)
    assert node.word == "or"
    first = node.operands[0]
    assert isinstance(first, Both)
    assert first.word == "and"
    assert isinstance(first.operands[0], Not)


def test_parentheses_group() -> None:
    node = parse("step = a AND (step = b OR step = c)")
    assert isinstance(node, Both)
    assert node.word == "and"
    assert isinstance(node.operands[1], Both)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("params.LR = 1", "LR"),
        ("params.params.yaml:model.depth = 1", "params.yaml:model.depth"),
        ('params."a name (odd)" = 1', "a name (odd)"),
        ("params.`a=b` = 1", "a=b"),
        ("metrics.val/acc@5 = 1", "val/acc@5"),
    ],
)
def test_names_of_parameters_and_metrics_may_hold_any_sign(text: str, name: str) -> None:
    node = parse(text)
    assert isinstance(node, Comparison)
    assert node.name.name == name


def test_values_in_quotes_may_hold_any_sign() -> None:
    node = parse("cause = 'LR: 0.1 → (0.2)'")
    assert isinstance(node, Comparison)
    assert node.value == "LR: 0.1 → (0.2)"


def test_the_titles_of_the_table_are_names_too() -> None:
    node = parse("took > 3")
    assert isinstance(node, Comparison)
    assert node.name.name == "duration"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "filter:1: expected a name such as `step` or `metrics.auc`, found the end"),
        ("step", "filter:5: expected one of = != < <= > >=, found the end"),
        ("step = ", "filter:7: expected a value, found the end"),
        ("step = a b = c", "filter:10: expected `and`, `or` or the end, found 'b'"),
        ("(step = a", "filter:10: expected `)`, found the end"),
        ("step = a)", "filter:9: expected `and`, `or` or the end, found ')'"),
        ("step = 'a", 'filter:8: cannot read "\'a"'),
        ("step = a and statsu = b", "filter:14: a run has no field 'statsu'"),
        ("metrics. > 1", "filter:1: a run has no field 'metrics.'"),
    ],
)
def test_a_wrong_filter_names_the_position(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert caught.value.message == message


def test_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        parse("statsu = failed")
    assert caught.value.hint == "did you mean 'status'?"
