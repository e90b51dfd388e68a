"""Where the Docker engine is, as the `docker` command itself would find it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.compose.plugin import configuration_folder

_DEFAULT_HOST = "unix:///var/run/docker.sock"
_DEFAULT_CONTEXT = "default"


class Endpoint(Struct, frozen=True):
    """An engine's address."""

    host: str
    """Such as `unix:///var/run/docker.sock` or `ssh://build@farm`."""
    origin: str
    """Who says so, in words: `DOCKER_HOST`, or the context's name."""

    @property
    def socket(self) -> str | None:
        """Give the path of the engine's socket; None when it is on another machine."""
        return self.host.removeprefix("unix://") if self.host.startswith("unix://") else None


def find_endpoint(environment: Mapping[str, str] | None = None) -> Endpoint:
    """Find the engine: `DOCKER_HOST`, else `DOCKER_CONTEXT`, else the context in use.

    A context that cannot be read gives the default one; `docker` itself then says what is wrong.
    """
    variables = os.environ if environment is None else environment
    if host := variables.get("DOCKER_HOST"):
        return Endpoint(host, "DOCKER_HOST")
    folder = Path(configuration_folder(variables))
    name = variables.get("DOCKER_CONTEXT") or _field(
        _read(folder / "config.json"), "currentContext"
    )
    if not name or name == _DEFAULT_CONTEXT:
        return Endpoint(_DEFAULT_HOST, "the default Docker context")
    folder = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    host = _field(_read(folder / "meta.json"), "Endpoints", "docker", "Host")
    return Endpoint(host or _DEFAULT_HOST, f"the Docker context {name!r}")


def _read(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError):
        return {}


def _field(document: dict[str, Any], *keys: str) -> str | None:
    value: Any = document
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) and value else None
