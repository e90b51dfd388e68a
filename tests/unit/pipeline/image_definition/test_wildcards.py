"""The pattern languages of image builds. That they are Docker's own: tests/contract."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.pipeline.image_definition import wildcards
from modelcompose.pipeline.image_definition.wildcards import (
    compile_ignore,
    compile_name,
    has_wildcard,
    simulate,
)

PATTERNS = st.text(alphabet="ab/*?.", min_size=1, max_size=8)
PATHS = st.text(alphabet="ab/.", min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.py", "a.py", True),
        ("*.py", "a/b.py", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c]x", "bx", True),
        ("[^a-c]x", "bx", False),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("**", "a/b", False),
        ("[]", "[]", True),
    ],
)
def test_a_star_of_copy_stays_in_its_folder(pattern: str, path: str, *, expected: bool) -> None:
    assert compile_name(pattern)(path) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**", "a/b", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("**/b", "b", True),
        ("**/b", "a/a/b", True),
        ("**/b", "ab", False),
        ("**b", "ab", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("**/*.pyc", "a/b.pyc", True),
        ("a.b", "axb", False),
        ("a+b", "aab", False),
    ],
)
def test_a_double_star_crosses_folders(pattern: str, path: str, *, expected: bool) -> None:
    assert compile_ignore(pattern)(path) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("a*", True), ("a[b", True), (r"a\*", False), ("a", False), ("", False)]
)
def test_an_escaped_wildcard_is_none(text: str, *, expected: bool) -> None:
    assert has_wildcard(text) is expected


@given(PATTERNS, PATHS)
def test_matching_without_backtracking_gives_what_the_expression_gives(
    pattern: str, path: str
) -> None:
    tokens = wildcards._tokens(pattern, doubles=True)  # noqa: SLF001
    expression = "".join(token.expression for token in tokens)

    assert simulate(tokens, path) is (re.fullmatch(expression, path) is not None)
    assert compile_ignore(pattern)(path) is simulate(tokens, path)


def test_many_stars_take_no_longer_than_few() -> None:
    matches = compile_ignore("**/" + "*a" * 30 + "b")
    started = time.process_time()

    assert not matches("a" * 2000)
    assert time.process_time() - started < 2
