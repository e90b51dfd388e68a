"""How a Compose project's services stand: what the engine says of their containers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.engine.docker.endpoint import find_endpoint
from modelcompose.engine.docker.http import request
from modelcompose.errors import EngineError, EngineUnavailable

PATIENCE_S = 1.5
"""How long an engine that is slow is waited for: this is asked for a picture."""

_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"
_ONE_OFF = "com.docker.compose.oneoff"
_RANKS = ("running", "restarting", "paused", "created", "exited", "dead")
"""Of several containers of a service, the liveliest tells its state."""
_OK = 200


class Standing(Struct, frozen=True):
    """How a service stands."""

    state: str
    """running, restarting, paused, created, exited or dead; `absent` without a container."""
    health: str = ""
    """healthy, unhealthy or starting; empty where the service has no check."""
    status: str = ""
    """The engine's words, such as `Up 3 hours (healthy)`."""
    containers: int = 0
    """How many run."""


ABSENT = Standing("absent", status="no container")


def standings(project: str, *, patience_s: float = PATIENCE_S) -> dict[str, Standing]:
    """Give how each service with a container stands.

    Args:
        project: the Compose project's name.
        patience_s: how long the engine is waited for.

    Raises:
        EngineError: no engine of this machine answers in time.
    """
    endpoint = find_endpoint()
    if endpoint.socket is None:
        raise EngineUnavailable(f"{endpoint.origin} is {endpoint.host}, on another machine")
    found: dict[str, list[Mapping[str, Any]]] = {}
    for container in _containers(endpoint.socket, project, patience_s):
        labels = container.get("Labels") or {}
        if labels.get(_ONE_OFF) != "True":
            found.setdefault(str(labels.get(_SERVICE)), []).append(container)
    return {service: _standing(each) for service, each in found.items()}


def _containers(socket: str, project: str, patience_s: float) -> Iterable[Mapping[str, Any]]:
    from urllib.parse import quote

    filters = msgspec.json.encode({"label": [f"{_PROJECT}={project}"]}).decode()
    target = f"/containers/json?all=1&filters={quote(filters)}"
    try:
        response = request(socket, "GET", target, timeout_s=patience_s)
    except OSError as error:
        raise EngineUnavailable(
            f"{socket}: no Docker engine answers there: {error.strerror or error}"
        ) from error
    try:
        body = response.body()
    finally:
        response.close()
    if response.status != _OK:
        raise EngineError(f"the Docker engine refused: HTTP status {response.status}")
    answer: list[Mapping[str, Any]] = msgspec.json.decode(body)
    return answer


def _standing(containers: list[Mapping[str, Any]]) -> Standing:
    liveliest = min(containers, key=lambda each: _rank(str(each.get("State"))))
    status = str(liveliest.get("Status") or "")
    running = [each for each in containers if each.get("State") == "running"]
    return Standing(
        str(liveliest.get("State") or "unknown"),
        _worst_health(str(each.get("Status") or "") for each in running),
        status,
        len(running),
    )


def _rank(state: str) -> int:
    return _RANKS.index(state) if state in _RANKS else len(_RANKS)


def _worst_health(statuses: Iterable[str]) -> str:
    """Read what stands in parentheses: `(healthy)`, `(unhealthy)`, `(health: starting)`."""
    told = set()
    for status in statuses:
        if "(unhealthy)" in status:
            told.add("unhealthy")
        elif "health: starting" in status:
            told.add("starting")
        elif "(healthy)" in status:
            told.add("healthy")
    return next((each for each in ("unhealthy", "starting", "healthy") if each in told), "")
