from __future__ import annotations

import math
from typing import Any

import pytest

from modelcompose.compose.yaml_loader import (
    Tagged,
    Timestamp,
    load_documents,
    load_yaml,
    place_in,
)
from modelcompose.errors import ProjectError


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("n", "n"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("0755", 493),
        ("0o17", 15),
        ("08", 8),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0b11", 3),
        ("-12", -12),
        ("+12", 12),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("1e400", "1e400"),
        ("12345678901234567890", 12345678901234567890),
        ("123456789012345678901", 123456789012345678901.0),
        ("22:22", "22:22"),
        ("'0755'", "0755"),
        ("!!str 12", "12"),
        ("!unknown text", "text"),
        ("!unknown [1]", [1]),
        ("!unknown {a: 1}", {"a": 1}),
    ],
)
def test_a_scalar_has_the_type_that_compose_gives_it(written: str, value: Any) -> None:
    found = load_yaml(f"key: {written}")["key"]

    assert found == value
    assert type(found) is type(value)


def test_a_date_is_text_in_the_form_that_compose_prints() -> None:
    found = load_yaml("[2024-01-02, 2024-1-2 3:04:05.60, '2024-01-02', 2024-13-99]")

    assert found == ["2024-01-02T00:00:00Z", "2024-01-02T03:04:05.6Z", "2024-01-02", "2024-13-99"]
    assert [isinstance(value, Timestamp) for value in found] == [True, True, False, False]


def test_merge_keys_give_way_to_what_is_written() -> None:
    found = load_yaml("a: &a {x: 1, y: 2}\nb: &b {x: 3, z: 4}\nc: {<<: [*a, *b], y: 5}")

    assert found["c"] == {"x": 1, "y": 5, "z": 4}


def test_a_key_that_stands_twice_is_refused_with_both_lines() -> None:
    with pytest.raises(ProjectError) as refused:
        load_yaml("a: 1\nb: 2\na: 3", name="compose.yaml")

    assert refused.value.message == "compose.yaml:3:1: mapping key 'a' already defined at line 1"


def test_what_is_no_yaml_is_refused_with_its_place() -> None:
    with pytest.raises(ProjectError, match=r"^compose\.yaml:2:\d+: "):
        load_yaml("a: [\n}", name="compose.yaml")


def test_an_empty_text_is_nothing() -> None:
    assert load_yaml("") is None
    assert load_yaml(b"# a comment\n") is None


def test_several_documents_are_one_too_many() -> None:
    with pytest.raises(ProjectError, match="expected one YAML document, found 2"):
        load_yaml("a: 1\n---\nb: 2")

    assert load_documents("a: 1\n---\nb: 2") == [{"a": 1}, {"b": 2}]


def test_reset_and_override_are_told_apart_from_values() -> None:
    found = load_yaml("a: !reset null\nb: !override [1]")

    assert [type(value) for value in found.values()] == [Tagged, Tagged]
    assert found["b"].tag == "!override"


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (["services", "web"], (2, 3)),
        (["services", "web", "ports", 1], (5, 9)),
        (["services", "web", "absent", "deeper"], (2, 3)),
        (["absent"], None),
    ],
)
def test_a_path_of_keys_leads_to_a_line_and_column(
    keys: list[str | int], place: tuple[int, int] | None
) -> None:
    text = "services:\n  web:\n    ports:\n      - 1\n      - 2\n"

    assert place_in(text, keys) == place


@pytest.mark.parametrize(
    "text", [f"x: {'[' * 50_000}", f"x: {'{a: ' * 50_000}", f"{'- ' * 50_000}x"]
)
def test_what_would_crash_the_parser_is_refused(text: str) -> None:
    for given in (text, text.encode()):
        with pytest.raises(ProjectError, match=r"^f: yaml: more than 300 levels"):
            load_yaml(given, name="f")


def test_many_brackets_beside_each_other_are_no_depth() -> None:
    assert load_yaml(f"[{', '.join(['{a: [1]}'] * 1000)}]") == [{"a": [1]}] * 1000
