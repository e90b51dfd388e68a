from __future__ import annotations

import pytest

from modelcompose.compose.embedded.shell_words import split_words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  a \t b\nc ", ["a", "b", "c"]),
        ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
        ("a '' \"\"", ["a", "", ""]),
        ('a\\ b \\"c', ["a b", '"c']),
        ("'a\\b'", ["a\\b"]),
        ("a'b'c", ["abc"]),
        ("a $(b c) `d e`", ["a", "$(b c)", "`d e`"]),
        ("a # b", ["a", "#", "b"]),
        ("a && b", ["a"]),
        ("a 2>f", ["a"]),
        ("a b>f", ["a", "b"]),
        ("'a && b'", ["a && b"]),
    ],
)
def test_a_line_is_split_as_compose_splits_it(line: str, words: list[str]) -> None:
    assert split_words(line) == words


@pytest.mark.parametrize("line", ["'a", '"a', "a\\", "a(b)", "a)", "`a"])
def test_what_is_left_open_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="invalid command line string"):
        split_words(line)
