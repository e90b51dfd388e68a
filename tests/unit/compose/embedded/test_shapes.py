from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.embedded.entries import (
    assignments,
    labels,
    named_texts,
    options,
    text_or_texts,
    texts,
)
from modelcompose.compose.embedded.scalars import (
    choice,
    duration,
    flag,
    kept_duration,
    kept_flag,
    number,
    size,
    text,
    whole,
    words,
    written_size,
)
from modelcompose.compose.embedded.shapes import OMIT, Refused, Shape, map_of, record

PLACE = ("services", "web", "key")


@pytest.mark.parametrize(
    ("shape", "value", "found"),
    [
        (text, "a", "a"),
        (text, "", OMIT),
        (flag, True, True),
        (flag, "YES", True),
        (flag, "off", OMIT),
        (flag, False, OMIT),
        (kept_flag, False, False),
        (whole(), 3, 3),
        (whole(), "3", 3),
        (whole(), 0, OMIT),
        (whole(is_kept=True), "0", 0),
        (whole(is_truncated=True), 1.5, 1),
        (number, "0.50", 0.5),
        (number, 2.0, 2),
        (number, 0, OMIT),
        (size, "1k", "1024"),
        (size, -1, "-1"),
        (size, 0, OMIT),
        (size, 1.5, OMIT),
        (duration, "0s", OMIT),
        (kept_duration, "0s", "0s"),
        (kept_duration, "90s", "1m30s"),
        (words, "a 'b c'", ["a", "b c"]),
        (words, ["a", ""], ["a", ""]),
        (words, "", []),
        (words, None, OMIT),
        (texts, [], OMIT),
        (named_texts, ["A=1", "B", "A=2"], ["A=2", "B"]),
        (text_or_texts, "a", ["a"]),
        (assignments, {"A": 1, "B": None, "C": True, "D": 1.50}, None),
        (assignments, ["A=1", "B", "C=", "A=2"], {"A": "2", "B": None, "C": ""}),
        (labels, ["a=b=c", "d"], {"a": "b=c", "d": ""}),
        (options, {"a": 1, "b": None}, {"a": "1", "b": ""}),
    ],
)
def test_a_shape_gives_what_compose_prints(shape: Shape, value: Any, found: Any) -> None:
    if found is None:
        found = {"A": "1", "B": None, "C": "true", "D": "1.5"}

    assert shape(value, PLACE) == found


@pytest.mark.parametrize(
    ("shape", "value", "problem"),
    [
        (text, 3, "must be a string"),
        (text, None, "must be a string"),
        (flag, "maybe", "invalid boolean: maybe"),
        (flag, 1, "must be a boolean or string"),
        (whole(), 1.5, "must be a integer or string"),
        (whole(), "x", "expected a whole number, found 'x'"),
        (whole(least=0), -1, "must be greater than or equal to 0"),
        (whole(most=9), "10", "must be less than or equal to 9"),
        (number, "x", "expected a number, found 'x'"),
        (size, "10x", "invalid size: '10x'"),
        (written_size, 10, "must be a string"),
        (duration, "10", "invalid duration '10'"),
        (words, "'a", "invalid command line string"),
        (choice("a", "b"), "c", "value must be one of 'a', 'b'"),
        (texts, ["a", "b", "a"], "items at 0 and 2 are equal"),
        (assignments, ["A =1"], "environment variable A  is declared with a trailing space"),
        (assignments, {"": 1}, "additional properties '' not allowed"),
        (assignments, None, "must be a array or mapping"),
    ],
)
def test_a_shape_refuses_what_compose_refuses(shape: Shape, value: Any, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        shape(value, PLACE)

    assert refused.value.problem == problem
    assert refused.value.place == PLACE


def test_a_record_keeps_extensions_as_they_are() -> None:
    shape = record({"name": text})

    assert shape({"name": "a", "x-ml": {"step": [1.0, None]}}, ()) == {
        "name": "a",
        "x-ml": {"step": [1, None]},
    }


def test_an_unknown_key_names_the_nearest_valid_one() -> None:
    with pytest.raises(Refused) as refused:
        record({"image": text, "ports": texts})({"imagee": "x"}, ("services", "web"))

    assert refused.value.problem == "additional properties 'imagee' not allowed"
    assert refused.value.hint == "did you mean image?"
    assert refused.value.place == ("services", "web")
    assert refused.value.at == ("services", "web", "imagee")


def test_a_missing_key_is_named() -> None:
    with pytest.raises(Refused, match="missing property 'type'"):
        record({"type": text}, required=("type",))({}, ())


def test_a_record_that_is_not_kept_goes_when_it_is_empty() -> None:
    assert record({"a": text}, is_kept=False)({"a": ""}, ()) is OMIT
    assert record({"a": text})({"a": ""}, ()) == {}


def test_a_name_with_other_characters_is_refused() -> None:
    with pytest.raises(Refused, match="additional properties 'a b' not allowed"):
        map_of(text)({"a b": "x"}, ())
