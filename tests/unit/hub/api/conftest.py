from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.hub.hub import Hub, open_hub
from tests.unit.hub.api.clock import Clock
from tests.unit.tracking.making import new_database


@pytest.fixture
def clock() -> Clock:
    return Clock(1_700_000_000.0)


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[Hub]:
    home = tmp_path / "home"
    new_database(home / "hub.db").close()
    hub = open_hub(home / "hub.db", home, clock)
    yield hub
    hub.close()
