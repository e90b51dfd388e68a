from __future__ import annotations

import pytest

from modelcompose.errors import UsageError
from modelcompose.tracking.query.fields import run_name
from modelcompose.tracking.query.parser import parse as parse_any
from modelcompose.tracking.query.tree import Both, Comparison, Name, Node, Not, Value


def parse(text: str) -> Node:
    return parse_any(text, run_name)


def comparison(text: str) -> Comparison:
    node = parse(text)
    assert isinstance(node, Comparison)
    return node


def test_a_comparison_is_a_name_an_operator_and_a_value() -> None:
    expected = Comparison(Name("field", "step", 1), "=", (Value("train", 8),))
    assert parse("step = train") == expected


def test_blanks_do_not_matter() -> None:
    expected = Comparison(Name("metrics", "auc", 3), ">=", (Value("0.7", 16),))
    assert parse("  metrics.auc>=0.7 ") == expected


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
        ("metrics.val.acc = 1", "val.acc"),
        ("tags.`mlflow.user` = 'x'", "mlflow.user"),
        ("tag.mlflow.runName = 'x'", "mlflow.runName"),
        ("parameter.a = 'x'", "a"),
        ("attributes.run_id = 'x'", "id"),
        ("attr.`run name` = 'x'", "name"),
        ("start_time > 0", "started"),
        ("took > 3", "duration"),
        ("datasets.digest = 'x'", "digest"),
    ],
)
def test_names_are_mlflows_and_ours(text: str, name: str) -> None:
    assert comparison(text).name.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("metrics.loss.min < 1", Name("metrics", "loss", 1, "min")),
        ("metrics.`val.loss`.best < 1", Name("metrics", "val.loss", 1, "best", is_exact=True)),
        ("metrics.val.loss.mean < 1", Name("metrics", "val.loss", 1, "mean")),
        ("metrics.`loss.min` < 1", Name("metrics", "loss.min", 1, is_exact=True)),
        ("metrics.min < 1", Name("metrics", "min", 1)),
    ],
)
def test_a_metrics_name_may_end_in_a_part_of_its_summary(text: str, name: Name) -> None:
    assert comparison(text).name == name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cause = 'LR: 0.1 → (0.2)'", "LR: 0.1 → (0.2)"),
        ("cause = 'it''s'", "it's"),
        ('cause = "it\'s"', "it's"),
        ("cause = ''", ""),
    ],
)
def test_values_in_quotes_may_hold_any_sign(text: str, value: str) -> None:
    assert comparison(text).values == (Value(value, 9, is_quoted=True),)


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("step == a", "="),
        ("step <> a", "!="),
        ("step like 'a%'", "like"),
        ("step NOT ILIKE 'a%'", "not ilike"),
        ("step ~ a", "matches"),
        ("step !~ a", "not matches"),
        ("step RLIKE a", "matches"),
        ("step not rlike a", "not matches"),
        ("step IN ('a', 'b')", "in"),
        ("step NOT IN (a,)", "not in"),
        ("tags.a IS NULL", "is null"),
        ("tags.a is not null", "is not null"),
    ],
)
def test_operators(text: str, operator: str) -> None:
    assert comparison(text).operator == operator


def test_between_is_two_comparisons() -> None:
    assert parse("metrics.a BETWEEN 1 AND 2 AND step = b") == Both(
        "and",
        (
            Both(
                "and",
                (
                    Comparison(Name("metrics", "a"), ">=", (Value("1", 19),)),
                    Comparison(Name("metrics", "a"), "<=", (Value("2", 25),)),
                ),
            ),
            Comparison(Name("field", "step", 31), "=", (Value("b", 38),)),
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "filter:1: expected a name such as `step` or `metrics.auc`, found the end"),
        (
            "step",
            "filter:5: expected one of = != < <= > >= ~, LIKE, IN, BETWEEN, IS NULL, found the end",
        ),
        ("step = ", "filter:7: expected a value, found the end"),
        ("step = a b = c", "filter:10: expected `and`, `or` or the end, found 'b'"),
        ("(step = a", "filter:10: expected `)`, found the end"),
        ("step = a)", "filter:9: expected `and`, `or` or the end, found ')'"),
        ("step = 'a", 'filter:8: cannot read "\'a"'),
        ("step = a and statsu = b", "filter:14: a run has no field 'statsu'"),
        ("metrics. > 1", "filter:1: a run has no field 'metrics.'"),
        ("datasets.size = 1", "filter:1: a dataset has no 'size'"),
        ("step in a", "filter:9: expected `(`, found 'a'"),
        ("step in (a b)", "filter:12: expected `,` or `)`, found 'b'"),
        ("step is a", "filter:9: expected NULL, found 'a'"),
        ("step not = a", "filter:10: expected LIKE, ILIKE, RLIKE, IN or BETWEEN, found '='"),
        ("metrics.a between 1 or 2", "filter:21: expected AND, found 'or'"),
        ("(" * 41 + "step = a", "filter:41: more than 40 levels deep"),
        ("not " * 41 + "step = a", "filter:161: more than 40 levels deep"),
    ],
)  # fmt: skip
def test_a_wrong_filter_names_the_position(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert caught.value.message == message


def test_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        parse("statsu = failed")
    assert caught.value.hint == "did you mean 'status'?"


def test_comparisons_are_bounded() -> None:
    with pytest.raises(UsageError, match="more than 400 comparisons"):
        parse(" or ".join(["step = a"] * 401))
