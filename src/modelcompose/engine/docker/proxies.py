"""The proxies that the Docker client is told to give to containers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from modelcompose.compose.plugin import configuration_folder

_NAMES = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "allProxy": "ALL_PROXY",
    "noProxy": "NO_PROXY",
}


def client_proxies(host: str, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the variables that Compose adds to every container.

    Args:
        host: the engine's address, which may have proxies of its own.
        environment: says where the client's configuration is.

    Source: https://docs.docker.com/engine/cli/proxy/
    """
    path = Path(configuration_folder(os.environ if environment is None else environment))
    try:
        found = msgspec.json.decode((path / "config.json").read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError):
        return {}
    every = found.get("proxies")
    chosen = (every.get(host) or every.get("default")) if isinstance(every, dict) else None
    if not isinstance(chosen, dict):
        return {}
    given = {_NAMES[key]: value for key, value in chosen.items() if key in _NAMES and value}
    return given | {name.lower(): value for name, value in given.items()}
