from __future__ import annotations

import pytest

from modelcompose.pipeline.outside.periods import as_moment, as_text, newest, overdue
from modelcompose.pipeline.plan import Made

HOUR, DAY = 3600.0, 86400.0
NOW = 1_800_000_000.0
YEARS = 3650 * DAY


@pytest.mark.parametrize(
    ("age_s", "every_s", "why"),
    [
        (23 * HOUR, DAY, None),
        (DAY, DAY, None),
        (26 * HOUR, DAY, "made 26 h ago, every 1d"),
        (5 * DAY, DAY, "made 5 d ago, every 1d"),
        (100, 90.0, "made 100 s ago, every 90s"),
        (20 * 60, 600.0, "made 20 min ago, every 10m"),
        (YEARS, None, None),
    ],
)
def test_what_is_older_than_its_period_is_overdue(
    age_s: float, every_s: float | None, why: str | None
) -> None:
    assert overdue(NOW - age_s, NOW, every_s) == why


def test_what_nobody_noted_the_time_of_is_overdue_once() -> None:
    assert overdue(None, NOW, DAY) == "when it was made is not known, every 1d"
    assert overdue(None, NOW, None) is None


def test_a_clock_that_ran_a_little_ahead_counts_as_now() -> None:
    assert overdue(NOW + 300, NOW, DAY) is None


def test_a_clock_that_was_years_ahead_keeps_nothing_fresh_for_years() -> None:
    told = overdue(NOW + YEARS, NOW, DAY)
    assert told == "made 3650 d ahead of this machine's clock, every 1d"


def test_a_clock_that_was_moved_back_keeps_nothing_stale_for_ever() -> None:
    back = NOW - YEARS
    made = Made({}, run="old", ended_at=NOW)
    assert overdue(made.ended_at, back, DAY) is not None

    again = newest(Made({}, run="new", ended_at=back), made, back + 60, DAY)

    assert again is not None
    assert again.run == "new"
    assert overdue(again.ended_at, back + 60, DAY) is None


def test_of_a_run_and_a_lock_the_later_one_counts() -> None:
    run, locked = Made({}, run="r", ended_at=NOW - 3 * DAY), Made({}, ended_at=NOW - HOUR)
    assert newest(run, locked, NOW, DAY) is locked
    assert newest(run, None, NOW, DAY) is run
    assert newest(None, None, NOW, DAY) is None
    assert newest(run, Made({}), NOW, DAY) is run


def test_a_moment_is_read_as_it_was_written() -> None:
    assert as_text(NOW + 0.7) == "2027-01-15T08:00:00Z"
    assert as_moment(as_text(NOW)) == NOW
    assert (as_text(None), as_moment(None), as_moment("yesterday")) == (None, None, None)
