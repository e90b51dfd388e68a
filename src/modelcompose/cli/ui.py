"""`modelcompose ui`: open the web UI, over a hub that runs or one that is started for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from modelcompose.cli.context import Context
from modelcompose.cli.hub import PORT

if TYPE_CHECKING:
    from modelcompose.compose.project import Project

_ASK_S = 2.0
_SCREENS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
"""Variables of which one is set on Linux where a browser can be shown."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port of the hub that is started; where it is taken, a free one.",
)
@click.option("--local", is_flag=True, help="This user's own hub, also where a team's is named.")
@click.option("--no-browser", is_flag=True, help="Print the address alone.")
@click.pass_obj
def ui(context: Context, *, port: int, local: bool, no_browser: bool) -> int:
    """Open the web UI: explore, compare and report.

    It is served by the hub that the project or MODELCOMPOSE_HUB names, else by this user's own,
    which is started where it does not run, and serves until Ctrl-C.
    """
    from modelcompose.database.home import home_folder

    project = _project(context)
    page = f"/projects/{quote(project.name, safe='')}" if project else "/"
    shared = "" if local else _shared_hub(project)
    home = home_folder()
    running = shared or _own_hub(port, home)
    if running:
        _show(running + page, no_browser=no_browser)
        return 0
    _serve(home, port, lambda address: _show(address + page, no_browser=no_browser))
    return 0


def _project(context: Context) -> Project | None:
    """Give the project of the folder; None where there is none, or its file is wrong."""
    from modelcompose.errors import ModelComposeError

    if context.folder is None:
        return None
    try:
        return context.read_project(need_values=False)
    except ModelComposeError:
        return None


def _shared_hub(project: Project | None) -> str:
    from modelcompose.hub.sending.destinations import chosen_hub

    return chosen_hub(project.hub if project else None, os.environ)


def _own_hub(port: int, home: Path) -> str:
    """Give the address of a hub over this home folder that answers already; empty for none."""
    import http.client
    import json

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ASK_S)
    try:
        connection.request("GET", "/api/v1/session")
        answer = connection.getresponse()
        told = json.loads(answer.read()) if answer.status == 200 else {}  # noqa: PLR2004 - HTTP's
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    finally:
        connection.close()
    is_own = isinstance(told, dict) and told.get("home") == str(home.resolve())
    return f"http://127.0.0.1:{port}" if is_own else ""


def _serve(home: Path, port: int, started: Callable[[str], None]) -> None:
    from modelcompose.engine.docker.bridge import bridge_address
    from modelcompose.hub.listening.sockets import listen
    from modelcompose.hub.serve import serve_over

    listening = listen(port=port, bridge=bridge_address(), is_preferred=True)
    serve_over(
        listening,
        os.environ.get("MODELCOMPOSE_HUB_DATABASE") or home / "hub.db",
        home,
        artifacts=os.environ.get("MODELCOMPOSE_HUB_ARTIFACTS"),
        started=started,
    )


def _show(address: str, *, no_browser: bool) -> None:
    click.echo(address)
    if no_browser:
        return
    if not _has_screen():
        click.echo("ui: there is no screen here; open the address in a browser", err=True)
        return
    import webbrowser

    webbrowser.open(address)


def _has_screen() -> bool:
    """Tell whether a browser would have where to draw; else a text browser might take over."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in _SCREENS)
