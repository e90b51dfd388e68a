"""`modelcompose data rm`, `verify` and `gc`: ending, checking and clearing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import held, named, opened, paths_argument
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.store.content import Content
    from modelcompose.versioning.workspace import DataWorkspace


@click.command("rm")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.pass_obj
def rm(context: Context, paths: tuple[str, ...]) -> int:
    """End the versioning of each PATH; its files stay, and older versions can be checked out."""
    from modelcompose.cli.data_dvc import refuse_dvc
    from modelcompose.versioning.paths import not_versioned

    with opened(context) as workspace, held(workspace):
        for path in named(workspace, paths):
            if path not in workspace.lock.data:
                refuse_dvc(workspace, path)
                raise not_versioned(path, workspace.lock.data)
            workspace.remove(path)
            click.echo(f"{path}: no longer versioned; its files stay")
            if path in workspace.declared:
                click.echo(f"{path}: the Compose file names it: take it away there, too", err=True)
    return 0


@click.command("verify")
@paths_argument
@click.option(
    "--fix", is_flag=True, help="Bring what is damaged or missing again from the project's remote."
)
@click.pass_obj
def verify(context: Context, paths: tuple[str, ...], *, fix: bool) -> int:
    """Read every byte that the store keeps of the data, and name what is damaged or missing.

    Damaged content is set aside: `--fix`, `fetch` or `data add` brings it again.
    """
    from modelcompose.cli.transfer_view import open_progress
    from modelcompose.versioning.checking import faults
    from modelcompose.versioning.paths import select

    with opened(context) as workspace:
        chosen = select(named(workspace, paths), workspace.lock.data)
        damaged = {}
        for path in chosen:
            content = workspace.lock.data[path]
            with open_progress(context.invocation, path) as progress:
                found = faults(workspace.store, path, content, progress)
            for fault in found:
                click.echo(f"{fault.path}: {fault.text}")
            if found:
                damaged[path] = content
            else:
                click.echo(f"{path}: whole")
        if damaged and fix:
            _fix(context, workspace, damaged)
            return 0
    if damaged:
        click.echo(
            "\nhint: bring it again: modelcompose data verify --fix, or modelcompose data add",
            err=True,
        )
    return 1 if damaged else 0


def _fix(context: Context, workspace: DataWorkspace, damaged: Mapping[str, Content]) -> None:
    """Bring damaged contents again; what is not whole by then is an error."""
    from modelcompose.cli.transfer_view import open_progress
    from modelcompose.diagnosis.sizes import in_words
    from modelcompose.pipeline.from_remote.artifact import address_of
    from modelcompose.pipeline.from_remote.opening import remote_of
    from modelcompose.store.remotes.fetching import fetch

    declared = workspace.project.remote
    opening = remote_of(None, declared, workspace.root, workspace.store)
    with opening as remote, open_progress(context.invocation, remote.where) as progress:
        for path, content in damaged.items():
            size = fetch(remote, workspace.store, content, progress)
            click.echo(f"{path}: whole again, {in_words(size)} from {address_of(remote)}")


@click.command("gc")
@click.option("--yes", "is_meant", is_flag=True, help="Do it; without, only say what would go.")
@click.option(
    "--rev",
    "revisions",
    multiple=True,
    metavar="REV",
    help="Keep also all that git's history of REV names; may be given several times.",
)
@click.option("--all-revs", is_flag=True, help="Keep all that any commit of any branch names.")
@click.option(
    "--grace",
    default="14d",
    show_default=True,
    metavar="TIME",
    help="How long what goes is kept in the trash, such as 12h or 30d.",
)
@click.option(
    "--forget",
    "gone",
    multiple=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="A project that is gone for good needs nothing any more; may be given several times.",
)
@format_option()
@click.pass_obj
def gc(
    context: Context,
    *,
    is_meant: bool,
    revisions: tuple[str, ...],
    all_revs: bool,
    grace: str,
    gone: tuple[Path, ...],
    form: str,
) -> int:
    """Say what nobody needs in this user's store; with --yes, move it to the trash.

    Needed is what ml.lock of any project that used this store names, what any recorded run or
    registered model names, and what the revisions that were asked for name. A project that is not
    there now, such as one on a disk that is away, needs what its ml.lock named last.
    What went to the trash by mistake comes back by itself where something needs it.
    """
    from modelcompose.cli.data_gc import collect

    with opened(context) as workspace:
        chosen = ("--all",) if all_revs else revisions
        folders = [Path(os.path.normpath(Path.cwd() / each)) for each in gone]
        return collect(workspace, chosen, grace, folders, is_meant=is_meant, form=form)
