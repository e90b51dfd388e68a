"""Files of a run looked at: the file itself, harmless to who opens it, and the table in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from contextvars import copy_context
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from modelcompose.errors import ModelComposeError
from modelcompose.hub.api.artifacts import files_of
from modelcompose.hub.api.endpoint import (
    ROOT,
    Endpoint,
    check_text,
    problem_of,
    query_fields,
)
from modelcompose.hub.api.logs import log_path
from modelcompose.hub.api.visibility import run_number
from modelcompose.hub.artifacts.folder import Folder as DiskFolder
from modelcompose.hub.artifacts.protocol import Reading
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.previews.areas import Area, file_name
from modelcompose.hub.previews.cells import TablePart
from modelcompose.hub.previews.shown import show
from modelcompose.hub.previews.tables import read_table

FILE = "/runs/{run}/artifacts/file"
LOG = "/runs/{run}/log/file"

_Path = Annotated[str, Meta(min_length=1, max_length=4096)]


class FileOf(Struct, frozen=True):
    """A file of a run."""

    run: str
    path: _Path
    area: Area = "artifacts"
    download: bool = False
    """Whether a browser is to save it, and not to show it."""


class LogOf(Struct, frozen=True):
    """The log of a run."""

    run: str
    download: bool = False
    """Whether a browser is to save it, and not to show it."""


class TableIn(Struct, frozen=True):
    """Rows of the table in a file of a run."""

    run: str
    path: _Path
    area: Area = "artifacts"
    offset: Annotated[int, Meta(ge=0, le=2**53)] = 0
    """The first row, from 0."""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/runs/{run}/artifacts/table", _table, TableIn, TablePart)]


def described_files() -> list[Endpoint]:
    """Give what the document says of files, which are no JSON."""
    media = "application/octet-stream"
    return [
        Endpoint(FILE, _file, FileOf, bytes, media=media),
        Endpoint(LOG, _log, LogOf, bytes, media=media),
    ]


def file_routes(hub: Hub) -> list[BaseRoute]:
    """Give the routes of files."""
    return [
        Route(ROOT + FILE, Shown(hub, FileOf, _file), methods=["GET"]),
        Route(ROOT + LOG, Shown(hub, LogOf, _log), methods=["GET"]),
    ]


class Shown:
    """A file as an ASGI application: by ranges, in a sandbox."""

    def __init__(
        self, hub: Hub, takes: type[Struct], find: Callable[..., tuple[Reading, str]]
    ) -> None:
        """Take what finds the file."""
        self._hub = hub
        self._takes = takes
        self._find = find

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        answer: Response
        try:
            fields = query_fields(scope["query_string"], frozenset())
            fields |= scope.get("path_params") or {}
            check_text(fields)
            asked = msgspec.convert(fields, self._takes, strict=False)
            # The context says who calls, and does not go into a thread by itself.
            work = partial(copy_context().run, self._find, self._hub, asked)
            loop = asyncio.get_running_loop()
            reading, name = await loop.run_in_executor(self._hub.threads, work)
        except (ModelComposeError, MlflowError, msgspec.MsgspecError) as error:
            status, problem = problem_of(error)
            body = msgspec.json.encode(problem)
            answer = Response(body, status, media_type="application/json")
        else:
            is_saved = bool(getattr(asked, "download", False))
            answer = show(Request(scope), reading, name, is_saved=is_saved)
        await answer(scope, receive, send)


def _file(hub: Hub, asked: FileOf) -> tuple[Reading, str]:
    """Give a file to be looked at; opened by its address, it cannot act as a page of the hub."""
    files = files_of(hub, asked.run, asked.area)
    return hub.artifacts.open(files.place(asked.path)), file_name(asked.path)


def _log(hub: Hub, asked: LogOf) -> tuple[Reading, str]:
    """Give all that a run printed, as a file."""
    with hub.database.read() as connection:
        run_number(connection, asked.run)
    path = log_path(hub.home, asked.run)
    return DiskFolder(path.parent).open((path.name,)), f"{asked.run[:8]}.log"


def _table(hub: Hub, asked: TableIn) -> TablePart:
    """Read rows of a table: CSV, TSV, JSON lines, Parquet, JSON as `mlflow.log_table` writes it."""
    files = files_of(hub, asked.run, asked.area)
    place = files.place(asked.path)
    with closing(hub.artifacts.open(place)) as reading:
        page = (asked.offset, asked.limit)
        return read_table(reading, file_name(asked.path), "/".join(place), page)
