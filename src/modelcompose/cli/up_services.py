"""Starting services by Compose's up, once the steps that they depend on are up to date."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.cli.passthrough import replace_process

if TYPE_CHECKING:
    from modelcompose.cli.arguments import Invocation
    from modelcompose.compose.discovery import Discovery
    from modelcompose.compose.project import ComposeOptions, Project

_FILE_NAME = "up.yaml"


def start_services(invocation: Invocation, project: Project, arguments: Sequence[str]) -> None:
    """Become `docker compose up ARGUMENTS` on the user's own files, without waiting for steps.

    A file on top of theirs takes the steps out of what services wait for, and nothing else: the
    containers are those that plain `docker compose up` would create.
    """
    from modelcompose.compose.discovery import discover

    options = invocation.compose_options()
    discovery = discover(options, os.environ)
    if discovery.has_unseen_files:
        _start_rendered(options, project, arguments)
    released = _written(project, without_waiting(project))
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
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def without_waiting(project: Project) -> str:
    """Give a Compose file to be read on top of the project's: no service waits for a step."""
    import msgspec

    lines = ["services:\n"]
    for name, service in project.services.items():
        if project.steps.keys().isdisjoint(service.depends_on):
            continue
        document = service.document["depends_on"]
        kept = {other: how for other, how in document.items() if other not in project.steps}
        text = msgspec.json.encode(kept).decode()
        lines += [
            f"  {msgspec.json.encode(name).decode()}:\n",
            f"    depends_on: !override {text}\n",
        ]
    return "".join(lines) if len(lines) > 1 else "{}\n"


def _flags(name: str, values: Iterable[str]) -> list[str]:
    return [f"{name}={value}" for value in values]


def _default_env_files(options: ComposeOptions, discovery: Discovery) -> list[str]:
    """Give the `.env` files that Compose finds by itself, but not when files are named.

    Of two, the first wins; of two that are named, the last.
    """
    if options.env_files or os.environ.get("COMPOSE_ENV_FILES"):
        return []
    return [str(path) for path in reversed(discovery.env_files)]


def _start_rendered(options: ComposeOptions, project: Project, arguments: Sequence[str]) -> None:
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
                *("--file=-", f"--project-name={project.name}"),
                f"--project-directory={project.directory}",
                *_flags("--profile", project.profiles),
                *options.arguments,
                *arguments,
            ]
        )
