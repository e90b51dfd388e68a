"""The `docker compose` command: how it is called, and whether it is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from modelcompose.compose.project import ComposeOptions

# Source: github.com/docker/cli, cli-plugins/manager and its defaults for each platform.
_PLUGIN_FOLDERS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
    "/opt/homebrew/lib/docker/cli-plugins",
    "/Applications/Docker.app/Contents/Resources/cli-plugins",
)
_ASK_TIMEOUT_S = 20


def compose_command(options: ComposeOptions) -> list[str]:
    """Give `docker compose` with the user's global options, ready for a verb to follow."""
    command = ["docker", "compose"]
    for flag, values in (
        ("--file", options.files),
        ("--profile", options.profiles),
        ("--env-file", options.env_files),
    ):
        for value in values:
            command += [flag, value]
    if options.project_name is not None:
        command += ["--project-name", options.project_name]
    if options.project_directory is not None:
        command += ["--project-directory", options.project_directory]
    return [*command, *options.arguments]


def plugin_available(environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether `docker compose` can be called.

    Looks into the folders that Docker looks into; starts `docker` only where they do not hold
    the plugin, since an installation may name folders of its own.
    """
    variables = os.environ if environment is None else environment
    if shutil.which("docker", path=variables.get("PATH")) is None:
        return False
    if any(_holds_plugin(folder) for folder in _plugin_folders(variables)):
        return True
    return _docker_knows_compose(variables)


def _plugin_folders(variables: Mapping[str, str]) -> list[Path]:
    configured = variables.get("DOCKER_CONFIG")
    own = Path(configured) if configured else Path(variables.get("HOME", "~")) / ".docker"
    return [own / "cli-plugins", *map(Path, _PLUGIN_FOLDERS)]


def _holds_plugin(folder: Path) -> bool:
    name = "docker-compose.exe" if sys.platform == "win32" else "docker-compose"
    return os.access(folder / name, os.X_OK)


def _docker_knows_compose(variables: Mapping[str, str]) -> bool:
    try:
        asked = subprocess.run(
            ["docker", "compose", "version"],
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
