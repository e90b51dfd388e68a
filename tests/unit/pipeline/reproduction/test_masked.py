"""Secrets that a record does not hold come from the project as it is now, or are named."""

from __future__ import annotations

from typing import Any

import pytest

from modelcompose.pipeline.reproduction.masked import unmask
from modelcompose.tracking.masking import Masker

NOW = {
    "command": ["train", "--token", "hunter22"],
    "environment": {"API_KEY": "hunter22", "LR": "0.1"},
}
MASKER = Masker(["hunter22"], ["*_KEY"])


def test_a_value_of_today_is_taken_where_it_would_be_masked_the_same_way() -> None:
    recorded = MASKER.value({**NOW, "environment": {"API_KEY": "hunter22", "LR": "0.2"}})

    found = unmask(recorded, NOW, MASKER, "services.train")

    assert found.gone == ()
    assert found.value["command"] == ["train", "--token", "hunter22"]
    assert found.value["environment"] == {"API_KEY": "hunter22", "LR": "0.2"}


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        (None, ("train.command[2]", "train.environment.API_KEY")),
        ({"command": ["train"], "environment": NOW["environment"]}, ("train.command[2]",)),
        ({**NOW, "environment": {"API_KEY": None}}, ("train.environment.API_KEY",)),
    ],
)
def test_a_secret_that_is_not_there_any_more_is_named_by_its_place(
    now: Any, gone: tuple[str, ...]
) -> None:
    assert unmask(MASKER.value(NOW), now, MASKER, "train").gone == gone
