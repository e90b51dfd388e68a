"""Requests to stop one run, left where whoever supervises it looks: a file for each."""

from __future__ import annotations

from contextlib import suppress

from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.store.failures import translated


def request_stop(folder: StateFolder, run: str) -> None:
    """Ask that a run be stopped, gracefully.

    Raises:
        StoreError: the project's folder cannot be written.
    """
    path = folder.stops / run
    with translated(path, "cannot be written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def is_stop_requested(folder: StateFolder, run: str) -> bool:
    """Tell whether somebody asked that a run be stopped."""
    return (folder.stops / run).exists()


def forget_stop(folder: StateFolder, run: str) -> None:
    """Drop the request for a run that has ended."""
    with suppress(OSError):
        (folder.stops / run).unlink(missing_ok=True)
