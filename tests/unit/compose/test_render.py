from __future__ import annotations

import pytest

from modelcompose.compose.render import to_yaml


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "No",
        "on",
        "null",
        "~",
        "1e3",
        "0x1f",
        "0o7",
        "1_000",
        "22:22",
        "2024-01-01",
        "=",
        "<<",
    ],
)
def test_what_any_reader_could_take_for_something_else_is_quoted(text: str) -> None:
    assert to_yaml({"key": text}) == f'key: "{text}"\n'


@pytest.mark.parametrize("text", ["python", "/app", "python:3.11-slim", "a.b/c", "user@host"])
def test_plain_words_stay_plain(text: str) -> None:
    assert to_yaml({"key": text}) == f"key: {text}\n"


def test_several_lines_stand_as_a_block() -> None:
    assert to_yaml({"key": "one\ntwo\n"}) == "key: |\n  one\n  two\n"


def test_keys_keep_their_order_and_long_lines_are_not_folded() -> None:
    text = "word " * 50
    assert to_yaml({"b": text, "a": None}) == f'b: "{text}"\na: null\n'


def test_a_value_that_stands_twice_is_written_twice() -> None:
    shared = ["x"]
    assert to_yaml({"a": shared, "b": shared}) == "a:\n- x\nb:\n- x\n"
