"""Whether Docker can run steps here, in words."""

from __future__ import annotations

from modelcompose.engine.docker.api import connect
from modelcompose.engine.docker.compose import compose_words
from modelcompose.engine.docker.endpoint import find_endpoint
from modelcompose.errors import EngineError


def answer() -> tuple[str, bool]:
    """Ask the engine and look for Compose, without starting a process.

    Returns:
        The reason in words, and whether Docker is to be used. An engine on another machine is:
        its user must hear why it cannot.
    """
    endpoint = find_endpoint()
    if endpoint.socket is None:
        return f"{endpoint.origin} is {endpoint.host}", True
    try:
        version = connect(endpoint).ping()
    except EngineError as error:
        return error.message, False
    if compose_words() is None:
        return f"{version} answers, but its Compose plugin is not installed", False
    return f"{version} answers", True
