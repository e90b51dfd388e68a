"""`modelcompose hub`: serve runs, models and artifacts."""

from __future__ import annotations

import click

from modelcompose.cli.hub_gc import gc
from modelcompose.cli.hub_import import import_
from modelcompose.cli.hub_login import login, logout
from modelcompose.cli.hub_send import send, status
from modelcompose.cli.hub_token import token

PORT = 4750
_EVERY = ("0.0.0.0", "::")  # noqa: S104 - told apart, not listened on


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--host",
    metavar="ADDRESS",
    help="Address to listen on; by default 127.0.0.1, and Docker's bridge for containers.",
)
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port; 0 takes a free one.",
)
@click.option(
    "--database",
    metavar="URL",
    envvar="MODELCOMPOSE_HUB_DATABASE",
    show_envvar=True,
    help="A path, or postgresql://USER:PASSWORD@HOST/NAME; by default hub.db in the home folder.",
)
@click.option(
    "--artifacts",
    metavar="URL",
    envvar="MODELCOMPOSE_HUB_ARTIFACTS",
    show_envvar=True,
    help="A folder, s3://BUCKET/PREFIX, gs://… or az://…; by default a folder in the home folder.",
)
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME", help="A further name of this hub."
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="An origin whose pages may call it, such as https://lab.example.org.",
)
@click.pass_context
def hub(
    context: click.Context,
    *,
    host: str | None,
    port: int,
    database: str | None,
    artifacts: str | None,
    hosts: tuple[str, ...],
    origins: tuple[str, ...],
) -> int:
    """Serve runs, models and artifacts until Ctrl-C.

    MLflow's own client works with it as it is:

    \b
    export MLFLOW_TRACKING_URI=http://127.0.0.1:4750
    """  # noqa: D301 - click's mark for lines to keep
    if context.invoked_subcommand is not None:
        return 0
    from modelcompose.database.home import home_folder
    from modelcompose.hub.access import Rules
    from modelcompose.hub.serve import serve

    home = home_folder()
    serve(
        database or home / "hub.db",
        home,
        host=host,
        port=port,
        started=_say,
        artifacts=artifacts,
        rules=Rules(hosts, origins),
    )
    return 0


for command in (token, import_, gc, send, status, login, logout):
    hub.add_command(command)


@hub.command("keep", hidden=True)
def keep_() -> None:
    """Serve tracked services until none is left; `up` starts this."""
    import os

    from modelcompose.database.home import home_folder
    from modelcompose.hub.kept.keeping import keep
    from modelcompose.hub.kept.patience import VARIABLE, patience_s

    keep(home_folder(), patience_s(os.environ.get(VARIABLE)))


def _say(address: str, inside: str | None) -> None:
    click.echo(address)
    from urllib.parse import urlsplit

    from modelcompose.hub.origins import is_loopback

    token = "modelcompose hub token create NAME"  # noqa: S105 - the command that makes one
    host = urlsplit(address).hostname
    where, use = "", f"; export MLFLOW_TRACKING_URI={address}"
    if host in _EVERY:  # which is no address to call
        where, use = " on every address of this machine", ""
    click.echo(f"hub: listening{where}, Ctrl-C ends it{use}", err=True)
    if not is_loopback(host):
        click.echo(f"hub: calls from other machines need a token: {token}", err=True)
    if inside is not None:
        click.echo(f"hub: containers, with a token ({token}): {inside}", err=True)
