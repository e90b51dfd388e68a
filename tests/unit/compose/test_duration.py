from __future__ import annotations

import pytest

from modelcompose.compose.duration import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1h30m", 5400), ("1m30s", 90), ("500ms", 0.5), ("1.5h", 5400), ("2d", 172800)],
)
def test_units_add_up(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "h", "-1s", "1 h", "1h30"])
def test_a_number_needs_a_unit(text: str) -> None:
    assert parse_duration(text) is None
