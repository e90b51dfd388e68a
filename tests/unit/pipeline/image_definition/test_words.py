"""Words of a Dockerfile: quotes, escapes and variables."""

from __future__ import annotations

import pytest

from modelcompose.pipeline.image_definition.words import (
    Scope,
    UnresolvableError,
    expand,
    split_words,
)

SCOPE = Scope({"A": "one", "EMPTY": "", "UNKNOWN": None})


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("plain", "plain"),
        ("$A", "one"),
        ("${A}s", "ones"),
        ("$A_", ""),
        ("$A.py", "one.py"),
        ("$NONE-x", "-x"),
        ("${NONE:-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${NONE:-$A/x}", "one/x"),
        ("${A:+yes}${NONE:+no}${EMPTY+yes}", "yesyes"),
        ("${A:?needed}", "one"),
        ("'$A'", "$A"),
        ('"$A b"', "one b"),
        (r"\$A", "$A"),
        (r'"\$A\"\n"', r'$A"\n'),
        (r"a\ b", "a b"),
        ("a$", "a$"),
        ("${A:-'}'}", "one"),
        ("$1x", "x"),
    ],
)
def test_variables_are_replaced_as_a_shell_does(word: str, expected: str) -> None:
    assert expand(word, SCOPE) == expected


@pytest.mark.parametrize(
    "word",
    ["$UNKNOWN", "${UNKNOWN:-d}", "${NONE:?}", "${A%x}", "${A/x/y}", "${A", "'a", '"a', "${}"],
)
def test_what_only_the_build_knows_is_unresolvable(word: str) -> None:
    with pytest.raises(UnresolvableError):
        expand(word, SCOPE)


def test_a_base_image_may_bring_variables_that_are_not_listed() -> None:
    scope = Scope({}, is_open=True, unset=frozenset({"DECLARED"}))

    assert expand("a${DECLARED}b", scope) == "ab"
    with pytest.raises(UnresolvableError, match="HOME may come from the base image"):
        expand("$HOME", scope)


def test_the_escape_character_is_the_dockerfiles() -> None:
    assert expand("`$A\\b", SCOPE, escape="`") == "$A\\b"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a  b", ["a", "b"]),
        ("a='x y' b", ["a='x y'", "b"]),
        (r"a\ b c", [r"a\ b", "c"]),
        ("cat << EOF", ["cat", "<< EOF"]),
        ("it's", []),
        ("", []),
    ],
)
def test_words_end_at_white_space_outside_quotes(line: str, expected: list[str]) -> None:
    assert split_words(line) == expected
