"""Changes of runs are told to who listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelcompose.database.connection import open_database
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.tracking.run import Metric
from modelcompose.tracking.runs import Runs
from tests.unit.hub.api.clock import Clock
from tests.unit.tracking.making import a_run, new_database

PATIENCE_S = 10


class Listener:
    """Somebody who listens, and goes away."""

    def __init__(self, hub: Hub, query: str) -> None:
        self._app = create_app(hub)
        self._query = query
        self._leaving = asyncio.Event()
        self._told: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.status = 0

    async def run(self) -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/v1/events",
            "query_string": self._query.encode(),
            "headers": [(b"host", b"127.0.0.1:4750")],
            "server": ("127.0.0.1", 4750),
            "client": ("127.0.0.1", 1),
        }
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self._leaving.wait()
            return {"type": "http.disconnect"}

        await self._app(scope, receive, self._send)

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        for block in message.get("body", b"").decode().split("\n\n"):
            if block.startswith("event: "):
                event, _, data = block.removeprefix("event: ").partition("\ndata: ")
                self._told.put_nowait((event, msgspec.json.decode(data)))

    async def next(self) -> tuple[str, Any]:
        return await asyncio.wait_for(self._told.get(), PATIENCE_S)

    def leave(self) -> None:
        self._leaving.set()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    home = tmp_path / "home"
    new_database(home / "hub.db").close()
    hub = open_hub(home / "hub.db", home, Clock(1_700_000_000.0))
    yield hub
    hub.close()


@pytest.fixture
def runs(hub: Hub) -> Runs:
    return Runs(open_database(hub.home / "hub.db"))


def listening(hub: Hub, query: str, steps: Callable[[Listener], Any]) -> None:
    async def all_of_it() -> None:
        listener = Listener(hub, query)
        task = asyncio.ensure_future(listener.run())
        try:
            await steps(listener)
        finally:
            listener.leave()
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(task, PATIENCE_S)

    asyncio.run(all_of_it())


def test_what_changes_is_told_whoever_wrote_it(hub: Hub, runs: Runs) -> None:
    first, second = a_run("train"), a_run("other", project="taxis", folder="/taxis")
    runs.create(first)

    async def steps(listener: Listener) -> None:
        event, state = await listener.next()
        assert event == "state"
        assert [(run["id"], run["status"], run["points"]) for run in state] == [
            (first.id, "running", 0)
        ]
        runs.create(second)  # of a project that is not watched
        runs.update(first.id, metrics={"auc": Metric(0.5, 0.5, 0.5, 7)})
        event, run = await listener.next()
        assert (event, run["id"], run["points"]) == ("run", first.id, 7)
        runs.update(first.id, status="succeeded", ended_at=first.created_at + 5)
        event, run = await listener.next()
        assert (event, run["status"]) == ("run", "succeeded")
        runs.delete([first.id])
        assert await listener.next() == ("gone", first.id)

    listening(hub, "project=flights", steps)


def test_one_run_can_be_watched(hub: Hub, runs: Runs) -> None:
    first, second = a_run("train"), a_run("other")
    runs.create(first)
    runs.create(second)

    async def steps(listener: Listener) -> None:
        _, state = await listener.next()
        assert [run["id"] for run in state] == [second.id]

    listening(hub, f"run={second.id}", steps)
