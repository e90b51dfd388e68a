"""Compose's own verbs: this process becomes `docker compose`."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from modelcompose.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SYSTEM_FOLDERS = tuple(
    f"{root}/{folder}/docker/cli-plugins"
    for root in ("/usr/local", "/usr", "/opt/homebrew", "/Applications/Docker.app/Contents")
    for folder in ("lib", "libexec")
)
COMPOSE_DOCUMENTATION = "https://docs.docker.com/compose/install"
"""Where the user reads how to install Compose."""


def replace_process(arguments: Sequence[str]) -> NoReturn:
    """Become `docker compose ARGUMENTS`: its output, its exit code, its terminal.

    Raises:
        EngineUnavailable: Docker or its Compose plugin is not there.
    """
    if not _finds_compose():
        _refuse_without_compose(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and so would Docker
    try:
        os.execvp("docker", ["docker", "compose", *arguments])  # noqa: S606 - no shell is meant
    except FileNotFoundError:
        raise EngineUnavailable(
            f"{_shown(arguments)}: needs Docker Compose, and `docker` is not on the PATH",
            hint=f"install Docker with its Compose plugin: {COMPOSE_DOCUMENTATION}",
        ) from None


def compose_is_there() -> bool:
    """Tell whether `docker compose` can be called, by looking at files alone."""
    folders = os.get_exec_path()
    has_docker = any(os.access(os.path.join(folder, "docker"), os.X_OK) for folder in folders)  # noqa: PTH118
    return has_docker and _finds_compose()


def plugin_folder() -> str:
    """Give the user's own folder of Docker CLI plugins."""
    config = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")  # noqa: PTH111
    return f"{config}/cli-plugins"


def _finds_compose() -> bool:
    return any(os.access(f"{folder}/docker-compose", os.X_OK) for folder in _plugin_folders())


def _plugin_folders() -> Iterator[str]:
    """Give where Docker looks for plugins, the likely ones first."""
    yield plugin_folder()
    yield from _SYSTEM_FOLDERS
    config = plugin_folder().removesuffix("cli-plugins") + "config.json"
    if os.path.exists(config):  # noqa: PTH110
        import json

        with open(config, encoding="utf-8") as file:  # noqa: PTH123
            yield from json.load(file).get("cliPluginsExtraDirs", [])


def _refuse_without_compose(arguments: Sequence[str]) -> None:
    """Refuse when Docker confirms that it does not know `compose`."""
    import subprocess

    try:
        done = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    except FileNotFoundError:
        return
    if done.returncode != 0:
        raise EngineUnavailable(
            f"{_shown(arguments)}: needs the Compose plugin of Docker, which is not installed",
            hint=f"install it: {COMPOSE_DOCUMENTATION}",
        )


def _shown(arguments: Sequence[str]) -> str:
    return " ".join(["modelcompose", *arguments])
