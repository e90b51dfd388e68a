from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.tracking.query.regex import Pattern

PATTERNS = [
    "", "a", "ab", "a|b", "a|", "(a|b)c", "a*", "a+b", "a?b", "^a", "a$", "^$", "^a*$", "a{2}",
    "a{1,2}b", "a{2,}", "(ab)*c", "[ab]c", "[^ab]", "[a-c]+$", "a.c", ".", r"\.", r"\d+", r"\w\s",
    r"\D", "(?:a|bc)+$", "a*?b", "((a))", r"[\d.]+", "[a-]", "a{0}b", "(^a|b)c", r"\$",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(deadline=None)
@given(text=st.text(alphabet="abc1 .$_-", max_size=8))
def test_a_pattern_is_found_where_pythons_own_finds_it(pattern: str, text: str) -> None:
    assert Pattern(pattern).is_found_in(text) == (re.search(pattern, text) is not None)


def test_case_does_not_count_where_it_is_said() -> None:
    assert Pattern("(?i)ADAM[w-z]?").is_found_in("adamW")
    assert not Pattern("ADAM").is_found_in("adam")


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+$b", "a*a*a*a*a*b"])
def test_no_pattern_is_slow(pattern: str) -> None:
    compiled = Pattern(pattern)
    begin = time.process_time()
    assert not compiled.is_found_in("a" * 8000)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    "pattern",
    [
        "(", ")", "[", "[]", "[b-a]", "*", "+a", "a**", "a{", "a{x}", "a{3,1}", "a{256}", "\\",
        r"\1", r"\b", "(?=a)", "(?P<a>b)", "^*", "[[:alpha:]]", "a" * 501, "((a{99}){99}){99}",
        "(" * 60 + ")" * 60,
    ],
)  # fmt: skip
def test_what_is_no_pattern_or_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Pattern(pattern)
