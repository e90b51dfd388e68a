"""`modelcompose data rm`, `verify` and `gc`: ending, checking and clearing."""

from __future__ import annotations

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import held, named, opened, paths_argument
from modelcompose.cli.format_option import format_option


@click.command("rm")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.pass_obj
def rm(context: Context, paths: tuple[str, ...]) -> int:
    """End the versioning of each PATH; its files stay, and older versions can be checked out."""
    from modelcompose.versioning.paths import not_versioned

    with opened(context) as workspace, held(workspace):
        for path in named(workspace, paths):
            if path not in workspace.lock.data:
                raise not_versioned(path, workspace.lock.data)
            workspace.remove(path)
            click.echo(f"{path}: no longer versioned; its files stay")
    return 0


@click.command("verify")
@paths_argument
@click.pass_obj
def verify(context: Context, paths: tuple[str, ...]) -> int:
    """Read every byte that the store keeps of the data, and name what is damaged or missing.

    Damaged content is set aside: `fetch` or `data add` brings it again.
    """
    from modelcompose.versioning.checking import faults
    from modelcompose.versioning.paths import select

    with opened(context) as workspace:
        chosen = select(named(workspace, paths), workspace.lock.data)
        damaged = 0
        for path in chosen:
            found = faults(workspace.store, path, workspace.lock.data[path])
            damaged += len(found)
            for fault in found:
                click.echo(f"{fault.path}: {fault.text}")
            if not found:
                click.echo(f"{path}: whole")
    if damaged:
        click.echo("\nhint: bring it again: modelcompose fetch, or modelcompose data add", err=True)
    return 1 if damaged else 0


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
@format_option()
@click.pass_obj
def gc(
    context: Context,
    *,
    is_meant: bool,
    revisions: tuple[str, ...],
    all_revs: bool,
    grace: str,
    form: str,
) -> int:
    """Say what nobody needs in this user's store; with --yes, move it to the trash.

    Needed is what ml.lock of any project that used this store names, what any recorded run or
    registered model names, and what the revisions that were asked for name.
    """
    from modelcompose.cli.data_gc import collect

    with opened(context) as workspace:
        chosen = ("--all",) if all_revs else revisions
        return collect(workspace, chosen, grace, is_meant=is_meant, form=form)
