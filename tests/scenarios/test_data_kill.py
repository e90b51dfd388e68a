"""A kill at any change of the disk by add, push, pull, checkout and gc loses nothing.

`python bench/run.py kills` does the same at 50 points of each.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.kills import TRIALS, kill_at_random

POINTS = 3


@pytest.mark.parametrize("verb", TRIALS)
def test_a_kill_at_any_change_of_the_disk_loses_nothing(verb: str, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    sys.stderr.write(f"seed {seed}\n")
    kill_at_random(TRIALS[verb](tmp_path), POINTS, seed)
