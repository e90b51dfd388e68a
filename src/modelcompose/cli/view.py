"""Who is shown what while steps run: by `--progress`, `--quiet`, `--format` and terminals."""

from __future__ import annotations

import os
import sys

from modelcompose.cli.arguments import Invocation
from modelcompose.cli.screen import Screen
from modelcompose.cli.terminal import Terminal
from modelcompose.pipeline.events import EventStream
from modelcompose.pipeline.report import Reporter, Together

PROGRESS_VARIABLE = "COMPOSE_PROGRESS"


class View(Together):
    """All that shows steps as they run."""

    def __init__(self, terminal: Terminal | None, *others: Reporter) -> None:
        super().__init__(*others, *([] if terminal is None else [terminal]))
        self._terminal = terminal

    def close(self) -> None:
        """Give the terminal back; what is told after that still appears."""
        if self._terminal is not None:
            self._terminal.close()


def open_view(
    invocation: Invocation, steps: list[str], form: str, detachment: Reporter | None = None
) -> View:
    """Choose what is shown.

    Args:
        invocation: the command line.
        steps: the names of all steps that may be told of.
        form: with `json`, stdout carries a stream of events.
        detachment: lets go of the terminal as soon as it and all others were told of a run.
    """
    view = _chosen(invocation, steps, form, is_detached=detachment is not None)
    return view if detachment is None else View(None, view, detachment)


def _chosen(invocation: Invocation, steps: list[str], form: str, *, is_detached: bool) -> View:
    streams = [EventStream(Screen(sys.stdout).show)] if form == "json" else []
    mode = progress_mode(invocation, form)
    if mode == "json":
        return View(None, *streams, EventStream(Screen(sys.stderr).show))
    if mode == "tty" and not is_detached:
        from modelcompose.cli.live import LiveView

        return View(LiveView(steps), *streams)
    is_coloured = False if is_detached else None
    return View(Terminal(steps, quiet=mode == "quiet", is_coloured=is_coloured), *streams)


def progress_mode(invocation: Invocation, form: str) -> str:
    """Give how progress is shown on stderr: `tty`, `plain`, `quiet` or `json`.

    `--progress` and its variable are Compose's own; `auto` is the live view on a terminal, unless
    the events go to a terminal, too.
    """
    if invocation.quiet:
        return "quiet"
    given = [value for name, value in invocation.flags if name == "--progress" and value]
    asked = given[-1] if given else os.environ.get(PROGRESS_VARIABLE, "")
    if asked in {"tty", "plain", "quiet", "json"}:
        return asked
    if form == "json" and sys.stdout.isatty():
        return "quiet"
    is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return "tty" if is_terminal else "plain"
