"""`modelcompose hub login` and `hub logout`: the tokens with which runs are sent."""

from __future__ import annotations

import sys

import click

from modelcompose.errors import UsageError


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("address", metavar="URL")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
def login(address: str, *, token_stdin: bool) -> int:
    """Keep the token with which runs are sent to the shared hub at URL.

    Its admin makes one: modelcompose hub token create NAME --role writer

    It lies in the home folder, where only you may read it; MODELCOMPOSE_HUB_TOKEN goes before it.
    """
    from modelcompose.database.database import Database
    from modelcompose.database.home import home_folder
    from modelcompose.hub.sending import outbox
    from modelcompose.hub.sending.destinations import hub_address, is_in_the_clear
    from modelcompose.hub.sending.tokens import store_token

    hub = hub_address(address, address)
    token = _token(hub, from_stdin=token_stdin)
    if is_in_the_clear(hub):
        click.echo(f"warning: {hub}: the token can be read on the way; use https", err=True)
    _check(hub, token)
    home = home_folder()
    store_token(home, hub, token)
    database = Database.at(home / "hub.db")
    try:
        with database.write() as connection:
            outbox.forget_refusals(connection, hub)
            outbox.note_answer(connection, hub)
    finally:
        database.close()
    click.echo(f"{hub}: runs are sent with this token from now on", err=True)
    return 0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("address", metavar="URL")
def logout(address: str) -> int:
    """Forget the token of the shared hub at URL."""
    from modelcompose.database.home import home_folder
    from modelcompose.hub.sending.destinations import hub_address
    from modelcompose.hub.sending.tokens import store_token, stored_tokens

    hub, home = hub_address(address, address), home_folder()
    if hub not in stored_tokens(home):
        raise UsageError(f"{hub}: no token is kept for it", hint="modelcompose hub status")
    store_token(home, hub, None)
    click.echo(f"{hub}: its token is forgotten", err=True)
    return 0


def _token(hub: str, *, from_stdin: bool) -> str:
    if from_stdin:
        text = sys.stdin.readline()
    elif sys.stdin.isatty():
        text = click.prompt(f"Token for {hub}", hide_input=True, err=True)
    else:
        raise UsageError(
            "hub login: there is no terminal to ask for the token",
            hint=f"modelcompose hub login --token-stdin {hub} < FILE",
        )
    token: str = text.strip()
    if not token or not token.isascii() or " " in token:
        raise UsageError("hub login: that is no token", hint="a token begins with mc_")
    return token


def _check(hub: str, token: str) -> None:
    """Try a token; a hub that is away now may well be there later."""
    from contextlib import closing

    from modelcompose.hub.sending.remote import Away, Denied, Refused, Remote

    with closing(Remote(hub, token)) as remote:
        try:
            remote.call("GET", "/projects", None, dict)
        except Away as error:
            click.echo(f"warning: {error.message}", err=True)
        except (Denied, Refused) as error:
            raise UsageError(
                f"{hub}: it does not take this token: {error.message.removeprefix(f'{hub}: ')}",
                hint="ask its admin for one: modelcompose hub token create NAME --role writer",
            ) from error
