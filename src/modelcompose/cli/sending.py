"""What commands do for a shared hub: remember it, send beside their work, tell what waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from modelcompose.compose.project import Project
    from modelcompose.hub.sending.outbox import HubState

PATIENCE_S = 4.0
LOOK_PATIENCE_S = 0.5


def remember_hub(connection: sqlite3.Connection, project: Project) -> str:
    """Have the runs that are made of a project from now on go to its hub; give its address.

    Raises:
        UsageError: MODELCOMPOSE_HUB holds no address.
    """
    import time

    from modelcompose.hub.sending.destinations import (
        chosen_hub,
        is_in_the_clear,
        set_destination,
    )

    hub = chosen_hub(project.hub, os.environ)
    folder = str(project.directory)
    is_new = set_destination(connection, project.name, folder, hub, time.time())
    if is_new and hub and is_in_the_clear(hub):
        sys.stderr.write(f"warning: {hub}: what is sent there can be read on the way; use https\n")
    return hub


@contextmanager
def sending(hub: str, *, is_quiet: bool = False, is_look: bool = False) -> Iterator[None]:
    """Send to a hub while the block runs, and for some seconds after it.

    Args:
        hub: its address; empty: nothing is done.
        is_quiet: whether to leave out what still waits.
        is_look: whether the command only looks: nobody waits for it then.
    """
    if not hub:
        yield
        return
    from modelcompose.database.home import home_folder
    from modelcompose.hub.sending.background import Background

    background = Background(home_folder(), hub, os.environ)
    background.start()
    patience_s = LOOK_PATIENCE_S
    try:
        yield
        patience_s = LOOK_PATIENCE_S if is_look else PATIENCE_S
    finally:  # after Ctrl-C and errors nobody wants to wait either
        state = background.finish(patience_s)
        if not (is_quiet or is_look):
            tell(state)


def tell(state: HubState) -> None:
    """Say what still waits for a hub, on stderr; nothing where all of it is there."""
    for run, message in state.refused:
        sys.stderr.write(f"hub: {state.hub} does not take run {run[:8]}: {message}\n")
    waiting = state.waiting - len(state.refused)
    if waiting > 0:
        runs = "1 run waits" if waiting == 1 else f"{waiting} runs wait"
        trouble = (state.trouble or "").removeprefix(f"{state.hub}: ")
        reason = f" ({trouble})" if trouble else ""
        sys.stderr.write(f"hub: {runs} for {state.hub}{reason}; modelcompose hub send\n")
