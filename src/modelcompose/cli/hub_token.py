"""`modelcompose hub token`: who may call a hub that others can reach."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.database.database import Database
    from modelcompose.hub.tokens.store import Token

_DAY_S = 86400.0
_ROLES = ("reader", "writer", "admin")
_HELP = {"help_option_names": ["-h", "--help"]}


@click.group("token", context_settings=_HELP)
def token() -> None:
    """Make, list and revoke tokens.

    A hub on this machine's own address needs none; on any other address every call does.
    """


@token.command("create")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(_ROLES), default="writer", show_default=True, help="What it may do."
)
@click.option("--project", "projects", multiple=True, metavar="NAME", help="Only in this project.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="How long it is valid.")
@format_option()
@click.pass_context
def create(
    ctx: click.Context,
    *,
    name: str,
    role: Any,
    projects: tuple[str, ...],
    days: float | None,
    form: str,
) -> None:
    """Make a token for NAME, a person or a program, and print it.

    It is not kept, and cannot be shown again.

    \b
    MLflow's client takes it from the environment:
    export MLFLOW_TRACKING_TOKEN=mc_…
    """  # noqa: D301 - click's mark for lines to leave as they are
    from modelcompose.hub.tokens import store

    now = time.time()
    ends = None if days is None else now + days * _DAY_S
    with _opened(ctx) as database, database.write() as connection:
        grants = dict.fromkeys(projects or ("",), role)
        token_id, secret = store.create(connection, name, grants, now, expires_at=ends)
    if form == "json":
        from modelcompose.cli.runs_page import print_json

        print_json({"id": token_id, "token": secret, "name": name, "expires_at": ends})
        return
    click.echo(secret)
    click.echo(f"Token {token_id} of {name}: copy it now, it is not shown again.", err=True)


@token.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those of single runs.")
@format_option()
@click.pass_context
def list_tokens(ctx: click.Context, *, everything: bool, form: str) -> None:
    """List the tokens, without their secrets."""
    from modelcompose.cli.runs_page import Cell, Column, print_json, print_table
    from modelcompose.hub.tokens import store

    with _opened(ctx) as database, database.read() as connection:
        tokens = store.listed(connection, with_runs=everything)
    if form == "json":
        print_json(tokens)
        return
    if not tokens:
        click.echo("There are no tokens.\n\nhint: modelcompose hub token create NAME", err=True)
        return
    columns = [
        Column("ID"),
        Column("NAME", may_be_cut=True),
        Column("MAY", may_be_cut=True),
        Column("CREATED", may_go=True),
        Column("USED"),
        Column("STATE"),
    ]
    now = time.time()
    rows = [[Cell(text) for text in _row(one, now)] for one in tokens]
    print_table(columns, rows)


@token.command("revoke")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.pass_context
def revoke(ctx: click.Context, names: tuple[str, ...]) -> None:
    """End tokens for good; a running hub knows of it within seconds.

    ID is a token's id, or its name.
    """
    from modelcompose.hub.tokens import store

    with _opened(ctx) as database, database.write() as connection:
        ended = [one for name in names for one in store.revoke(connection, name, time.time())]
    for token_id in ended:
        click.echo(token_id)


def _row(one: Token, now: float) -> tuple[str, ...]:
    from modelcompose.cli.times import ago

    may = ", ".join(f"{role} in {project or 'all'}" for project, role in one.grants.items())
    is_over = one.expires_at is not None and one.expires_at <= now
    state = "revoked" if one.revoked_at is not None else "expired" if is_over else "valid"
    used = "never" if one.used_at is None else ago(one.used_at, now)
    return one.id, one.name, may, ago(one.created_at, now), used, state


@contextmanager
def _opened(ctx: click.Context) -> Iterator[Database]:
    from modelcompose.database.database import Database
    from modelcompose.database.home import home_folder

    group = ctx.parent.parent if ctx.parent else None
    chosen = group.params.get("database") if group else None
    database = Database.at(chosen or home_folder() / "hub.db")
    try:
        yield database
    finally:
        database.close()
