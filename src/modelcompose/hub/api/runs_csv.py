"""The table of runs as CSV, written piece by piece: all runs of a search, with chosen columns.

A text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a
carriage return, and is no number) has an apostrophe put before it, as OWASP recommends.

Source: https://owasp.org/www-community/attacks/CSV_Injection, RFC 4180.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Callable, Sequence
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from modelcompose.errors import ModelComposeError
from modelcompose.hub.api.endpoint import (
    ROOT,
    Endpoint,
    check_role,
    check_text,
    lists_of,
    problem_of,
    query_fields,
)
from modelcompose.hub.api.runs import search
from modelcompose.hub.api.runs_table import Ordering
from modelcompose.hub.api.visibility import run_clauses
from modelcompose.hub.calls import send_json
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.tracking.query.cells import read_cells
from modelcompose.tracking.query.columns import Column
from modelcompose.tracking.query.fields import RUNS
from modelcompose.tracking.query.grouping import in_group
from modelcompose.tracking.query.search import select

MOST_RUNS = 1_000_000
_CELLS_AT_ONCE = 50_000
_ROWS_AT_ONCE = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|Infinity|nan|NaN)")
_T = TypeVar("_T")


class CsvOf(Ordering, frozen=True):
    """A table to write down."""

    columns: Annotated[tuple[str, ...], Meta(max_length=1000)] = (
        *("id", "name", "project", "step", "status", "created", "duration", "user"),
    )
    """Names such as `step`, `params.lr`, `metrics.loss.min`, `tags.team`.

    Times are in UTC as ISO 8601 writes them, durations in seconds.
    """


def file_routes(hub: Hub) -> list[BaseRoute]:
    """Give the routes that answer with a file."""
    return [Route(f"{ROOT}/runs/csv", RunsCsv(hub), methods=["GET"])]


def described_files() -> list[Endpoint]:
    """Give what the API's document says of them."""
    return [Endpoint("/runs/csv", _csv, CsvOf, str, media="text/csv")]


def _csv(_hub: Hub, _asked: CsvOf) -> None:
    """Give the table of runs as CSV; an apostrophe stands before what would be a formula.

    That is a text that begins with `=`, `+`, `-`, `@`, a tab or a line's end, and is no number.
    Times are in UTC as ISO 8601 writes them, durations in seconds.
    """


class RunsCsv:
    """The table of runs as CSV, as an ASGI application."""

    def __init__(self, hub: Hub) -> None:
        """Take whose runs they are."""
        self._hub = hub
        self._lists = lists_of(CsvOf)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, until all is sent or the caller goes away."""
        try:
            check_role("reader")
            fields = query_fields(scope["query_string"], self._lists)
            check_text(fields)
            asked = msgspec.convert(fields, CsvOf, strict=False)
            columns = [Column.named(name) for name in asked.columns]
            numbers = await self._in_thread(partial(_numbers, self._hub, asked))
        except (ModelComposeError, MlflowError, msgspec.MsgspecError) as error:
            status, problem = problem_of(error)
            await send_json(send, status, msgspec.json.encode(problem))
            return
        headers = [
            (b"content-type", b"text/csv; charset=utf-8"),
            (b"content-disposition", _disposition(asked.project, self._hub.clock())),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await self._send_rows(numbers, columns, send, leaving)
        finally:
            leaving.cancel()

    async def _send_rows(
        self,
        numbers: Sequence[int],
        columns: Sequence[Column],
        send: Send,
        leaving: asyncio.Future[None],
    ) -> None:
        await send(_body(_lines([[guarded(column.title) for column in columns]])))
        at_once = max(1, min(_ROWS_AT_ONCE, _CELLS_AT_ONCE // max(1, len(columns))))
        for start in range(0, len(numbers), at_once):
            if leaving.done():
                return
            work = partial(_rows, self._hub, numbers[start : start + at_once], columns)
            await send(_body(await self._in_thread(work)))
        await send({**_body(b""), "more_body": False})

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        # The context says who calls, and does not go into a thread by itself.
        context = copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hub.threads, context.run, work)


def guarded(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _numbers(hub: Hub, asked: CsvOf) -> list[int]:
    by = [Column.named(name) for name in asked.by]
    conditions = [in_group(by, asked.group)] if asked.group else []
    with hub.database.read() as connection:
        query = search(connection, hub, asked, asked.sort, conditions=conditions)
        return [number for (number,) in select(connection, query, MOST_RUNS)]


def _rows(hub: Hub, numbers: Sequence[int], columns: Sequence[Column]) -> bytes:
    with hub.database.read() as connection:
        # What was deleted meanwhile, or moved out of sight, is left out.
        _, _, rows = read_cells(connection, numbers, columns, run_clauses([]))
    times = {
        place
        for place, column in enumerate(columns)
        if column.name.kind == "field" and RUNS.fields[column.name.name].kind == "time"
    }
    return _lines(
        [[_written(cell, is_time=place in times) for place, cell in enumerate(row)] for row in rows]
    )


def _written(cell: Any, *, is_time: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(cell)
    if is_time:
        return _time(cell)
    if isinstance(cell, bool | list | dict):
        return guarded(msgspec.json.encode(cell).decode())
    return str(cell)


def _time(seconds: float) -> str:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return str(seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(errors="replace")


def _disposition(projects: Sequence[str], now: float) -> bytes:
    project = re.sub(r"[^A-Za-z0-9._-]+", "-", projects[0])[:60] if len(projects) == 1 else ""
    day = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
    name = "-".join(part for part in (project.strip("-."), "runs", day) if part)
    return f'attachment; filename="{name}.csv"'.encode()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(data: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": True}
