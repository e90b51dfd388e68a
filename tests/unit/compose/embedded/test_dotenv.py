from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.compose.embedded.dotenv import parse_dotenv, parse_raw, read_dotenv
from modelcompose.errors import ComposeError, VariableError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1", {"A": "1"}),
        ("A=1\nB=2\n", {"A": "1", "B": "2"}),
        ("  A = b c  \n", {"A": "b c"}),
        ("export A=1", {"A": "1"}),
        ("A: 1", {"A": "1"}),
        ("A=", {"A": ""}),
        ("# comment\n\nA=1 # comment\nB=a#b", {"A": "1", "B": "a#b"}),
        ("A='$X # kept'", {"A": "$X # kept"}),
        ('A="a\\tb\\n\\"q\\" \\$X"', {"A": 'a\tb\n"q" $X'}),
        ("A='it\\'s'", {"A": "it's"}),
        ('A="\\0101 \\c"', {"A": "A \\c"}),
        ('A="first\nsecond" # comment\nB=2', {"A": "first\nsecond", "B": "2"}),
        ("A=1\nB=$A-${C:-c}", {"A": "1", "B": "1-c"}),
        ("CALLER\nABSENT\n", {"CALLER": "caller"}),
        ("A=$CALLER\nCALLER=file\nB=$CALLER", {"A": "caller", "CALLER": "file", "B": "caller"}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("a.b-c[0]=1", {"a.b-c[0]": "1"}),
        ("A=$KNOWN", {"A": "known"}),
    ],
)
def test_a_text_defines_variables(text: str, found: dict[str, str]) -> None:
    assert parse_dotenv(text, {"CALLER": "caller"}, {"KNOWN": "known"}) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\nB C=2", ".env:2: key cannot contain a space: 'B C'"),
        ("A=1\n\nB!=2", ".env:3: unexpected character '!' in variable name 'B!=2'"),
        ("A='open", ".env:1: unterminated quoted value 'open"),
        ("A=${B", ".env:1: invalid interpolation format: ${B"),
    ],
)
def test_a_malformed_line_is_named(text: str, message: str) -> None:
    with pytest.raises(ComposeError) as refused:
        parse_dotenv(text, {})

    assert refused.value.message == message


def test_a_required_variable_is_named_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "some.env"
    path.write_text("A=1\nB=${C:?needed}\n")

    with pytest.raises(VariableError) as missing:
        read_dotenv(path, {})

    assert missing.value.message == f"{path}:2: required variable C is missing a value: needed"


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "some.env"
    path.write_bytes(b"\xef\xbb\xbfA=1\n")

    assert read_dotenv(path, {}) == {"A": "1"}


def test_an_absent_file_is_an_error_that_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match="environment file not found") as absent:
        read_dotenv(tmp_path / "absent.env", {})

    assert absent.value.hint == f"create it: touch {tmp_path / 'absent.env'}"


def test_raw_values_stay_as_they_are() -> None:
    text = '# comment\nA="$X" # kept \n  B=\nCALLER\nABSENT\n'

    found = parse_raw(text, {"CALLER": "caller"}, name="raw.env")

    assert found == {"A": '"$X" # kept ', "B": "", "CALLER": "caller"}


def test_a_raw_line_without_a_name_is_refused() -> None:
    with pytest.raises(ComposeError, match=r"^raw\.env:2: expected NAME=VALUE, found '=x'"):
        parse_raw("A=1\n=x", {}, name="raw.env")
