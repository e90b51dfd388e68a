"""The sockets of a hub: bound and listening, cheap to have where nobody calls."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from contextlib import suppress

from modelcompose.errors import UsageError
from modelcompose.hub.listening.addresses import LOOPBACK, Addresses

_BACKLOG = 2048
_TRIES = 5
"""How many free ports are tried until one is free on both addresses."""


class Listening:
    """Listening sockets, and the addresses that they are at."""

    def __init__(self, sockets: Sequence[socket.socket], addresses: Addresses) -> None:
        """Take the sockets."""
        self.sockets = list(sockets)
        self.addresses = addresses

    def close(self) -> None:
        """Listen no more."""
        for each in self.sockets:
            each.close()


def listen(*, port: int = 0, bridge: str | None = None, is_preferred: bool = False) -> Listening:
    """Listen on loopback and, where it is an address of this machine, on Docker's bridge.

    Args:
        port: 0 for any that is free.
        bridge: the bridge's address, as `engine.docker.bridge` gives it.
        is_preferred: take another port where this one is taken.

    Raises:
        UsageError: the port is taken.
    """
    if port == 0:
        return _on_free_port(bridge)
    try:
        return _on_port(port, bridge)
    except OSError as error:
        if is_preferred:
            return _on_free_port(bridge)
        raise refused(LOOPBACK, port, error) from error


def listen_at(host: str, port: int) -> socket.socket:
    """Listen on one address.

    Raises:
        UsageError: it cannot be listened on.
    """
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_BACKLOG)
        except BaseException:
            listening.close()
            raise
    except OSError as error:
        raise refused(host, port, error) from error
    return listening


def refused(host: str, port: int, error: OSError) -> UsageError:
    """Say that an address cannot be listened on."""
    is_elsewhere = isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL
    return UsageError(
        f"{host}:{port}: cannot be listened on: {error.strerror or error}",
        hint="give an address of this machine: modelcompose hub --host ADDRESS"
        if is_elsewhere
        else "choose another port: modelcompose hub --port PORT",
    )


def _on_free_port(bridge: str | None) -> Listening:
    for _ in range(_TRIES):
        with suppress(OSError):
            return _on_port(0, bridge)
    local = _bound(LOOPBACK, 0)  # no port is free on both: each has its own
    own = None if bridge is None else _bound(bridge, 0)
    addresses = Addresses(_port(local), bridge, None if own is None else _port(own))
    return Listening([local] if own is None else [local, own], addresses)


def _on_port(port: int, bridge: str | None) -> Listening:
    local = _bound(LOOPBACK, port)
    if bridge is None:
        return Listening([local], Addresses(_port(local)))
    try:
        own = _bound(bridge, _port(local))
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:  # the engine's machine is another, or a virtual one
            return Listening([local], Addresses(_port(local)))
        local.close()
        raise
    return Listening([local, own], Addresses(_port(local), bridge))


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol said, or asyncio leaves Nagle's algorithm on: 40 ms more for each answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def _port(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])
