"""Bytes between a connection and where artifacts are kept, a megabyte at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from modelcompose.hub.artifacts.protocol import Writing
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import error_answer

_Given = TypeVar("_Given")
_Writing = TypeVar("_Writing", bound=Writing)
_Request = TypeVar("_Request")

Endpoint = Callable[[Hub, _Request], Struct | bytes | None]
"""What answers one request of JSON."""

BUFFER_BYTES = 1 << 20


async def in_thread(hub: Hub, work: Callable[[], _Given]) -> _Given:
    """Do what waits for a disk or a bucket where it holds nobody up."""
    return await asyncio.get_running_loop().run_in_executor(hub.threads, work)


async def upload(hub: Hub, request: Request, create: Callable[[], _Writing]) -> _Writing:
    """Take a request's body as an artifact; it appears when all of it is there.

    Returns:
        What was written, after its commit.

    Raises:
        StorageFull: there is no room; the body was read to its end, so that the client hears it.
        ClientDisconnect: the client went away in the middle; nothing of it stays.
    """
    taking = _Taking(create)
    stream = request.stream()  # one for both: what was read to its end cannot be read again
    try:
        await _take(hub, stream, taking)
    except ClientDisconnect:
        await in_thread(hub, taking.abort)
        raise
    except Exception:
        await in_thread(hub, taking.abort)
        async for _ in stream:
            pass
        raise
    except BaseException:  # the hub is going down, and its threads with it
        taking.abort()
        raise
    return taking.writing


async def _take(hub: Hub, stream: AsyncIterator[bytes], taking: _Taking[Any]) -> None:
    pieces: list[bytes] = []
    size = 0
    async for piece in stream:
        pieces.append(piece)
        size += len(piece)
        if size >= BUFFER_BYTES:
            await in_thread(hub, partial(taking.write, b"".join(pieces)))
            pieces, size = [], 0
    await in_thread(hub, partial(taking.finish, b"".join(pieces)))


def told(
    hub: Hub, handle: Callable[[Hub, Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint whose errors are answered in MLflow's words."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handle(hub, request)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
        except Exception as error:
            answer = error_answer(error)
            if answer is None:
                raise
            status, body = answer
            return Response(body, status, media_type="application/json")

    return endpoint


class _Taking(Generic[_Writing]):
    """An artifact that is begun with its first bytes, so that a small one costs one thread."""

    def __init__(self, create: Callable[[], _Writing]) -> None:
        self._create = create
        self._begun: list[_Writing] = []

    @property
    def writing(self) -> _Writing:
        if not self._begun:
            self._begun.append(self._create())
        return self._begun[0]

    def write(self, data: bytes) -> None:
        self.writing.write(data)

    def finish(self, data: bytes) -> None:
        self.writing.write(data)
        self.writing.commit()

    def abort(self) -> None:
        for writing in self._begun:
            writing.abort()
