"""Before services start: the folders that they mount are filled with the versions they ask for."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from msgspec import Struct

from modelcompose.compose.project import Project
from modelcompose.database.database import Connection, Database
from modelcompose.database.home import home_folder
from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.model_mounts.asking import version_for
from modelcompose.pipeline.model_mounts.folders import Held, held_in, model_folders
from modelcompose.pipeline.model_mounts.marking import mark
from modelcompose.pipeline.model_mounts.places import Mounted, mounts_of, remember
from modelcompose.registry.records import Version


class Filled(Struct, frozen=True):
    """What became of a mount's folder."""

    mounted: Mounted
    before: Held | None
    """What it held before; None where it was empty."""
    version: Version

    @property
    def is_new(self) -> bool:
        """Whether the folder holds another version than before."""
        return self.before is None or self.before.label != self.version.label

    @property
    def text(self) -> str:
        """Say what the folder holds, in a few words."""
        was = f", which was {self.before.version}" if self.before and self.is_new else ""
        asked = self.mounted.mount
        alias = "" if asked.reference.isdigit() else f" (@{asked.reference})"
        service = self.mounted.service
        return f"{service}: {asked.place} holds {self.version.label}{alias}{was}"


def fill_mounts(project: Project, services: Sequence[str], say: Callable[[str], None]) -> None:
    """Fill what services mount with the versions that they ask for, and remember it.

    Those that run already are told, as when an alias moves: Compose sees nothing new in them.

    Args:
        project: what they belong to.
        services: those that are about to start.
        say: told of each folder that changed.

    Raises:
        NotFound: there is no such version.
        StoreError: a folder cannot be filled.
    """
    from modelcompose.pipeline.model_mounts.telling import tell

    mounts = mounts_of(project, services)
    if not mounts:
        return
    made_here = {rule.name for rule in project.models}
    done = fill(project.name, project.directory, mounts, say, made_here, remote=project.remote)
    for filled in done:
        if filled.is_new:
            say(f"{filled.text}{tell(project.name, project.directory, filled)}")
    remember(project, mounts)


def fill(  # noqa: PLR0913 - what is filled, for whom, and from where
    name: str,
    directory: Path,
    mounts: Sequence[Mounted],
    say: Callable[[str], None],
    made_here: Collection[str] = (),
    *,
    remote: str | None = None,
) -> list[Filled]:
    """Fill mounts of one project; errors as for `fill_mounts`.

    The versions are looked up once nobody else fills the same folders, so that of two moves of
    an alias the later one counts.

    Args:
        name: of the Compose project.
        directory: the project folder.
        mounts: what is to be filled.
        say: told of what was changed by hand.
        made_here: names of the models that the project itself registers.
        remote: of the project; what the store lost comes from there again.
    """
    home = home_folder()
    database = Database.at(home / "hub.db")
    done: list[Filled] = []
    first: dict[str, Held | None] = {}
    try:
        with model_folders(directory, home, say, remote) as folders:
            for each in mounts:
                with database.read() as connection:
                    version = version_for(
                        connection,
                        each.mount,
                        each.service,
                        directory,
                        made_here=each.mount.model in made_here,
                    )
                before = folders.fill(each.mount.place, version)
                before = first.setdefault(each.mount.place, before)
                done.append(Filled(each, before, version))
        with database.write() as connection:
            for filled in done:
                mark(connection, name, filled.mounted, filled.version, time.time())
    finally:
        database.close()
    return done


def outdated(connection: Connection, project: Project) -> list[str]:
    """Say which filled folders of a project do not hold what is asked for, a line for each."""
    held = held_in(project.directory)
    lines: dict[str, None] = {}
    for each in mounts_of(project):
        has = held.get(each.mount.place)
        if has is None:
            continue
        try:
            wanted = version_for(connection, each.mount, each.service, project.directory)
        except ModelComposeError:
            continue
        if has.label != wanted.label:
            lines[
                f"{each.service}: {each.mount.place} holds {has.label}, and "
                f"{each.mount.label} is version {wanted.version}; to bring it in: "
                f"modelcompose up --detach {each.service}"
            ] = None
    return list(lines)
