"""What Docker hands to its plugin `docker ml`: its own global options, as environment variables.

Docker starts `docker-ml [DOCKER'S OPTIONS] ml ARGUMENTS…`; all programs that we start then find
the same daemon as the user named.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from modelcompose.errors import UsageError

if TYPE_CHECKING:
    from socket import socket

_WITH_VALUE = {
    "--config": "DOCKER_CONFIG",
    "--context": "DOCKER_CONTEXT",
    "-c": "DOCKER_CONTEXT",
    "--host": "DOCKER_HOST",
    "-H": "DOCKER_HOST",
    "--log-level": None,
    "-l": None,
}
_SWITCHES = {"--tlsverify": "DOCKER_TLS_VERIFY", "--debug": None, "-D": None}
_FIRST = ("help", "__complete")


def adopt_docker_options(arguments: list[str], plugin: str) -> list[str]:
    """Take Docker's options into the environment, and give the arguments for ourselves.

    Args:
        arguments: as Docker gave them, without the program's name.
        plugin: our name as a plugin, which stands before our arguments.

    Raises:
        UsageError: an option of Docker's has no environment variable.
    """
    if arguments[:1] in ([first] for first in _FIRST):
        rest = arguments[1:]
        return [arguments[0], *(rest[1:] if rest[:1] == [plugin] else rest)]
    if plugin not in arguments:
        return arguments
    waiting = list(arguments)
    while waiting[0] != plugin:
        if not _adopt(waiting):
            return arguments
    return waiting[1:]


def _adopt(waiting: list[str]) -> bool:
    """Take the option that comes first; False when it is none of Docker's."""
    name, equals, value = waiting[0].partition("=")
    if name.startswith("--tls") and name not in _SWITCHES:
        raise UsageError(
            f"docker {name}: cannot be handed to Compose",
            hint="name the daemon in a context: `docker context create`, `docker context use`",
        )
    if name in _SWITCHES:
        del waiting[0]
        _set(_SWITCHES[name], value or "1")
        return True
    if name not in _WITH_VALUE:
        return False
    if not equals and len(waiting) > 1:
        value = waiting[1]
        del waiting[1]
    del waiting[0]
    _set(_WITH_VALUE[name], value)
    return True


def _set(variable: str | None, value: str) -> None:
    if variable is not None:
        os.environ[variable] = value


def follow_docker() -> None:
    """Stop as at Ctrl-C when Docker, that started us, is told to stop.

    On a terminal the signal reaches us too. Elsewhere Docker closes a socket instead.
    Source: https://pkg.go.dev/github.com/docker/cli/cli-plugins/socket
    """
    name = os.environ.get("DOCKER_CLI_PLUGIN_SOCKET")
    if not name:
        return
    import threading
    from socket import AF_UNIX
    from socket import socket as new_socket

    connection = new_socket(AF_UNIX)
    try:
        connection.connect(f"\0{name[1:]}" if name.startswith("@") else name)
    except OSError:
        connection.close()
        return
    threading.Thread(target=_stop_at_end, args=(connection,), daemon=True).start()


def _stop_at_end(connection: socket) -> None:
    with connection:
        while connection.recv(1):
            pass  # nothing is ever said: the end is the message
    os.kill(os.getpid(), signal.SIGINT)
