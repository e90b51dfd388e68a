"""Whether the engine is on this machine: one elsewhere cannot see the project's files."""

from __future__ import annotations

from modelcompose.compose.project import Project
from modelcompose.engine.docker.api import remote
from modelcompose.engine.docker.endpoint import Endpoint
from modelcompose.engine.places import binds


def require_local(endpoint: Endpoint, project: Project | None) -> None:
    """Stop where the engine is on another machine.

    Raises:
        EngineUnavailable: names the bind mounts of the project's steps.
    """
    if endpoint.socket is None:
        raise remote(endpoint, unseen_mounts(project))


def unseen_mounts(project: Project | None) -> str:
    """Name the bind mounts of a project's steps, in words; "" where there is none."""
    if project is None:
        return ""
    return ", ".join(
        f"services.{name}.volumes: {mount.source}:{mount.target}"
        for name in project.steps
        for mount in binds(project.services[name])
    )
