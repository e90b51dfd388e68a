"""Data and outputs that services mount and that are not here: said before Docker makes folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcompose.compose.project import Project
    from modelcompose.pipeline.lock import Lock


def tell_missing(project: Project, services: Sequence[str]) -> None:
    """Say which of the things that services mount are missing, where a remote may have them.

    The remote is not asked: what its lock names was pushed to it, or `pull` says that it was not.
    """
    if not project.remote:
        return
    from modelcompose.pipeline.lock import FILE_NAME, read_lock

    lock = read_lock(project.directory / FILE_NAME)
    for service, path in missing(project, lock, services):
        sys.stderr.write(
            f"note: {service} mounts {path}, which is not here; "
            f"to bring it: modelcompose pull {path}\n"
        )


def missing(project: Project, lock: Lock, services: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give the services, each with a path of the lock that it mounts and that is not here.

    A mount of the whole project says nothing of what the service needs.
    """
    from modelcompose.pipeline.paths import overlap

    outputs = (path for step in lock.steps.values() for path in step.outputs)
    known = sorted({*lock.data, *outputs})
    absent = [path for path in known if not os.path.lexists(project.directory / path)]
    root = str(project.directory)
    stored = {item.path for item in project.data if item.link == "mount"}
    for name in services:
        service = project.services.get(name)
        for mount in service.mounts if service is not None and absent else ():
            if mount.type != "bind" or not (mount.source or "").startswith(f"{root}/"):
                continue
            place = os.path.relpath(mount.source or root, root)
            for path in absent:
                if path not in stored and overlap(place, path):
                    yield name, path
