from __future__ import annotations

import math

import pytest

from modelcompose.compose.embedded.units import (
    duration_ns,
    duration_text,
    number_text,
    printed_number,
    single_precision,
    size_bytes,
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64", 64),
        ("100b", 100),
        ("1k", 1024),
        ("2KB", 2048),
        ("3KiB", 3072),
        ("1.5g", 1610612736),
        ("64 mb", 67108864),
        ("1p", 1024**5),
    ],
)
def test_a_size_is_counted_in_powers_of_1024(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize("text", ["", "m", "10x", "10kk", "10bb", "-1", "1..2m", "10  m"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011, its words come from several places
        size_bytes(text)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("0", "0s"),
        ("10s", "10s"),
        ("90s", "1m30s"),
        ("1.5h", "1h30m0s"),
        ("2d", "48h0m0s"),
        ("1w", "168h0m0s"),
        ("250ms", "250ms"),
        ("1500us", "1.5ms"),
        ("10us", "10µs"),
        ("7ns", "7ns"),
        ("1h0.5s", "1h0m0.5s"),
        ("-5s", "-5s"),
    ],
)
def test_a_duration_is_written_in_its_shortest_form(text: str, printed: str) -> None:
    assert duration_text(duration_ns(text)) == printed


@pytest.mark.parametrize("text", ["", "10", "s", "10x", "1 s", "-"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid duration"):
        duration_ns(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1000.0, "1000"),
        (999999.0, "999999"),
        (1000000.0, "1e+06"),
        (1234567.0, "1.234567e+06"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-2.5, "-2.5"),
        (2.0**-26, "1.4901161193847656e-08"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_number_is_written_as_go_writes_it(value: float, text: str) -> None:
    assert number_text(value) == text


def test_a_whole_number_is_read_back_whole_as_far_as_it_is_printed_so() -> None:
    assert repr(printed_number(1000.0)) == "1000"
    assert repr(printed_number(1000000.0)) == "1000000.0"
    assert repr(printed_number(1.5)) == "1.5"
    assert printed_number(math.inf) == math.inf


@pytest.mark.parametrize("value", [0.1, 0.25, 1.5, 3.4e38, 1e-7])
def test_single_precision_keeps_a_short_number_short(value: float) -> None:
    assert single_precision(value) == value


def test_single_precision_rounds() -> None:
    assert single_precision(0.1234567890123) == 0.12345679
