"""Values are written so that Compose reads them as they are."""

from __future__ import annotations

import pytest
import yaml

from modelcompose.adoption.writing import block, command_text, flow, scalar

TEXTS = [
    *("a.py", "data/raw", "*.py", "a b", "yes", "NO", "1.5", "1e3", "0x1f", "null", "~", "12:30"),
    *("2024-01-01", "a: b", "a #b", "- a", "[a]", "{a}", '"', "'", "a,b", "@a", "%a", "é", ""),
    *(" a", "a ", "a\nb", "!a", "&a", "*", "|", ">", "?", "-", "$", "a=b c"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_back(text: str) -> None:
    written = scalar(text)
    assert yaml.safe_load(f"- {written}") == [text.replace("$", "$$")]
    assert yaml.safe_load(f"[{written}]") == [text.replace("$", "$$")]


@pytest.mark.parametrize("text", [*(each for each in TEXTS if each), "x ${N:-1} 'a b'"])
def test_a_command_is_read_back(text: str) -> None:
    assert yaml.safe_load(f"command: {command_text(text)}")["command"] == text


def test_a_long_list_stands_on_lines_of_its_own() -> None:
    names = [f"folder/file_number_{number}.csv" for number in range(4)]
    lines = block({"inputs": names, "outputs": ["a"]}, 4, 2)
    assert lines[0] == "    inputs:"
    assert lines[1] == "      - folder/file_number_0.csv"
    assert lines[-1] == "    outputs: [a]"


def test_maps_and_booleans_on_one_line() -> None:
    assert flow({"x-ml": {"step": False, "a": ["b"]}}) == "{x-ml: {step: false, a: [b]}}"
