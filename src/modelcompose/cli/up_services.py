"""Starting services by Compose's up, once the steps that they depend on are up to date."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.cli.passthrough import replace_process

if TYPE_CHECKING:
    from modelcompose.cli.arguments import Invocation
    from modelcompose.cli.up_overlay import Attachment
    from modelcompose.compose.discovery import Discovery
    from modelcompose.compose.project import ComposeOptions, Project

_FILE_NAME = "up.yaml"


def start_services(
    invocation: Invocation,
    project: Project,
    arguments: Sequence[str],
    tracked: Mapping[str, Attachment],
) -> None:
    """Become `docker compose up ARGUMENTS` on the user's own files, without waiting for steps.

    A file on top of theirs takes the steps out of what services wait for, mounts models
    read-only, and gives tracked services what they log with. For all other services the
    containers are those that plain `docker compose up` would create.

    Args:
        invocation: the command line.
        project: what it is about.
        arguments: `up` with its flags and services.
        tracked: what tracked services are given, by their names.
    """
    from modelcompose.cli.up_overlay import overlay
    from modelcompose.compose.discovery import discover

    options = invocation.compose_options()
    discovery = discover(options, os.environ)
    released = _written(project, overlay(project, tracked))
    if discovery.has_unseen_files:
        _start_rendered(options, project, released, arguments)
    others = [flag for flag in invocation.flags if flag[0] not in {"--file", "--profile"}]
    replace_process(
        [
            *(name if value is None else f"{name}={value}" for name, value in others),
            *_flags("--env-file", _default_env_files(options, discovery)),
            *_flags("--file", map(str, (*discovery.files, released))),
            *_flags("--profile", project.profiles),
            *arguments,
        ]
    )


def _written(project: Project, text: str) -> Path:
    """Write the file on top beside the project's state; in the home folder where that is closed."""
    from modelcompose.database.home import home_folder
    from modelcompose.errors import StoreError
    from modelcompose.pipeline.state_folder import StateFolder
    from modelcompose.store.digests import digest_bytes
    from modelcompose.store.failures import translated

    folder = StateFolder(project.directory)
    released = folder.path / _FILE_NAME
    try:
        folder.make()
        with translated(released, "cannot be written"):
            _replace(released, text)
    except StoreError:
        name = f"{digest_bytes(os.fsencode(project.directory))[-16:]}.yaml"
        released = home_folder() / "cache" / "up" / name
        with translated(released, "cannot be written"):
            released.parent.mkdir(parents=True, exist_ok=True)
            _replace(released, text)
    return released


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with open(new, "x", encoding="utf-8", opener=_privately) as file:
        file.write(text)  # tokens stand in it
    new.replace(path)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _flags(name: str, values: Iterable[str]) -> list[str]:
    return [f"{name}={value}" for value in values]


def _default_env_files(options: ComposeOptions, discovery: Discovery) -> list[str]:
    """Give the `.env` files that Compose finds by itself, but not when files are named.

    Of two, the first wins; of two that are named, the last.
    """
    if options.env_files or os.environ.get("COMPOSE_ENV_FILES"):
        return []
    return [str(path) for path in reversed(discovery.env_files)]


def _start_rendered(
    options: ComposeOptions, project: Project, released: Path, arguments: Sequence[str]
) -> None:
    """Start from the resolved project: its files came by standard input, or from elsewhere."""
    from tempfile import TemporaryFile

    from modelcompose.compose.render import render
    from modelcompose.pipeline.services import without_steps

    with TemporaryFile() as file:  # it has no name, since secrets stand in it
        file.write(render(without_steps(project)).encode())
        file.seek(0)
        os.dup2(file.fileno(), 0)
        replace_process(
            [
                *("--file=-", f"--file={released}", f"--project-name={project.name}"),
                f"--project-directory={project.directory}",
                *_flags("--profile", project.profiles),
                *options.arguments,
                *arguments,
            ]
        )
