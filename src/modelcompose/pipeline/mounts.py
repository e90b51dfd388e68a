"""Where a service's container shows the project, and what of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from modelcompose.compose.project import VOLUME, Mount, Project, Service, is_volume
from modelcompose.engine import places
from modelcompose.pipeline.paths import covers, overlap


def project_mounts(project: Project, service: Service) -> Iterator[tuple[Mount, str]]:
    """Give the bind mounts whose source lies in the project, with that path relative to it.

    Those that show a version of data are none: the project is not seen through them.
    """
    for mount in service.mounts:
        if mount.type != "bind" or mount.source is None or mount.data is not None:
            continue
        path = relative_path(project.directory, mount.source)
        if path is not None:
            yield mount, path


def relative_path(directory: Path, source: str) -> str | None:
    """Give a path relative to the project folder, `.` for the folder; None outside of it."""
    inner = places.project_path(source, directory)
    return "." if inner == "" else inner


def is_shown(project: Project, service: Service, path: str) -> bool:
    """Tell whether some mount shows an input, or a part of it, to the container."""
    if is_volume(path):
        return any(_mounts(mount, path) for mount in service.mounts)
    if path.startswith("/"):
        return any(
            mount.type == "bind" and mount.source is not None and overlap(mount.source, path)
            for mount in service.mounts
        )
    return any(overlap(shown, path) for _, shown in project_mounts(project, service))


def can_write(project: Project, service: Service, path: str) -> bool:
    """Tell whether a mount lets the container write this path of the project."""
    if is_volume(path):
        return any(_mounts(mount, path) and not mount.read_only for mount in service.mounts)
    return any(
        covers(shown, path) and not mount.read_only
        for mount, shown in project_mounts(project, service)
    )


def volume_mounts(service: Service) -> dict[str, str]:
    """Give the volumes that a step names, by the targets that it mounts them at."""
    step = service.the_step
    named = [item.path for item in step.inputs or ()] + [output.path for output in step.outputs]
    paths = [path for path in named if is_volume(path)]
    return {m.target: path for m in service.mounts for path in paths if _mounts(m, path)}


def _mounts(mount: Mount, path: str) -> bool:
    return mount.type == "volume" and mount.source == path.removeprefix(VOLUME)


def project_path(project: Project, service: Service, container_path: str) -> str | None:
    """Translate a path that the container saw into one of the project; None when it is neither.

    A relative path counts from the service's working folder.
    """
    seen = PurePosixPath(service.working_dir or "/", container_path)
    best: tuple[int, str] | None = None
    for mount, shown in project_mounts(project, service):
        target = PurePosixPath(mount.target)
        if seen.is_relative_to(target):
            inner = str(PurePosixPath(shown) / seen.relative_to(target))
            if best is None or len(mount.target) > best[0]:
                best = (len(mount.target), inner)
    return best[1] if best else None
