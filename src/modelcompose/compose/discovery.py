"""Which files Docker Compose reads, found the way it finds them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct

from modelcompose.compose.project import ComposeOptions
from modelcompose.errors import ProjectError

# Source: github.com/compose-spec/compose-go, cli/options.go: names, order and precedence.
FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""Names of a Compose file that needs no `-f`, the preferred one first."""

OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
"""Names of a file that is read on top without `-f`."""

_TRUE = frozenset({"1", "t", "true"})


class Discovery(Struct, frozen=True):
    """What Compose reads, before a Compose file was opened."""

    directory: Path
    """The project folder."""
    files: tuple[Path, ...]
    """The Compose files on this machine, in their order; not standard input, nor remote ones."""
    has_unseen_files: bool
    """Whether there are more: on standard input, or elsewhere."""
    env_files: tuple[Path, ...]
    variables: Mapping[str, str]
    """The environment over `.env`."""
    profiles: tuple[str, ...]
    """The user's: `--profile`, else `COMPOSE_PROFILES`."""


def discover(options: ComposeOptions, environment: Mapping[str, str]) -> Discovery:
    """Find the Compose files, the `.env` files and the active profiles.

    Raises:
        ProjectError: an environment file that was named is not there, or not readable.
    """
    here = _current_folder(environment)
    start = _start_folder(options, here)
    env_files = _env_files(options, environment, here, start)
    variables = _read_env_files(env_files, {"PWD": str(here), **environment})
    names = list(options.files) or _named_by_variable(variables) or _default_files(start)
    files = tuple(absolute(name, here) for name in names if _is_here(name))
    directory = files[0].parent if files and options.project_directory is None else start
    if directory != start and not _are_named(options, environment):
        # A project found in a parent folder brings its own .env, which the first one overrides.
        more = _env_files(options, environment, here, directory)
        variables = _read_env_files(more, variables)
        env_files += more
    return Discovery(
        directory=directory,
        files=files,
        has_unseen_files=len(files) < len(names),
        env_files=env_files,
        variables=variables,
        profiles=options.profiles or _split(variables.get("COMPOSE_PROFILES", "")),
    )


def absolute(path: str | Path, folder: Path) -> Path:
    """Give an absolute path without `.` and `..`; symbolic links stay, as in Compose's paths."""
    return Path(os.path.normpath(folder / path))


def _current_folder(environment: Mapping[str, str]) -> Path:
    """Give the current folder by the name under which the shell went there, as Go does."""
    named = Path(environment.get("PWD", ""))
    try:
        if named.is_absolute() and named.samefile("."):
            return named
    except OSError:
        pass
    return Path.cwd()


def _start_folder(options: ComposeOptions, here: Path) -> Path:
    if options.project_directory is not None:
        return absolute(options.project_directory, here)
    first = next(iter(options.files), "-")
    return absolute(first, here).parent if _is_here(first) else here


def _is_here(name: str) -> bool:
    return name != "-" and "://" not in name and not name.startswith("git@")


def _are_named(options: ComposeOptions, environment: Mapping[str, str]) -> bool:
    return bool(options.env_files or environment.get("COMPOSE_ENV_FILES"))


def _env_files(
    options: ComposeOptions, environment: Mapping[str, str], here: Path, folder: Path
) -> tuple[Path, ...]:
    named = options.env_files or _split(environment.get("COMPOSE_ENV_FILES", ""))
    if named:
        return tuple(absolute(name, here) for name in named)
    if environment.get("COMPOSE_DISABLE_ENV_FILE", "").lower() in _TRUE:
        return ()
    default = folder / ".env"
    return (default,) if default.is_file() else ()


def _read_env_files(files: tuple[Path, ...], environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment over what the files define, of which the last file wins."""
    defined: dict[str, str] = {}
    if files:
        from modelcompose.compose.embedded.dotenv import read_dotenv

        for file in files:
            if not file.is_file():
                raise ProjectError(
                    f"{file}: no such environment file",
                    hint="check the path given to --env-file or in COMPOSE_ENV_FILES",
                )
            defined |= read_dotenv(file, environment, defined)
    return {**defined, **environment}


def _named_by_variable(variables: Mapping[str, str]) -> list[str]:
    value = variables.get("COMPOSE_FILE", "")
    separator = variables.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    return value.split(separator) if value else []


def _default_files(start: Path) -> list[str]:
    for folder in (start, *start.parents):
        found = [*islice(_existing(folder, FILE_NAMES), 1)]
        if found:
            return [*found, *islice(_existing(folder, OVERRIDE_NAMES), 1)]
    return []


def _existing(folder: Path, names: tuple[str, ...]) -> Iterator[str]:
    return (str(folder / name) for name in names if (folder / name).is_file())


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())
