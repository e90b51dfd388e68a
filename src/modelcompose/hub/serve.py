"""Serves the hub: one process, one event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvicorn

from modelcompose.hub.access import Rules
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.listening.sockets import Listening, listen, listen_at

_GRACE_S = 5
_KEEP_ALIVE_S = 75
"""Longer than the pauses of a training loop: a new connection costs more than a call."""


def serve(  # noqa: PLR0913 - what a hub is told, each by name
    url: str | Path,
    home: Path,
    *,
    host: str | None,
    port: int,
    started: Callable[[str, str | None], None],
    artifacts: str | None = None,
    rules: Rules | None = None,
) -> None:
    """Serve the hub until the process is told to stop.

    Args:
        url: the database, as `Database.at` takes it.
        home: the folder of logs, artifacts and the content store.
        host: address to listen on; by default loopback, and Docker's bridge where there is one.
        port: 0 for any that is free.
        started: called as soon as it takes calls, with the hub's address, and with the one for
            containers where it has one.
        artifacts: as `open_hub` takes it.
        rules: who may call it beside the defaults.

    Raises:
        UsageError: the address cannot be listened on.
        DatabaseError: the database cannot be opened.
    """
    sockets, address, inside = _sockets(host, port)
    opened = partial(open_hub, url, home, artifacts=artifacts)
    _serve(sockets, opened, rules, lambda: started(address, inside))


def serve_over(
    listening: Listening,
    url: str | Path,
    home: Path,
    *,
    started: Callable[[str], None],
    artifacts: str | None = None,
) -> None:
    """Serve the hub over sockets that listen already, until the process is told to stop.

    Args:
        listening: the sockets; they are closed with this.
        url: the database, as `Database.at` takes it.
        home: the folder of logs, artifacts and the content store.
        started: called as soon as it takes calls, with the hub's address.
        artifacts: as `open_hub` takes it.

    Raises:
        DatabaseError: the database cannot be opened.
    """
    address = listening.addresses.local
    opened = partial(open_hub, url, home, artifacts=artifacts)
    _serve(listening.sockets, opened, None, lambda: started(address))


def _serve(
    sockets: list[socket.socket],
    opened: Callable[[], Hub],
    rules: Rules | None,
    started: Callable[[], None],
) -> None:
    try:
        asyncio.run(new_server(opened(), rules, started).serve(sockets))
    finally:
        for each in sockets:
            each.close()


def new_server(
    hub: Hub, rules: Rules | None = None, started: Callable[[], None] | None = None
) -> Server:
    """Give what serves a hub; it closes the hub when it ends.

    Args:
        hub: what is served.
        rules: who may call it beside the defaults.
        started: called as soon as it takes calls.
    """
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
    return Server(config, started)


class Server(uvicorn.Server):
    """Uvicorn's server, which says when it takes calls; `should_exit` ends it."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None] | None = None) -> None:
        """Take what it serves."""
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take calls."""
        await super().startup(sockets)
        if self.started and self._tell is not None:
            self._tell()


def _sockets(host: str | None, port: int) -> tuple[list[socket.socket], str, str | None]:
    if host is not None:
        listening = listen_at(host, port)
        return [listening], _address(listening), None
    both = _listen_by_default(port)
    addresses = both.addresses
    inside = addresses.for_container() if addresses.bridge else None
    return both.sockets, addresses.local, inside


def _listen_by_default(port: int) -> Listening:
    from modelcompose.engine.docker.bridge import bridge_address

    return listen(port=port, bridge=bridge_address())


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
