"""What the verbs about data share: the project's data, held, and paths as they were typed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context

if TYPE_CHECKING:
    from modelcompose.pipeline.from_remote.mending import Mending
    from modelcompose.versioning.workspace import DataWorkspace

paths_argument = click.argument("paths", nargs=-1, metavar="[PATH]...")


@contextmanager
def opened(context: Context) -> Iterator[DataWorkspace]:
    """Open the data of the project that the command is about."""
    from modelcompose.database.home import home_folder
    from modelcompose.store.store import Store
    from modelcompose.versioning.workspace import DataWorkspace

    project = context.read_for_a_look()
    with DataWorkspace(project, Store(home_folder() / "store")) as workspace:
        yield workspace


@contextmanager
def held(workspace: DataWorkspace) -> Iterator[None]:
    """Hold the project for a change."""
    command = " ".join(["modelcompose", *sys.argv[1:]])

    def waiting(who: str) -> None:
        sys.stderr.write(f"waits for {who}\n")

    with workspace.held(command, waiting):
        yield


def named(workspace: DataWorkspace, paths: Sequence[str]) -> list[str]:
    """Give paths that the user typed, as paths of the project; `volume:NAME` stays what it is."""
    from modelcompose.compose.project import is_volume
    from modelcompose.versioning.paths import project_path

    here = Path.cwd()
    return [p if is_volume(p) else project_path(workspace.root, p, here) for p in paths]


def mending(workspace: DataWorkspace) -> Mending:
    """Give what fetches again from the project's remote what the store lost or finds damaged."""
    from modelcompose.pipeline.from_remote.mending import Mending

    def notes(line: str) -> None:
        click.echo(line, err=True)

    return Mending(workspace.store, workspace.root, workspace.project.remote, notes)
