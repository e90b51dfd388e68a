"""Where a service's bind mounts show the project folder: arithmetic on paths."""

from __future__ import annotations

import os
from pathlib import Path

from modelcompose.compose.project import Mount, Service


def below(path: str, folder: str) -> str | None:
    """Give what is left of `path` below `folder`: "" for the folder itself, None outside it."""
    path, folder = os.path.normpath(path), os.path.normpath(folder)
    if path == folder:
        return ""
    stem = folder if folder.endswith("/") else f"{folder}/"
    return path.removeprefix(stem) if path.startswith(stem) else None


def project_path(path: str, project_folder: Path) -> str | None:
    """Give an absolute path relative to the project folder; None when it lies elsewhere.

    Symbolic links on the way to the folder do not matter: `/tmp` may be `/private/tmp`.
    """
    left = below(path, str(project_folder))
    if left is None:
        left = below(os.path.realpath(path), os.path.realpath(project_folder))
    return left


def binds(service: Service) -> list[Mount]:
    """Give the bind mounts of a service that name a source."""
    return [mount for mount in service.mounts if mount.type == "bind" and mount.source]


def working_folder(service: Service, project_folder: Path, workspace: Path) -> Path:
    """Map the service's working folder to this machine, through the deepest mount showing it.

    Mounts of the project lead into the workspace, mounts from elsewhere to their source; a
    working folder that no mount shows is the workspace itself.
    """
    inside = service.working_dir
    if inside is None:
        return workspace
    showing = [mount for mount in binds(service) if below(inside, mount.target) is not None]
    if not showing:
        return workspace
    mount = max(showing, key=lambda each: len(os.path.normpath(each.target)))
    rest = below(inside, mount.target) or ""
    source = mount.source or ""
    relative = project_path(source, project_folder)
    return (Path(source) if relative is None else workspace / relative) / rest
