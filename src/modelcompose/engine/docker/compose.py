"""The Compose CLI: found, and run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache

from modelcompose.compose.command import plugin_available
from modelcompose.compose.plugin import compose_program
from modelcompose.compose.project import ComposeOptions, Project
from modelcompose.engine.leftovers import RUN_VARIABLE
from modelcompose.errors import EngineUnavailable

_MISLEADING = frozenset({"COMPOSE_REMOVE_ORPHANS", "COMPOSE_PROFILES", "COMPOSE_FILE"})


@cache
def compose_words() -> tuple[str, ...] | None:
    """Give the words that start Compose; None where it is not installed."""
    program = compose_program(os.environ)
    if program is not None:
        return (program,)
    return ("docker", "compose") if plugin_available(os.environ) else None


def compose(arguments: Sequence[str]) -> list[str]:
    """Give a whole command line of Compose.

    Raises:
        EngineUnavailable: Compose is not installed.
    """
    words = compose_words()
    if words is None:
        raise EngineUnavailable(
            "docker: the Compose plugin is not installed",
            hint="install it: https://docs.docker.com/compose/install/linux/",
        )
    return [*words, *arguments]


def project_arguments(project: Project) -> list[str]:
    """Give the global options that make Compose read the project from the user's own files."""
    options = project.options
    return [
        *(word for file in options.files for word in ("--file", file)),
        *(word for profile in project.profiles for word in ("--profile", profile)),
        *_environment_files(options),
        "--project-name",
        project.name,
        *(("--project-directory", options.project_directory) if options.project_directory else ()),
        *options.arguments,
    ]


def rendered_arguments(project: Project) -> list[str]:
    """Give the global options that make Compose read a rendered file from its standard input."""
    return [
        "--progress",
        "quiet",
        "--project-name",
        project.name,
        "--project-directory",
        str(project.directory),
        *_environment_files(project.options),
        "--file",
        "-",
    ]


def rendered_environment(environment: Mapping[str, str], run: str | None = None) -> dict[str, str]:
    """Give the environment for a rendered file, which holds less than the user's project.

    Services that it does not hold are no orphans to warn of, let alone to remove.
    """
    own = {"COMPOSE_IGNORE_ORPHANS": "true", "DOCKER_CLI_HINTS": "false"}
    if run is not None:
        own[RUN_VARIABLE] = run
    return {k: v for k, v in environment.items() if k not in _MISLEADING} | own


def run_rendered(
    project: Project, document: bytes, arguments: Sequence[str], *, run: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run Compose on a rendered file, apart from the terminal's signals, and take its output."""
    return subprocess.run(
        compose([*rendered_arguments(project), *arguments]),
        input=document,
        env=rendered_environment(os.environ, run),
        capture_output=True,
        check=False,
        start_new_session=True,
    )


def _environment_files(options: ComposeOptions) -> list[str]:
    return [word for file in options.env_files for word in ("--env-file", file)]
