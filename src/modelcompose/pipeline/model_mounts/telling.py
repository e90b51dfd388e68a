"""Telling running services that the model in their folder is another."""

from __future__ import annotations

from pathlib import Path

from modelcompose.compose.project import ModelMount
from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.model_mounts.filling import Filled


def tell(project: str, directory: Path, filled: Filled) -> str:
    """Restart or signal the service that mounts a folder, where it runs.

    Returns:
        What was done, as the end of a line; empty where the service does not run, or is not to
        be told.
    """
    from modelcompose.engine.docker.nudging import restart, send_signal

    service, mount = filled.mounted.service, filled.mounted.mount
    if mount.on_change == "none":
        return ""
    try:
        if mount.on_change == "signal":
            reached = send_signal(project, str(directory), service, mount.signal)
        else:
            reached = restart(project, str(directory), service)
    except ModelComposeError as error:
        return f"; {service} was not {_done(mount)}: {error.message}"
    return f"; {', '.join(reached)} {_done(mount)}" if reached else ""


def _done(mount: ModelMount) -> str:
    return f"told by {mount.signal}" if mount.on_change == "signal" else "restarted"
