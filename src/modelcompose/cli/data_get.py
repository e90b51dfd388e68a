"""`modelcompose data get`: one file or folder, at a revision, without recording anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import named, opened

if TYPE_CHECKING:
    from modelcompose.store.store import Store


@click.command("get")
@click.argument("what", metavar="URL|PATH")
@click.option("--rev", metavar="REV", help="As of this git revision.")
@click.option("-o", "--output", metavar="OUT", help="Where to; by default here, by its own name.")
@click.option("-f", "--force", "is_forced", is_flag=True, help="Replace what is there.")
@click.pass_obj
def get(
    context: Context, what: str, *, rev: str | None, output: str | None, is_forced: bool
) -> int:
    """Give one file or folder, and record nothing.

    A PATH is one of this project: data or a step's output, as ml.lock names it, or as that of the
    git revision REV did; with REV also a file that git keeps. A URL is that of any source, such as
    https://…, s3://…, oci://HOST/NAME:TAG, or git+URL@REV#PATH: a path of another repository, be it
    in git, or data of a project there.
    """
    from modelcompose.cli.transfer_view import open_progress
    from modelcompose.store.sources.opening import is_address
    from modelcompose.versioning.sourcing_get import (
        give_source,
        give_version,
        output_path,
        replaced,
        source_at,
    )

    here = Path.cwd()
    if is_address(what):
        store = _store()
        source = source_at(what, rev, here, store)
        target = output_path(output, name_in(what), here, is_forced=is_forced)
        with open_progress(context.invocation, source.where) as progress, replaced(target) as place:
            give_source(source, store, place, progress)
    else:
        with opened(context) as workspace:
            (path,) = named(workspace, [what])
            target = output_path(output, path.rpartition("/")[2], here, is_forced=is_forced)
            with open_progress(context.invocation, path) as progress, replaced(target) as place:
                give_version(workspace, path, rev, place, progress)
    click.echo(_shown(target, here))
    return 0


def _store() -> Store:
    from modelcompose.database.home import home_folder
    from modelcompose.store.store import Store

    return Store(home_folder() / "store")


def name_in(address: str) -> str:
    """Give the last name in an address: of the path behind its `#`, or of its own path."""
    plain, _, inside = address.partition("#")
    path = inside.rpartition("=")[2] or urlsplit(plain).path.partition("@")[0]
    if address.startswith("oci://") and not inside:
        path = path.partition(":")[0]
    return path.rstrip("/").rpartition("/")[2].removesuffix(".git" if not inside else "")


def _shown(path: Path, here: Path) -> str:
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
