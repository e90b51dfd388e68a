"""`modelcompose alias`: point an alias to a version of a model, or remove one."""

from __future__ import annotations

import time

import click

from modelcompose.errors import NotFound


@click.group("alias", context_settings={"help_option_names": ["-h", "--help"]})
def alias() -> None:
    """Point an alias to a version of a model, or remove one.

    An alias is a name such as `champion` that points to one version of a model. Services and
    programs ask for it, and get the version that it points to.
    """


@alias.command("set")
@click.argument("version", metavar="NAME@VERSION")
@click.argument("name", metavar="ALIAS")
def set_(version: str, name: str) -> None:
    """Point an alias to a version.

    \b
      modelcompose alias set delay@3 champion
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.cli.registry import alias_given, find, follow, opened
    from modelcompose.registry.aliases import set_alias

    name = alias_given(name)
    with opened() as database, database.write() as connection:
        model, found = find(connection, version)
        move = set_alias(
            connection, model, name, found, now=time.time(), cause="modelcompose alias set"
        )
    before = "" if move is None or move.old is None else f", which was {move.old}"
    word = "is already" if move is None else "is now"
    click.echo(f"{model.name}@{name} {word} version {found.version}{before}")
    follow(model, name)


@alias.command("rm")
@click.argument("which", metavar="NAME@ALIAS")
def rm(which: str) -> None:
    """Remove an alias; the version stays."""
    from modelcompose.cli.registry import find_named, opened
    from modelcompose.registry.aliases import parse_reference, remove_alias

    name, reference = parse_reference(which, what="an alias")
    with opened() as database, database.write() as connection:
        model = find_named(connection, name)
        move = remove_alias(
            connection, model, reference, time.time(), cause="modelcompose alias rm"
        )
    if move is None:
        known = ", ".join(f"@{each}" for each in model.aliases) or "none"
        raise NotFound(f"{name} has no alias {reference!r}", hint=f"it has: {known}")
    click.echo(f"{name}@{reference} is removed; it was version {move.old}")


@alias.command("follow", hidden=True)
@click.argument("which", metavar="NAME@ALIAS")
def follow_(which: str) -> None:
    """Bring along what follows an alias; the hub starts this when a client has moved one."""
    from modelcompose.pipeline.model_mounts.refreshing import refresh
    from modelcompose.registry.aliases import parse_reference

    name, reference = parse_reference(which, what="an alias")
    refresh(name, (reference,), lambda line: click.echo(line, err=True))
