from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.tracking.masking import Masker, is_secret

PATTERNS = ("*_KEY", "*_TOKEN", "*PASSWORD*", "*SECRET*")


@pytest.mark.parametrize(
    "name", ["API_KEY", "api_key", "GITHUB_TOKEN", "POSTGRES_PASSWORD_FILE", "MY_SECRETS"]
)
def test_a_name_is_secret_when_a_pattern_matches_whatever_its_case(name: str) -> None:
    assert is_secret(name, PATTERNS)


@pytest.mark.parametrize("name", ["KEYBOARD", "TOKENIZERS_PARALLELISM", "PATH"])
def test_other_names_are_no_secret(name: str) -> None:
    assert not is_secret(name, PATTERNS)


def test_a_pattern_with_an_exclamation_mark_exempts() -> None:
    patterns = (*PATTERNS, "!SORT_KEY", "!PUBLIC_*")
    assert not is_secret("sort_key", patterns)
    assert not is_secret("PUBLIC_API_KEY", patterns)
    assert is_secret("OTHER_KEY", patterns)


def test_the_order_of_exemptions_does_not_matter() -> None:
    assert not is_secret("SORT_KEY", ("!SORT_KEY", "*_KEY"))


def test_a_secret_is_masked_wherever_it_stands() -> None:
    assert Masker(["hunter22"]).text("a hunter22, hunter22b") == "a ***, ***b"


def test_text_without_a_secret_comes_back_as_it_was() -> None:
    assert Masker(["hunter22"]).text("nothing \udc80 here") == "nothing \udc80 here"
    assert Masker([]).feed(b"all") == b"all"


def test_of_two_secrets_that_match_the_longer_is_masked() -> None:
    masker = Masker(["hunter", "hunter22"])
    assert masker.text("hunter22 hunter") == "*** ***"


def test_a_value_of_under_four_characters_is_left_alone_in_text() -> None:
    assert Masker(["abc"]).text("abc abcd") == "abc abcd"


def test_a_short_value_is_masked_where_it_is_a_secret_variables_value() -> None:
    masker = Masker(["abc"], PATTERNS)
    document = {"environment": {"API_KEY": "abc", "MODE": "abc"}, "api_key": "abc"}
    assert masker.value(document) == {
        "environment": {"API_KEY": "***", "MODE": "abc"},
        "api_key": "abc",
    }


def test_values_are_masked_at_any_depth_and_keep_their_kind() -> None:
    masker = Masker(["hunter22"], PATTERNS)
    document = {
        "command": ["login", "--with=hunter22"],
        "build": {"args": {"DB_PASSWORD": 7, "EMPTY_KEY": None, "N": 7}},
        "numbers": (1, 2.5, True, None),
        "hunter22": "x",
    }
    assert masker.value(document) == {
        "command": ["login", "--with=***"],
        "build": {"args": {"DB_PASSWORD": "***", "EMPTY_KEY": None, "N": 7}},
        "numbers": (1, 2.5, True, None),
        "***": "x",
    }


def test_a_secret_spread_over_chunks_is_masked() -> None:
    masker = Masker(["hunter22"])
    fed = [masker.feed(chunk) for chunk in (b"a hun", b"ter", b"22 b")]
    assert fed == [b"a ", b"", b"*** b"]


def test_what_only_looked_like_a_secret_comes_after_all() -> None:
    masker = Masker(["hunter22"])
    assert masker.feed(b"a hunt") == b"a "
    assert masker.feed(b"ing") == b"hunting"
    assert masker.feed(b" hun") == b" "
    assert masker.flush() == b"hun"
    assert masker.flush() == b""


def test_a_line_is_not_held_back_for_nothing() -> None:
    masker = Masker(["hunter22", "\nsecret line"])
    assert masker.feed(b"epoch 1\n") == b"epoch 1\n"


def test_a_secret_of_several_lines_is_masked_whole_and_by_its_lines() -> None:
    secret = "-----BEGIN KEY-----\nabcdefgh12345\n-----END KEY-----\n"
    masker = Masker([secret])
    assert masker.text(f"<{secret}>") == "<***\n>"
    assert masker.text("log | abcdefgh12345 | end") == "log | *** | end"


def test_secrets_may_be_bytes_that_are_no_text() -> None:
    masker = Masker([b"\xff\xfe\x00\x01"])
    assert masker.feed(b"a\xff\xfe\x00\x01b") + masker.flush() == b"a***b"


_letters = st.text("ab\n", min_size=4, max_size=9)


@given(
    secrets=st.lists(_letters, min_size=1, max_size=4),
    text=st.text("ab\n", max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=8),
)
def test_how_a_stream_is_cut_changes_nothing(
    secrets: list[str], text: str, cuts: list[int]
) -> None:
    masker, data = Masker(secrets), text.encode()
    edges = [0, *sorted(cuts), len(data)]
    fed = [masker.feed(data[a:b]) for a, b in pairwise(edges)]
    assert b"".join(fed) + masker.flush() == Masker(secrets).text(text).encode()


@pytest.mark.parametrize("count", [0, 3])
def test_a_log_without_secrets_goes_through_at_300_megabytes_a_second(count: int) -> None:
    masker = Masker([f"{n}-sk-live-{n * 7919}" for n in range(count)])
    chunk = b"epoch 12: loss=0.1234 accuracy=0.99 and so on\n" * 1400
    took = min(_seconds(masker, chunk) for _ in range(20))
    assert len(chunk) / took > 300e6


def _seconds(masker: Masker, chunk: bytes) -> float:
    began = time.perf_counter()
    masker.feed(chunk)
    return time.perf_counter() - began
