"""The `docker compose` command: how it is called, and whether it is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

from modelcompose.compose.plugin import compose_program
from modelcompose.compose.project import ComposeOptions

_ASK_TIMEOUT_S = 20


def compose_command(options: ComposeOptions, environment: Mapping[str, str]) -> list[str]:
    """Give `docker compose` with the user's global options, ready for a verb to follow."""
    program = compose_program(environment)
    command = [program] if program else ["docker", "compose"]
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
    if compose_program(variables) is not None:
        return True
    return _docker_knows_compose(variables)


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
