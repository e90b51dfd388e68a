"""Let Docker Compose resolve a project, and translate what it says when it will not."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

import msgspec

from modelcompose.compose.command import compose_command
from modelcompose.compose.memory import Resolved
from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.sources import Sources
from modelcompose.errors import EngineUnavailable

ALL_PROFILES = "*"


def resolve(
    options: ComposeOptions,
    environment: Mapping[str, str],
    sources: Sources,
    *,
    need_values: bool = True,
) -> Resolved:
    """Call `docker compose config` once, and parse its output.

    The output is YAML: in JSON, extension keys of services are lost.

    Raises:
        ComposeError: it refuses the project; also as VariableError, ProjectError, NotFound.
        EngineUnavailable: `docker` cannot be started.
    """
    command = config_command(options, environment, need_values=need_values)
    output, warnings = _run(command, environment, sources)
    from modelcompose.compose.fast_yaml import parse

    return Resolved(document=parse(output) or {}, warnings=warnings)


def config_command(
    options: ComposeOptions, environment: Mapping[str, str], *, need_values: bool
) -> list[str]:
    """Give the command line that makes Compose print the resolved project."""
    flags = () if need_values else ("--no-interpolate",)
    return [*compose_command(options, environment), "config", *flags]


def profiles_of_all_services(
    options: ComposeOptions, environment: Mapping[str, str], sources: Sources
) -> dict[str, set[str]]:
    """Ask Docker Compose for every service and its profiles, also of files that only it can read.

    Raises:
        ComposeError: it refuses the project.
    """
    everything = msgspec.structs.replace(options, profiles=(ALL_PROFILES,))
    services = resolve(everything, environment, sources, need_values=False).document["services"]
    return {name: set((keys or {}).get("profiles") or ()) for name, keys in services.items()}


def _run(
    command: Sequence[str], environment: Mapping[str, str], sources: Sources
) -> tuple[str, tuple[str, ...]]:
    from modelcompose.compose.complaints import split_warnings, translate

    try:
        done = subprocess.run(command, env=dict(environment), capture_output=True, check=False)
    except OSError as error:
        raise EngineUnavailable(
            f"docker cannot be started: {error.strerror}",
            hint="install it: https://docs.docker.com/engine/install/",
        ) from error
    message, warnings = split_warnings(done.stderr.decode(errors="replace"))
    if done.returncode:
        raise translate(message, sources, warnings)
    return done.stdout.decode(errors="replace"), warnings
