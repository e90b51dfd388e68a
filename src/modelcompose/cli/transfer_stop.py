"""Ctrl-C ends transfers at once: their threads look for it between two pieces of a blob."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from modelcompose.errors import Interrupted
from modelcompose.pipeline.from_remote.interruptible import Interruptible
from modelcompose.store.remotes.protocol import Remote


@contextmanager
def stopped_by_interrupt(remote: Remote) -> Iterator[Remote]:
    """Open a remote whose transfers end with Ctrl-C; the next command goes on from there."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()
        raise KeyboardInterrupt

    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, stop) if is_main else None
    try:
        with remote:
            yield Interruptible(remote, stopped.is_set)
    finally:
        if is_main:
            signal.signal(signal.SIGINT, before)


@contextmanager
def telling_of_interrupt() -> Iterator[None]:
    """Say, where the user stops what is done in the block, that nothing of it is lost."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted):
        click.echo(
            "interrupted: what was moved is kept; go on with the same command",
            err=True,
        )
        raise click.Abort from None  # of a KeyboardInterrupt click would make an empty line
