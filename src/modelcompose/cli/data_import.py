"""`modelcompose data import`: take over what another tool versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.cli.data_import_draft import Draft
    from modelcompose.versioning.dvc.importing_content import Taken


@click.group("import")
def import_() -> None:
    """Take over a project of another tool, with the versions that it keeps."""


@import_.command("dvc")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--image", metavar="IMAGE", help="The image that the steps run in.")
@click.option("--service", metavar="SERVICE", help="Have steps run in what this service runs in.")
@click.option(
    "--profile",
    metavar="NAME",
    help="Put the steps into this profile: plain `up` then leaves them alone.",
)
@click.option("--pull", is_flag=True, help="Bring from DVC's remotes what its cache lacks.")
@click.option("-y", "--yes", "--write", "is_sure", is_flag=True, help="Write without asking.")
@format_option("text", "json")
@click.pass_obj
def dvc(
    context: Context,
    folder: Path | None,
    image: str | None,
    service: str | None,
    profile: str | None,
    *,
    pull: bool,
    is_sure: bool,
    form: str,
) -> int:
    """Turn a DVC project into steps and data of a Compose file.

    Stages become services with `x-ml.step`, all `${…}` resolved; what `.dvc` files name becomes
    versioned data, taken from DVC's cache or from the project itself.
    Shows all of it as a diff, says line by line what is not the same afterwards, and asks before
    it writes. DVC's own files stay as they are: `data export dvc` brings them up to date.

    \b
    Examples:
      modelcompose data import dvc             the project in this folder
      modelcompose data import dvc > dvc.patch the diff alone
      modelcompose data import dvc --yes       write it, and take the data over
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.adoption.changes import write
    from modelcompose.cli.data_import_draft import Wishes, make_draft
    from modelcompose.cli.data_import_view import print_draft, print_json, print_taken

    options = context.invocation.compose_options()
    draft = make_draft(options, folder, Wishes(image, service, profile))
    if form == "text":
        print_draft(draft)
    if not _is_agreed(draft, is_sure=is_sure, form=form):
        if form == "json":
            print_json(draft, None)
        return 0
    write(draft.changes)
    taken = _take(context, draft, is_online=pull)
    if form == "json":
        print_json(draft, taken)
    else:
        print_taken(draft, taken)
    return 0


def _is_agreed(draft: Draft, *, is_sure: bool, form: str) -> bool:
    """Whether to write: as the user said, or says when asked."""
    from modelcompose.cli.init_view import ask

    if is_sure or not draft.changes:
        return is_sure
    return form == "text" and ask(draft.changes)


def _take(context: Context, draft: Draft, *, is_online: bool) -> list[Taken]:
    """Take the data over that `.dvc` files name."""
    from modelcompose.cli.data_opening import held
    from modelcompose.cli.transfer_view import open_progress
    from modelcompose.compose.reader import read
    from modelcompose.database.home import home_folder
    from modelcompose.store.store import Store
    from modelcompose.versioning.dvc.importing_content import open_takeover
    from modelcompose.versioning.workspace import DataWorkspace

    project = read(draft.options, all_profiles=True, need_values=False)
    store = Store(home_folder() / "store")
    with (
        DataWorkspace(project, store) as workspace,
        held(workspace),
        open_progress(context.invocation, "data") as progress,
        open_takeover(workspace, draft.start, progress) as takeover,
    ):
        return list(takeover.take(draft.imported.data, is_online=is_online))
