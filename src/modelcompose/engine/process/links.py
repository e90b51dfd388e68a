"""Large inputs in a step's workspace: symbolic links to where they are."""

from __future__ import annotations

from modelcompose.engine.protocol import Job


def link_inputs(job: Job) -> None:
    """Show each of the job's mounts as a symbolic link at its path in the workspace.

    External inputs need none: a process sees them where they are.
    """
    for mount in job.mounts:
        place = job.workspace / mount.path
        if mount.path.startswith("/") or place == mount.source:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            place.unlink()
        elif place.is_dir():
            place.rmdir()  # an empty mount point; a folder that holds something is an error
        place.symlink_to(mount.source)
