from __future__ import annotations

import math
from array import array

from hypothesis import given
from hypothesis import strategies as st

from modelcompose.tracking.series.buckets import (
    FINEST_LEVEL,
    base_level,
    bucketed,
    folded,
    level_for,
    places,
)

numbers = st.one_of(st.floats(-(2.0**63), 2.0**63), st.floats(-100, 100), st.sampled_from([0.0]))


@given(numbers, numbers, st.integers(2, 2000))
def test_the_level_is_the_finest_that_covers_a_range_with_so_many_buckets(
    one: float, other: float, width: int
) -> None:
    start, end = sorted((one, other))
    level = level_for(start, end, width)
    assert places(end, level) - places(start, level) < width
    finer = level - 1
    magnitude = max(abs(start), abs(end))
    is_finest = finer < FINEST_LEVEL or magnitude / 2.0**finer >= 2**52
    assert is_finest or places(end, finer) - places(start, finer) >= width


@given(numbers, st.integers(-20, 60))
def test_a_place_is_between_the_edges_of_its_bucket(x: float, level: int) -> None:
    if abs(x) / 2.0**level < 2**52:
        place = places(x, level)
        assert place * 2.0**level <= x < (place + 1) * 2.0**level


@given(st.lists(st.integers(0, 500), min_size=1, max_size=80), st.integers(1, 4))
def test_buckets_of_a_coarser_level_are_those_of_a_finer_one_together(
    steps: list[int], up: int
) -> None:
    x = array("d", sorted(steps))
    y, values = array("d", range(len(x))), array("d", [i * 7 % 11 for i in range(len(x))])
    coarse, fine = bucketed(x, y, values, 2 + up), folded(bucketed(x, y, values, 2), up)
    means = [bucket.mean for bucket in coarse]
    assert all(map(math.isclose, means, [bucket.mean for bucket in fine]))
    assert [b._replace(mean=0.0) for b in coarse] == [b._replace(mean=0.0) for b in fine]


@given(st.lists(numbers, min_size=1, max_size=60), st.integers(1, 8))
def test_the_base_level_has_so_many_points_in_a_bucket(steps: list[float], each: int) -> None:
    x = array("d", sorted(steps))
    level = base_level(x, each)
    count = len({places(number, level) for number in x})
    assert count <= max(2, len(x) // each)
