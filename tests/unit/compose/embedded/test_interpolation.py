from __future__ import annotations

import pytest

from modelcompose.compose.embedded.interpolation import interpolate, variables_of
from modelcompose.errors import ComposeError, VariableError

VARIABLES = {"SET": "value", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", "plain"),
        ("$SET", "value"),
        ("$SET.x", "value.x"),
        ("a${SET}b", "avalueb"),
        ("[$UNSET]", "[]"),
        ("${SET:-d}", "value"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${UNSET-d}", "d"),
        ("${SET:+r}", "r"),
        ("${EMPTY:+r}", ""),
        ("${EMPTY+r}", "r"),
        ("${UNSET+r}", ""),
        ("${SET:?needed}", "value"),
        ("${EMPTY?needed}", ""),
        ("${UNSET:-${EMPTY:-${SET}}}", "value"),
        ("${UNSET:-a} ${UNSET:-b}", "a b"),
        ('${UNSET:-{"a":1}}', '{"a":1}'),
        ("${UNSET-a:-b}", "a:-b"),
        ("${UNSET:-}", ""),
        ("$$SET $${SET}", "$SET ${SET}"),
        ("$$$SET", "$value"),
        ("$ $5 $", "$ $5 $"),
    ],
)
def test_a_text_is_interpolated(text: str, found: str) -> None:
    assert interpolate(text, VARIABLES) == found


@pytest.mark.parametrize("text", ["${SET", "${}", "${1}", "${SET!}", "${{ SET }}", "${SET:-a\nb}"])
def test_a_malformed_substitution_is_refused(text: str) -> None:
    with pytest.raises(ComposeError, match="invalid interpolation format"):
        interpolate(text, VARIABLES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${UNSET:?}", "required variable UNSET is missing a value"),
        ("${EMPTY:?not empty}", "required variable EMPTY is missing a value: not empty"),
        ("${UNSET?see $SET}", "required variable UNSET is missing a value: see value"),
        ("${SET:-${UNSET:?deep}}", "required variable UNSET is missing a value: deep"),
    ],
)
def test_a_required_variable_is_named_with_its_reason(text: str, message: str) -> None:
    with pytest.raises(VariableError) as missing:
        interpolate(text, VARIABLES)

    assert missing.value.message == message


def test_where_no_values_are_needed_a_required_variable_is_nothing() -> None:
    assert interpolate("[${UNSET:?}]", VARIABLES, need_values=False) == "[]"


def test_variables_are_found_with_their_defaults_as_written() -> None:
    text = """
      image: $ONE:${TWO}
      command: ${THREE:-${FOUR-four} ${FIVE:?}} $$SIX ${SEVEN+$EIGHT}
      again: ${ONE:-later} ${TWO:-first} ${TWO:-second} ${NINE-}
    """

    assert variables_of(text) == {
        "ONE": "later",
        "TWO": "first",
        "THREE": "${FOUR-four} ${FIVE:?}",
        "FOUR": "four",
        "FIVE": None,
        "SEVEN": None,
        "EIGHT": None,
        "NINE": "",
    }
