from __future__ import annotations

import math
from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.tracking.series.packing import (
    compressed,
    decompressed,
    decompressed_blobs,
    is_rising,
    packed,
    picked,
)

columns = st.one_of(
    st.lists(st.floats()),
    st.lists(st.integers(-(2**62), 2**62).map(float), min_size=8),
    st.lists(st.integers(0, 10**13).map(lambda ms: ms / 1000), min_size=8).map(sorted),
    st.builds(
        lambda first, by, count: [first + by * i for i in range(count)],
        st.floats(-1e6, 1e6),
        st.sampled_from([0.0, -0.0, 1.0, 0.1, -3.0, 1e-9]),
        st.integers(8, 300),
    ),
    st.builds(
        lambda by, count: [by * i for i in range(count)],
        st.sampled_from([1.7e308, 2.0**62, 5e-324]),
        st.integers(8, 40),
    ),
    st.builds(lambda number, count: [number] * count, st.floats(), st.integers(8, 40)),
)


@given(columns)
def test_every_bit_of_a_column_comes_back(numbers: list[float]) -> None:
    column = array("d", numbers)
    assert packed(decompressed(compressed(column))) == packed(column)


@given(columns, st.lists(st.integers(0, 299), max_size=9))
def test_some_numbers_are_those_that_are_among_all(numbers: list[float], at: list[int]) -> None:
    column = array("d", numbers)
    places = [place % len(column) for place in at] if column else []
    found = array("d", picked(compressed(column), places))
    assert packed(found) == packed(array("d", [column[place] for place in places]))


@given(columns)
def test_a_column_is_rising_where_each_number_is_larger_than_the_one_before(
    numbers: list[float],
) -> None:
    column = array("d", numbers)
    assert is_rising(compressed(column)) == all(a < b for a, b in pairwise(column))


@given(st.lists(st.binary()))
def test_blobs_come_back(blobs: list[bytes]) -> None:
    assert decompressed_blobs(compressed(blobs)) == blobs


@pytest.mark.parametrize(
    ("column", "most"),
    [
        ([float(i) for i in range(4096)], 0.1),
        ([5.0] * 4096, 0.1),
        ([(1_700_000_000_000 + i * 100 + i * 7919 % 13) / 1000 for i in range(4096)], 2.0),
        ([round(math.exp(-i / 4096), 4) for i in range(4096)], 1.0),
    ],
    ids=["steps", "always the same", "times in milliseconds", "rounded values"],
)
def test_what_is_usual_is_small(column: list[float], most: float) -> None:
    assert len(compressed(array("d", column))) / len(column) < most
