"""After an alias has moved: the folders that it fills are filled anew, and their services told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.model_mounts.filling import fill
from modelcompose.pipeline.model_mounts.places import Mounted, MountedProject, remembered
from modelcompose.pipeline.model_mounts.telling import tell
from modelcompose.registry.names import LATEST


def refresh(model: str, aliases: Iterable[str], say: Callable[[str], None]) -> None:
    """Bring every folder on this machine up to date that holds what an alias named.

    Nothing is raised: the alias has moved, whatever becomes of those who follow it.

    Args:
        model: the model's name.
        aliases: those that moved; `latest` counts as moved with each.
        say: told in a line what became of each service.
    """
    moved = set(aliases)
    for project in remembered():
        mounts = [
            each
            for each in project.mounts
            if each.mount.model == model and _follows(each.mount.reference, moved)
        ]
        if mounts:
            _refresh_project(project, mounts, say)


def _follows(reference: str, moved: set[str]) -> bool:
    return reference in moved or reference.lower() == LATEST


def _refresh_project(
    project: MountedProject, mounts: Sequence[Mounted], say: Callable[[str], None]
) -> None:
    directory = Path(project.directory)
    for place in dict.fromkeys(each.mount.place for each in mounts):
        sharing = [each for each in mounts if each.mount.place == place]
        try:
            done = fill(project.name, directory, sharing, say, remote=project.remote)
        except ModelComposeError as error:
            hint = f"; {error.hint}" if error.hint else ""
            say(f"{sharing[0].service}: stays as it is: {error.message}{hint}")
            continue
        for filled in done:
            if filled.is_new:
                say(f"{filled.text}{tell(project.name, directory, filled)}")
