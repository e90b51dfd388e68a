"""What services need before Compose starts them: models in place, data shown, a hub to log to."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelcompose.cli.up_overlay import Attachment

if TYPE_CHECKING:
    from modelcompose.cli.context import Context
    from modelcompose.compose.project import Project


def needs_us(project: Project, services: Sequence[str]) -> bool:
    """Tell whether services say anything under `x-ml` that plain Compose would not do."""
    found = (project.services[name] for name in services if name in project.services)
    is_ours = any(service.model_mounts or service.is_tracked for service in found)
    return is_ours or shows_data(project, services)


def shows_data(project: Project, services: Sequence[str]) -> bool:
    """Tell whether services may be shown data that lies in the store alone."""
    found = [project.services[name] for name in services if name in project.services]
    has_stored = any(item.link == "mount" for item in project.data)
    return has_stored or any(service.data_mounts for service in found)


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
    shown = shown_to(project, services)
    if not any(project.services[name].is_tracked for name in services):
        return {name: Attachment(mounts=mounts) for name, mounts in shown.items()}
    from modelcompose.cli.tracked_services import attach

    return _together(attach(project, services, _say), shown)


def shown_to(
    project: Project, services: Sequence[str]
) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Give the mounts that show services versions of data, out of the store."""
    if not shows_data(project, services):
        return {}
    from modelcompose.database.home import home_folder
    from modelcompose.pipeline.data_mounts import attached
    from modelcompose.pipeline.from_remote.shown import bring_shown
    from modelcompose.pipeline.lock import FILE_NAME, read_lock
    from modelcompose.store.store import Store

    lock, store = read_lock(project.directory / FILE_NAME), Store(home_folder() / "store")
    bring_shown(project, lock, store, services, _say)
    found = attached(project, lock, store, services)
    return {name: tuple(mounts) for name, mounts in found.items()}


def _together(
    given: Mapping[str, Attachment], shown: Mapping[str, tuple[Mapping[str, Any], ...]]
) -> Mapping[str, Attachment]:
    from msgspec.structs import replace

    return {
        name: replace(one, mounts=(*one.mounts, *shown.get(name, ())))
        for name in given.keys() | shown.keys()
        for one in [given.get(name, Attachment())]
    }


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
