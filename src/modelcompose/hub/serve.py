"""Serves the hub: one process, one event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from modelcompose.errors import UsageError
from modelcompose.hub.access import Rules
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import open_hub

_BACKLOG = 2048
_GRACE_S = 5
_KEEP_ALIVE_S = 75
"""Longer than the pauses of a training loop: a new connection costs more than a call."""


def serve(  # noqa: PLR0913 - what a hub is told, each by name
    url: str | Path,
    home: Path,
    *,
    host: str,
    port: int,
    started: Callable[[str], None],
    artifacts: str | None = None,
    rules: Rules | None = None,
) -> None:
    """Serve the hub until the process is told to stop.

    Args:
        url: the database, as `Database.at` takes it.
        home: the folder of logs, artifacts and the content store.
        host: address to listen on.
        port: 0 for any that is free.
        started: called with the hub's address as soon as it takes calls.
        artifacts: as `open_hub` takes it.
        rules: who may call it beside the defaults.

    Raises:
        UsageError: the address cannot be listened on.
        DatabaseError: the database cannot be opened.
    """
    listening = _listen(host, port)
    hub = open_hub(url, home, artifacts=artifacts)
    config = uvicorn.Config(
        create_app(hub, rules),
        log_level="warning",
        access_log=False,
        http="httptools",
        ws="none",
        interface="asgi3",
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        server_header=False,
    )
    server = _Server(config, lambda: started(_address(listening)))
    with listening:
        asyncio.run(server.serve([listening]))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def _listen(host: str, port: int) -> socket.socket:
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        raise UsageError(
            f"{host}:{port}: cannot be listened on: {error.strerror or error}",
            hint="choose another port: modelcompose hub --port PORT",
        ) from error
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
