"""`modelcompose hub send` and `hub status`: what waits for a shared hub, sent or shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from pathlib import Path

    from modelcompose.database.database import Database
    from modelcompose.hub.sending.outbox import HubState
    from modelcompose.hub.sending.sender import Progress, Sender

_AGAIN_S = 2.0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--wait", is_flag=True, help="Go on until all of it is there; Ctrl-C ends it.")
@click.option(
    "--earlier", is_flag=True, help="Also the runs from before their project had a shared hub."
)
def send(*, wait: bool, earlier: bool) -> int:
    """Send all runs that wait for a shared hub.

    Commands that run steps do so too, for a few seconds at their end.
    Exits with 1 when something is left.
    """
    from modelcompose.hub.sending import outbox

    with _outbox() as (home, database):
        if earlier:
            from modelcompose.hub.sending.earlier import add_earlier

            add_earlier(database)
        with database.read() as connection:
            hubs = outbox.hubs(connection)
        if not hubs:
            click.echo("Nothing is sent to a shared hub: see x-ml.hub.", err=True)
        left = [state for hub in hubs if not _is_done(state := _send(home, database, hub, wait))]
    for state in left:
        _tell(state)
    return 1 if left else 0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@format_option()
def status(form: str) -> int:
    """Show what waits for shared hubs, and why."""
    from modelcompose.hub.sending import outbox

    with _outbox() as (_, database), database.read() as connection:
        states = [outbox.state(connection, hub) for hub in outbox.hubs(connection)]
    if form == "json":
        import msgspec

        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(states)) + b"\n")
        sys.stdout.buffer.flush()
    elif not states:
        click.echo("Nothing is sent to a shared hub: see x-ml.hub.", err=True)
    else:
        _print(states)
    return 0


@contextmanager
def _outbox() -> Iterator[tuple[Path, Database]]:
    from modelcompose.database.database import Database
    from modelcompose.database.home import home_folder

    home = home_folder()
    with closing(Database.at(home / "hub.db")) as database:
        yield home, database


def _send(home: Path, database: Database, hub: str, wait: bool) -> HubState:
    from modelcompose.hub.sending.sender import open_sender

    with closing(open_sender(home, database, hub)) as sender:
        before = sender.state().waiting
        shown = _Shown(hub)
        while not sender.send(is_asked=True, progress=shown) and wait:
            shown.clear()
            _explain(sender)
            time.sleep(_AGAIN_S)
        shown.clear()
        state = sender.state()
    done = max(before - state.waiting, 0)
    if done:
        click.echo(f"{hub}: {_runs(done)} sent", err=True)
    elif _is_done(state):
        click.echo(f"{hub}: nothing waits for it", err=True)
    return state


def _explain(sender: Sender) -> None:
    """Say once in a while why it goes on."""
    state = sender.state()
    _tell(state)


def _is_done(state: HubState) -> bool:
    return state.waiting == 0 and state.trouble is None


def _tell(state: HubState) -> None:
    for run, message in state.refused:
        click.echo(f"{state.hub}: does not take run {run[:8]}: {message}", err=True)
    waiting = state.waiting - len(state.refused)
    if waiting > 0 or state.trouble:
        reason = _reason(state) or "another command is sending"
        verb = "waits" if waiting == 1 else "wait"
        what = f"{_runs(waiting)} {verb}: " if waiting > 0 else ""
        click.echo(f"{state.hub}: {what}{reason}", err=True)


def _reason(state: HubState) -> str:
    return (state.trouble or "").removeprefix(f"{state.hub}: ")


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _print(states: Sequence[HubState]) -> None:
    width = max(len(state.hub) for state in states)
    click.echo(f"{'HUB':<{width}}  WAITING  WHY")
    for state in states:
        refused = f"{len(state.refused)} not taken: {state.refused[0][1]}" if state.refused else ""
        why = "; ".join(filter(None, (_reason(state), refused))) or "-"
        click.echo(f"{state.hub:<{width}}  {state.waiting:>7}  {why}")


class _Shown:
    """A line of progress on a terminal; nothing where stderr is none."""

    def __init__(self, hub: str) -> None:
        self._hub = hub
        self._is_terminal = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        if self._is_terminal:
            sys.stderr.write(f"\r{self._hub}: {progress.done}/{progress.of} runs")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._is_terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
