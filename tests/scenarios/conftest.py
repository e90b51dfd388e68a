"""What scenarios share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slow_steps import kill_holder
from tests.workbench import Workbench


@pytest.fixture
def go(bench: Workbench) -> Iterator[Path]:
    """Give the file that lets slow steps end; no supervisor of the test outlives it."""
    folder = bench.folder.parent / "signals"
    folder.mkdir()
    yield folder / "go"
    kill_holder(bench)
