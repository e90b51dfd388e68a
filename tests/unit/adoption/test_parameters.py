"""What of a command line is a parameter."""

from __future__ import annotations

import shlex

import pytest

from modelcompose.adoption.finding import proposable_parameters
from modelcompose.adoption.parameters import argument_parameters, open_value, opened


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            "python a.py --lr 0.1 --fast --n=3 seed=4",
            {"lr": "0.1", "fast": "true", "n": "3", "seed": "4"},
        ),
        ("python -m a -v --rate -1e-3", {"rate": "-1e-3"}),
        ("python a.py data.csv", {}),
    ],
)
def test_arguments_are_parameters(line: str, found: dict[str, str]) -> None:
    assert argument_parameters(shlex.split(line)) == found


@pytest.mark.parametrize(
    ("line", "text", "names"),
    [
        ("a.py --lr 0.1", "a.py --lr ${LR:-0.1}", ["LR"]),
        (
            "a.py --batch-size=8 depth=3",
            "a.py --batch-size=${BATCH_SIZE:-8} depth=${DEPTH:-3}",
            ["BATCH_SIZE", "DEPTH"],
        ),
        ("a.py --data x.csv -j 4 7", "a.py --data x.csv -j 4 7", []),
        ("a.py --used 1", "a.py --used 1", []),
        ("a.py --n 1 --n 2", "a.py --n ${N:-1} --n 2", ["N"]),
        ("sh -c 'echo $HOME'", "sh -c 'echo $$HOME'", []),
    ],
)
def test_numbers_of_options_are_left_open(line: str, text: str, names: list[str]) -> None:
    assert opened(shlex.split(line), {"USED"}) == (text, names)


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.1", "${A:-0.1}"), ("", "${A:-}"), ("a: b", '"${A:-a: b}"'), ("}", '"}"'), ("$x", '"$$x"')],
)
def test_a_value_is_left_open_where_compose_can_read_it(value: str, text: str) -> None:
    assert open_value("A", value).text == text


def test_what_says_where_something_is_is_no_parameter() -> None:
    names = ["LR", "DB_HOST", "OUTPUT_DIR", "CUDA_VISIBLE_DEVICES", "LR", "EPOCHS", "LOG_LEVEL"]
    assert proposable_parameters(names) == ("LR", "EPOCHS")
