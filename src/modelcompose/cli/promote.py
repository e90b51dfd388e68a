"""`modelcompose promote`: point one alias to where another points."""

from __future__ import annotations

import time

import click


@click.command("promote", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", metavar="NAME@FROM")
@click.argument("target", metavar="TO")
def promote(source: str, target: str) -> None:
    """Point the alias TO to the version that NAME@FROM names.

    \b
      modelcompose promote delay@challenger champion
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.cli.registry import alias_given, find, follow, opened
    from modelcompose.registry.aliases import set_alias

    alias = alias_given(target)
    with opened() as database, database.write() as connection:
        model, version = find(connection, source)
        cause = f"modelcompose promote {source} {target}"
        move = set_alias(connection, model, alias, version, now=time.time(), cause=cause)
    if move is None:
        click.echo(f"{model.name}@{alias} is already version {version.version}")
        return
    click.echo(f"{model.name}@{alias} is now version {version.version}")
    if move.old is not None:
        back = f"modelcompose alias set {model.name}@{move.old} {alias}"
        click.echo(f"it was version {move.old}; to go back: {back}", err=True)
    follow(model, alias)
