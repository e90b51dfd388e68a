"""Choose the one file to read, from what `discovery` found; refuse what only Compose reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from modelcompose.compose.discovery import Discovery, discover
from modelcompose.compose.project import ComposeOptions
from modelcompose.errors import ComposeError, UnsupportedError, UsageError

_PLUGIN_HINT = "install the Docker Compose plugin: https://docs.docker.com/compose/install/"


class Location(Struct, frozen=True):
    """Where a project's parts are, before the file has been read."""

    file: Path
    directory: Path
    variables: Mapping[str, str]
    """The process environment over the environment files, with `PWD`."""
    profiles: tuple[str, ...]
    env_files: tuple[Path, ...]
    name: str | None
    """The project's name where the user gave one."""


def unsupported(what: str) -> UnsupportedError:
    """Make the error for what only the Compose plugin reads."""
    return UnsupportedError(f"{what}: only Docker Compose can read this", hint=_PLUGIN_HINT)


def normalized_name(text: str) -> str:
    """Give the project name that Compose makes of a text."""
    return "".join(re.findall(r"[a-z0-9_-]", text.lower())).lstrip("_-")


def locate(
    options: ComposeOptions, environment: Mapping[str, str], profiles: Sequence[str] = ()
) -> Location:
    """Find the Compose file as `docker compose` does, from the current folder upwards.

    Args:
        options: the global options.
        environment: of the process.
        profiles: on top of those that the options or `COMPOSE_PROFILES` name.

    Raises:
        ComposeError: there is no file, or an environment file is malformed.
        ProjectError: an environment file is missing.
        UnsupportedError: there are several files, or the file is not on this machine.
        UsageError: the project's name has characters that none may have.
    """
    found = discover(options, environment)
    return Location(
        file=_only_file(found),
        directory=found.directory,
        variables=found.variables,
        profiles=tuple(dict.fromkeys([*found.profiles, *profiles])),
        env_files=found.env_files,
        name=_given_name(options, found.variables),
    )


def _only_file(found: Discovery) -> Path:
    if found.has_unseen_files:
        raise unsupported("a Compose file on standard input or on another machine")
    if not found.files:
        raise ComposeError(
            f"{found.directory}: no configuration file provided: not found",
            hint="create compose.yaml, or name the file: -f FILE",
        )
    if len(found.files) > 1:
        more = ", ".join(file.name for file in found.files[1:])
        raise unsupported(f"{found.files[0]}: several Compose files, {more} on top")
    return found.files[0]


def _given_name(options: ComposeOptions, variables: Mapping[str, str]) -> str | None:
    name = options.project_name or variables.get("COMPOSE_PROJECT_NAME") or None
    if name is not None and normalized_name(name) != name:
        raise UsageError(
            f"invalid project name {name!r}: must consist only of lowercase alphanumeric"
            " characters, hyphens, and underscores as well as start with a letter or number",
            hint=f"name it {normalized_name(name) or 'project'}",
        )
    return name
