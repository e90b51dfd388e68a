"""What services need from us before Compose starts them: models in place, and a hub to log to."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcompose.cli.context import Context
    from modelcompose.cli.up_overlay import Attachment
    from modelcompose.compose.project import Project


def needs_us(project: Project, services: Sequence[str]) -> bool:
    """Tell whether services say anything under `x-ml` that plain Compose would not do."""
    found = (project.services[name] for name in services if name in project.services)
    return any(service.model_mounts or service.is_tracked for service in found)


def prepare(
    context: Context, project: Project, services: Sequence[str]
) -> Mapping[str, Attachment]:
    """Make ready what services need; gives what Compose is to give them beside their file.

    Raises:
        NotFound: a mount asks for a version that is not there.
        StoreError: a folder cannot be filled.
        EngineError: the hub does not start.
    """
    if context.is_dry_run:
        return {}
    from modelcompose.pipeline.model_mounts.filling import fill_mounts

    fill_mounts(project, services, _say)
    if not any(project.services[name].is_tracked for name in services):
        return {}
    from modelcompose.cli.tracked_services import attach

    return attach(project, services, _say)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
