"""`modelcompose hub gc`: empty the trash, and drop what nothing refers to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.hub.gc.collect import Collection

_SHOWN = 10


@click.command("gc", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-y", "--yes", "is_sure", is_flag=True, help="Do it; else it only says what goes.")
@click.option(
    "--older-than", metavar="AGE", help="Only what was deleted so long ago, such as 30d or 1d12h."
)
@format_option()
@click.pass_context
def gc(ctx: click.Context, *, is_sure: bool, older_than: str | None, form: str) -> None:
    """Empty the trash, and delete what nothing refers to.

    Deleted runs, experiments, models and versions go for good, with their files; without --yes
    it only says which. Files of runs and models that are no more, and uploads that
    nobody has gone on with for a day, go too. What a version of a model is made of stays. The
    names of what went are free again.
    """
    from modelcompose.cli.runs_page import print_json
    from modelcompose.database.home import home_folder
    from modelcompose.hub.gc.collect import collect
    from modelcompose.hub.hub import open_hub

    before = time.time() - _age_s(older_than)
    params = ctx.parent.params if ctx.parent else {}
    home = home_folder()
    hub = open_hub(
        params.get("database") or home / "hub.db", home, artifacts=params.get("artifacts")
    )
    try:
        told = collect(hub, before, is_sure=is_sure)
    finally:
        hub.close()
    if form == "json":
        print_json(told)
    else:
        _tell(told)


def _age_s(text: str | None) -> float:
    from modelcompose.compose.duration import parse_duration
    from modelcompose.errors import UsageError

    if text is None:
        return 0.0
    age_s = parse_duration(text)
    if age_s is None:
        raise UsageError(
            f"--older-than {text}: no length of time", hint="write --older-than 30d, 12h or 1d12h"
        )
    return age_s


def _tell(told: Collection) -> None:
    from modelcompose.cli.runs_words import count, size

    things = {
        "run": told.runs,
        "experiment": told.experiments,
        "registered model": told.models,
        "version": told.versions,
        "logged model": told.logged_models,
        "orphaned folder": told.orphans,
        "abandoned upload": told.uploads,
    }
    parts = [count(many, name) for name, many in things.items() if many]
    for kept in told.kept[:_SHOWN]:
        click.echo(f"stays: {kept.what}: {kept.reason}", err=True)
    for address in told.elsewhere[:_SHOWN]:
        click.echo(f"not the hub's to delete: {address}", err=True)
    hidden = max(0, len(told.kept) - _SHOWN) + max(0, len(told.elsewhere) - _SHOWN)
    if hidden:
        click.echo(f"… and {hidden} more: --format json lists all", err=True)
    if not parts:
        click.echo("nothing to delete")
        return
    verb = "deleted" if told.is_done else "would delete"
    files = f" ({count(told.files, 'file')}, {size(told.size_bytes)})" if told.size_bytes else ""
    click.echo(f"{verb} {', '.join(parts)}{files}")
    if not told.is_done:
        click.echo("\nhint: modelcompose hub gc --yes", err=True)
