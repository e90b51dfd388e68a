"""After a client has moved an alias: what follows it on the hub's own machine is brought along."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from modelcompose.database.home import HOME_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

    from modelcompose.hub.hub import Hub

_PATIENCE_S = 600.0


def follow(hub: Hub, model: str, alias: str) -> None:
    """Have folders filled and services told that follow an alias; returns at once.

    A process of its own does it: what it makes belongs to projects, each shared in its own way.
    """
    if any((hub.home / "mounts").glob("*.json")):
        hub.threads.submit(_follow, hub.home, model, alias)


def _follow(home: Path, model: str, alias: str) -> None:
    command = [sys.executable, "-m", "modelcompose", "alias", "follow", f"{model}@{alias}"]
    try:
        subprocess.run(
            command,
            env={**os.environ, HOME_VARIABLE: str(home)},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"hub: {model}@{alias}: its services were not told: {error}\n")
