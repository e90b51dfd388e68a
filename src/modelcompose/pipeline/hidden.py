"""Refusing what a step declares and its container would not see, or could not write."""

from __future__ import annotations

from modelcompose.compose.project import VOLUME, Project, Service, is_volume
from modelcompose.errors import PlanError
from modelcompose.pipeline.mounts import can_write, is_shown
from modelcompose.pipeline.origin import where


def refuse_hidden_input(project: Project, service: Service, path: str) -> None:
    """Make sure that a mount shows an input.

    Raises:
        PlanError: none does.
    """
    if not is_shown(project, service, path.partition("*")[0].rstrip("/") or "."):
        raise PlanError(
            f"{where(project, service.name, 'inputs')}: no mount of {service.name!r} shows {path}",
            hint=f'add a bind mount, such as: volumes: ["{_such_as(path)}"]',
        )


def refuse_hidden_outputs(project: Project, service: Service) -> None:
    """Make sure that mounts let a step write each of its outputs.

    Raises:
        PlanError: one cannot be written.
    """
    for path in service.the_step.written:
        if not can_write(project, service, path):
            raise PlanError(
                f"{where(project, service.name, 'outputs')}: no writable mount of "
                f"{service.name!r} shows {path}",
                hint='mount the project, such as: volumes: [".:/app"]'
                if not is_volume(path)
                else f'mount it, such as: volumes: ["{_such_as(path)}"]',
            )


def _such_as(path: str) -> str:
    """Give a mount that would show an input."""
    if is_volume(path):
        return f"{path.removeprefix(VOLUME)}:/{path.removeprefix(VOLUME)}"
    return f"{path}:{path}:ro" if path.startswith("/") else f"./{path}:/{path}"
