"""Two who move an alias at once: one of them does, and the other is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from modelcompose.errors import Busy
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.moving import move_alias
from modelcompose.registry.aliases import moves_of
from modelcompose.registry.models import create_model, model_named
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version

ROUNDS = 10
MOVERS = 4


@pytest.fixture
def hub(database_url: str, tmp_path: Path) -> Iterator[Hub]:
    hub = open_hub(database_url, tmp_path / "home")
    with hub.database.write() as connection:
        model = create_model(connection, "delay", 1.0)
        for _ in range(MOVERS + 1):
            create_version(connection, model, Source("models:/x", "mlflow-artifacts:/1/x"), 2.0)
    yield hub
    hub.close()


def test_of_those_who_expect_the_same_one_alone_moves_an_alias(hub: Hub) -> None:
    move_alias(hub, "delay", "champion", "1")
    start = Barrier(MOVERS)

    def move(expected: int, version: int) -> bool:
        start.wait()
        try:
            move_alias(hub, "delay", "champion", str(version), expected=expected)
        except Busy:
            return False
        return True

    now = 1
    with ThreadPoolExecutor(MOVERS) as threads:
        for _ in range(ROUNDS):
            others = [each for each in range(1, MOVERS + 2) if each != now]
            moved = list(threads.map(move, [now] * MOVERS, others))
            assert sum(moved) == 1
            now = others[moved.index(True)]
    with hub.database.read() as connection:
        model = model_named(connection, "delay")
        assert model.aliases == {"champion": now}
        assert len(moves_of(connection, model)) == ROUNDS + 1
