"""Leaving out of the lock the steps that have left the project."""

from __future__ import annotations

from msgspec.structs import replace

from modelcompose.compose.positions import declared_services
from modelcompose.compose.project import Project
from modelcompose.pipeline.lock import Lock


def without_departed(project: Project, lock: Lock) -> Lock:
    """Give a lock without the steps that are in no profile of the project any more.

    What the lock says is then a matter of the project alone, not of what it once held.
    """
    strangers = lock.steps.keys() - project.steps.keys()
    departed = strangers & project.services.keys()  # services still, and steps no longer
    unseen = strangers - departed
    declared = declared_services(project) if unseen else set()
    if declared is not None:
        departed |= unseen - declared
    if not departed:
        return lock
    kept = {name: step for name, step in lock.steps.items() if name not in departed}
    return replace(lock, steps=kept)
