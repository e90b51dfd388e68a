"""Where Docker looks for its CLI plugins, and Compose among them.

Nothing heavy is imported here: verbs that pass through to Compose pay for this module.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

# Source: github.com/docker/cli, cli-plugins/manager and its defaults for each platform.
_SYSTEM_FOLDERS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
    "/opt/homebrew/lib/docker/cli-plugins",
    "/Applications/Docker.app/Contents/Resources/cli-plugins",
)
_SUFFIX = ".exe" if sys.platform == "win32" else ""
_DOCKER = f"docker{_SUFFIX}"
_COMPOSE = f"docker-compose{_SUFFIX}"


def configuration_folder(environment: Mapping[str, str]) -> str:
    """Give the folder of the `docker` command's configuration."""
    home = environment.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - pathlib is heavy
    return environment.get("DOCKER_CONFIG") or f"{home}/.docker"


def user_folder(environment: Mapping[str, str]) -> str:
    """Give the user's own folder of plugins."""
    return f"{configuration_folder(environment)}/cli-plugins"


def compose_program(environment: Mapping[str, str]) -> str | None:
    """Give the path of the Compose plugin, by looking at files alone.

    None where it is not found, or `docker` is not on the PATH.

    Started directly it does what `docker compose` does, without reading every other plugin first,
    which costs 0.04 s a time.
    """
    if not _has_docker(environment):
        return None
    for folder in _folders(environment):
        path = f"{folder}/{_COMPOSE}"
        if os.access(path, os.X_OK):
            return path
    return None


def _has_docker(environment: Mapping[str, str]) -> bool:
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    return any(os.access(f"{folder}/{_DOCKER}", os.X_OK) for folder in folders)


def _folders(environment: Mapping[str, str]) -> Iterator[str]:
    """Give the folders in which Docker looks, in its order."""
    yield from _configured(environment)
    yield user_folder(environment)
    yield from _SYSTEM_FOLDERS


def _configured(environment: Mapping[str, str]) -> list[str]:
    path = f"{configuration_folder(environment)}/config.json"
    if not os.path.exists(path):  # noqa: PTH110 - as above
        return []
    import json

    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as above
            found = json.load(file).get("cliPluginsExtraDirs")
    except (OSError, ValueError, AttributeError):
        return []
    return [str(folder) for folder in found] if isinstance(found, list) else []
