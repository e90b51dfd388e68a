"""Live updates: server-sent events about runs, whoever writes them.

Runs are written by this hub, and by the command line beside it: the database is asked, once for
all listeners of the same runs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from modelcompose.errors import ModelComposeError
from modelcompose.hub.api.endpoint import check_text, problem_of, query_fields
from modelcompose.hub.api.runs import Many
from modelcompose.hub.api.visibility import PROJECT, run_clauses
from modelcompose.hub.calls import send_json
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError

INTERVAL_S = 0.5
LONGEST_S = 900.0
"""How long one stream goes on; so long at most somebody hears on with a token that was revoked."""

_HEARTBEAT_S = 15.0
_WATCHED = 200
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy that collects answers would hold events back
]


class Watched(Struct, frozen=True):
    """Which runs to watch: the newest, and those that go on."""

    project: Many = []
    run: Many = []
    """Only these."""


class RunState(Struct, frozen=True):
    """What may change of a run."""

    id: str
    project: str
    step: str
    status: str
    created_at: float
    ended_at: float | None
    points: int
    """How many points its metrics have in all: when it grows, there is more to draw."""


class Live:
    """The stream of events.

    First `state` with all runs, then `run` with each that changed, and `gone` with the id of each
    that was deleted or is not among the newest any more.
    """

    def __init__(self, hub: Hub) -> None:
        """Take what is watched."""
        self._hub = hub
        self._seen: dict[str, tuple[float, dict[str, RunState]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, until the caller goes away."""
        try:
            fields = query_fields(scope["query_string"], frozenset({"project", "run"}))
            check_text(fields)
            asked = msgspec.convert(fields, Watched, strict=False)
            states = await self._states(asked)
        except (ModelComposeError, MlflowError, msgspec.MsgspecError) as error:
            status, problem = problem_of(error)
            await send_json(send, status, msgspec.json.encode(problem))
            return
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await self._stream(asked, states, send, leaving)
        finally:
            leaving.cancel()

    async def _stream(
        self, asked: Watched, states: dict[str, RunState], send: Send, leaving: asyncio.Future[None]
    ) -> None:
        await _tell(send, "state", list(states.values()))
        quiet_s = 0.0
        # Then the caller comes again by itself, and its token is looked at again.
        until = time.monotonic() + LONGEST_S
        while not leaving.done() and time.monotonic() < until:
            await asyncio.wait([leaving], timeout=INTERVAL_S)
            now = await self._states(asked)
            changed = [state for run, state in now.items() if states.get(run) != state]
            gone = [run for run in states if run not in now]
            for state in changed:
                await _tell(send, "run", state)
            for run in gone:
                await _tell(send, "gone", run)
            states = now
            quiet_s = 0.0 if changed or gone else quiet_s + INTERVAL_S
            if quiet_s >= _HEARTBEAT_S:
                quiet_s = 0.0
                await send(_body(b": still here\n\n"))
        if not leaving.done():
            await send({**_body(b""), "more_body": False})

    async def _states(self, asked: Watched) -> dict[str, RunState]:
        clauses = run_clauses(asked.project)
        key = repr((clauses, asked.run))
        known = self._seen.get(key)
        if known is not None and time.monotonic() - known[0] < INTERVAL_S / 2:
            return known[1]
        work: Callable[[], dict[str, RunState]] = partial(_read, self._hub, clauses, asked.run)
        if self._hub.database.dialect == "postgresql":
            loop = asyncio.get_running_loop()
            context = copy_context()
            states = await loop.run_in_executor(self._hub.threads, context.run, work)
        else:
            states = work()
        if len(self._seen) > _WATCHED:
            self._seen.clear()
        self._seen[key] = (time.monotonic(), states)
        return states


def _read(hub: Hub, clauses: list[tuple[str, list[Any]]], runs: list[str]) -> dict[str, RunState]:
    chosen = [*clauses]
    if runs:
        chosen.append((f"runs.id IN ({', '.join('?' * len(runs))})", runs))
    where = " AND ".join(f"({sql})" for sql, _ in chosen)
    values = [value for _, given in chosen for value in given]
    newest = (
        f"SELECT runs.number FROM runs WHERE {where} "  # noqa: S608 - made of constants
        "ORDER BY runs.created_at DESC, runs.number DESC LIMIT ?"
    )
    going = f"SELECT runs.number FROM runs WHERE {where} AND runs.status = 'running' LIMIT ?"  # noqa: S608
    sql = (
        f"SELECT runs.id, {PROJECT}, runs.step, runs.status, runs.created_at, "  # noqa: S608
        "runs.ended_at, coalesce((SELECT sum(count) FROM metrics "
        "WHERE metrics.run = runs.number), 0) "
        "FROM runs LEFT JOIN experiments ON experiments.number = runs.experiment "
        f"WHERE runs.number IN ({newest}) OR runs.number IN ({going}) "
        "ORDER BY runs.created_at, runs.number"
    )
    with hub.database.read() as connection:
        rows = connection.rows(sql, [*values, _WATCHED, *values, _WATCHED])
    return {row[0]: RunState(*[*row[:6], int(row[6])]) for row in rows}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _tell(send: Send, event: str, value: Any) -> None:
    data = msgspec.json.encode(value)
    await send(_body(b"event: %s\ndata: %s\n\n" % (event.encode(), data)))


def _body(data: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": True}
