from __future__ import annotations

import pytest

from modelcompose.errors import UsageError
from modelcompose.tracking.limits import (
    check_batch_size,
    check_experiment_name,
    check_name,
    check_page_size,
    check_tag,
    experiment_number,
)


@pytest.mark.parametrize("name", ["a", "a/b.c-d: e", "größe", ".hidden", "a" * 250, " "])
def test_a_name_that_leads_nowhere_is_good(name: str) -> None:
    check_name(name, "key")


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a/./b", "a/..", ".", "..", "..a", ""])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="must not resolve to other names"):
        check_name(name, "key")


@pytest.mark.parametrize("name", ["a$b", "a\nb", "a\\b", "a\0b", "a,b"])
def test_a_name_with_other_signs_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="may only contain alphanumerics"):
        check_name(name, "metrics[0].name")


def test_a_tag_with_the_nul_sign_is_refused() -> None:
    with pytest.raises(UsageError, match="NUL"):
        check_tag("a", "b\0c", "tags[0]")


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("17", 17), ("-1", None), ("9" * 30, None), (" 3 ", 3)]
)
def test_an_experiments_id_is_a_number(text: str, number: int | None) -> None:
    assert experiment_number(text) == number


@pytest.mark.parametrize("text", ["", "a", "1.5", "1e3", "0x1"])
def test_an_experiments_id_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="must be a valid integer"):
        experiment_number(text)


def test_an_experiment_has_a_name() -> None:
    with pytest.raises(UsageError, match="Invalid experiment name: ''"):
        check_experiment_name("")


def test_a_batch_is_bounded_in_all() -> None:
    check_batch_size(800, 100, 100)
    with pytest.raises(UsageError, match="at most 1000 metrics, params, and tags"):
        check_batch_size(801, 100, 100)


@pytest.mark.parametrize("size", [0, -1, 50_001])
def test_a_page_is_bounded(size: int) -> None:
    with pytest.raises(UsageError, match=f"Invalid value {size} for parameter 'max_results'"):
        check_page_size(size)
