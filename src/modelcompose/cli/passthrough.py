"""Compose's own verbs: this process becomes `docker compose`."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from modelcompose.compose.plugin import compose_program
from modelcompose.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPOSE_DOCUMENTATION = "https://docs.docker.com/compose/install"
"""Where the user reads how to install Compose."""


def replace_process(arguments: Sequence[str]) -> NoReturn:
    """Become `docker compose ARGUMENTS`: its output, its exit code, its terminal.

    Raises:
        EngineUnavailable: Docker or its Compose plugin is not there.
    """
    if compose_program(os.environ) is None:
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
    return compose_program(os.environ) is not None


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
