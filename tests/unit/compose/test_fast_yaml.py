from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.compose.fast_yaml import parse
from modelcompose.compose.render import to_yaml

TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=20
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "text", ["yes", "on", "off", "n", "1:30", "2024-01-01", "=", "0x1f", "a b"]
)
def test_what_compose_prints_without_quotes_as_text_stays_text(text: str) -> None:
    assert parse(f"key: {text}") == {"key": text}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("1e+06", 1e6),
        ("0.5", 0.5),
        (".inf", math.inf),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ('"3"', "3"),
        ("'true'", "true"),
        ('""', ""),
    ],
)
def test_scalars_follow_the_core_schema(written: str, value: object) -> None:
    assert parse(f"key: {written}") == {"key": value}


def test_keys_are_text() -> None:
    assert parse("{3: a, true: b, ~: c}") == {"3": "a", "true": "b", "~": "c"}


def test_a_merge_key_brings_what_is_not_there_the_first_source_winning() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\n"
    assert parse(text)["c"] == {"x": 3, "y": 1, "z": 2}


def test_reset_gives_nothing_and_other_tags_are_ignored() -> None:
    assert parse("a: !reset [1]\nb: !override [2]\nc: !mine {d: 3}") == {
        "a": None,
        "b": [2],
        "c": {"d": 3},
    }


def test_an_empty_text_gives_nothing() -> None:
    assert parse("# only a comment\n") is None


def test_what_is_no_yaml_is_an_error() -> None:
    with pytest.raises(yaml.YAMLError):
        parse("a: {b")


@settings(deadline=None)
@given(value=VALUES)
def test_what_is_rendered_reads_back_the_same(value: object) -> None:
    assert parse(to_yaml({"key": value})) == {"key": value}
