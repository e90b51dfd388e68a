"""`modelcompose data update`: data brought again from its source, where that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import held, named, opened, paths_argument
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.errors import ModelComposeError
    from modelcompose.store.remotes.parallel import Progress
    from modelcompose.versioning.sourcing import Sourced, Sourcing
    from modelcompose.versioning.workspace import DataWorkspace


@click.command("update")
@paths_argument
@click.option("--check", "is_check", is_flag=True, help="Say what changed, and bring nothing.")
@format_option()
@click.pass_obj
def update(context: Context, paths: tuple[str, ...], *, is_check: bool, form: str) -> int:
    """Bring data from its source again, where that changed.

    All data with an `x-ml.data.PATH.source`, or that at each PATH. A source is asked for its ETag,
    version, time or commit first; nothing is downloaded where that is as ml.lock says. What you
    changed here is kept in the store before it is replaced.
    """
    from modelcompose.versioning.sourcing import addresses, with_source

    with opened(context) as workspace:
        chosen = with_source(named(workspace, paths), addresses(workspace))
        found, failure = update_all(
            context, workspace, chosen, is_check=is_check or context.is_dry_run
        )
    if form == "json":
        from modelcompose.cli.runs_page import print_json

        print_json(found)
    else:
        show(found)
        if not chosen:
            click.echo("No data here has a source: x-ml: {data: {PATH: {source: URL}}}", err=True)
    if failure is not None:
        raise failure
    return 0


def update_all(
    context: Context, workspace: DataWorkspace, paths: Sequence[str], *, is_check: bool = False
) -> tuple[list[Sourced], ModelComposeError | None]:
    """Update paths from their sources; one that fails does not keep the others from it.

    Returns:
        What was done, and the last failure, which the caller raises; others are printed.
    """
    from modelcompose.errors import Interrupted, ModelComposeError
    from modelcompose.versioning.sourcing import addresses

    sourcing = open_sourcing(context, workspace, addresses(workspace))
    found: list[Sourced] = []
    failure: ModelComposeError | None = None
    for path in paths:
        try:
            found.append(sourcing.check(path) if is_check else sourcing.update(path))
        except Interrupted:
            raise
        except ModelComposeError as error:
            if failure is not None:
                _tell(failure)
            failure = error
    return found, failure


def _tell(failure: ModelComposeError) -> None:
    hint = f"\n\nhint: {failure.hint}\n" if failure.hint else ""
    click.echo(f"error: {failure.message}{hint}", err=True)


def show(found: Sequence[Sourced], *, is_told: bool = True) -> None:
    """Print what became of each path; whether the lock is to be committed is told once."""
    width = max((len(each.path) for each in found), default=0)
    for each in found:
        click.echo(f"{each.path:{width}}  {each.state:9}  {_told(each)}")
        if each.is_ignored:
            click.echo(f"{each.path}: git ignores it from now on (.gitignore)", err=True)
        if each.kept is not None:
            click.echo(
                f"{each.path}: what was here is kept; to bring it back: "
                f"modelcompose data checkout {each.kept} {each.path}",
                err=True,
            )
    if is_told and any(each.state in {"added", "updated"} for each in found):
        click.echo("ml.lock names the new version: commit that file", err=True)


def _told(each: Sourced) -> str:
    from modelcompose.cli.data_view import described, short, summary
    from modelcompose.diagnosis.sizes import count

    if each.state == "changed":
        return f"{each.where}: modelcompose data update {each.path}"
    if each.state == "unknown":
        return f"{each.where}: it tells nothing to compare; an update brings it to see"
    size = "" if each.content is None else described(each.content)
    if each.state == "unchanged":
        return f"{size}  ({count(each.written, 'file')} put into place)" if each.written else size
    digest = "" if each.content is None else f"  {short(each.content.digest)}"
    rest = f"  ({summary(each.changes)})" if each.changes else ""
    return f"{size}{digest}{rest}"


def open_sourcing(
    context: Context, workspace: DataWorkspace, addresses: Mapping[str, str]
) -> Sourcing:
    """Give what brings these paths from their addresses, and shows how far it is."""
    from modelcompose.cli.transfer_view import open_progress
    from modelcompose.versioning.sourcing import Sourcing

    @contextmanager
    def showing(where: str) -> Iterator[Progress]:
        with open_progress(context.invocation, where) as progress:
            yield progress

    return Sourcing(workspace, addresses, lambda: held(workspace), showing)
