from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.store.states import FileStates
from modelcompose.store.store import Store


@pytest.fixture
def states(tmp_path: Path) -> Iterator[FileStates]:
    with FileStates(tmp_path / "cache" / "states.db") as states:
        yield states


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")
