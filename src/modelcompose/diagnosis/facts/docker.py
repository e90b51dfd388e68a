"""The Docker engine, as it describes itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.diagnosis.facts.programs import ask
from modelcompose.engine.docker.api import Api
from modelcompose.engine.docker.endpoint import Endpoint, find_endpoint
from modelcompose.errors import EngineUnavailable

DESKTOP = "Docker Desktop"
_REMOTE_LIMIT_S = 15.0


class Docker(Struct, frozen=True):
    """An engine that answers."""

    endpoint: Endpoint
    name: str
    """Its name and version, such as `docker 28.5.2`."""
    info: Mapping[str, Any]
    """What `docker info` prints."""
    asked_at: float
    """When it answered, in seconds since the epoch."""

    @property
    def is_local(self) -> bool:
        """Whether it sees this machine's files."""
        return self.endpoint.socket is not None

    @property
    def is_desktop(self) -> bool:
        """Whether it runs in the virtual machine of Docker Desktop."""
        return str(self.info.get("OperatingSystem", "")).startswith(DESKTOP)


def ask_docker(environment: Mapping[str, str]) -> Docker:
    """Ask the engine that `docker` would speak to.

    Raises:
        EngineUnavailable: none answers; says why.
    """
    endpoint = find_endpoint(environment)
    if endpoint.socket is None:
        return _ask_remote(endpoint, environment)
    api = Api(endpoint)
    return Docker(endpoint, api.ping(), api.get("/info"), time.time())


def image_config(docker: Docker, image: str) -> Mapping[str, Any] | None:
    """Give the configuration of an image that the engine has; None where it has none such."""
    if not docker.is_local:
        return None
    found = Api(docker.endpoint).find(f"/images/{image}/json")
    return found.get("Config") or {} if found else None


def _ask_remote(endpoint: Endpoint, environment: Mapping[str, str]) -> Docker:
    """Let the `docker` command ask, which knows ssh and certificates."""
    answer = ask(["docker", "info", "--format", "{{json .}}"], environment, limit_s=_REMOTE_LIMIT_S)
    info = _decoded(answer.output)
    if not answer.is_good or not info.get("ServerVersion"):
        errors = info.get("ServerErrors") or [answer.complaint]
        raise EngineUnavailable(
            f"{endpoint.host}: no Docker engine answers there: {errors[0]}",
            hint=f"{endpoint.origin} names it; for this machine's own engine:\n"
            "unset DOCKER_HOST; docker context use default",
        )
    return Docker(endpoint, f"docker {info['ServerVersion']}", info, time.time())


def _decoded(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
