"""Data that is left in the store alone, `link: mount`: moved there, and what stays in its place."""

from __future__ import annotations

import os
from pathlib import Path

from modelcompose.errors import StoreError
from modelcompose.store.content import Content
from modelcompose.store.failures import translated
from modelcompose.store.intake import sync_folder
from modelcompose.store.placing import remove
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.store.views import Views

_WITHDRAWN = "withdrawn-"


def withdraw(
    target: Path, content: Content, *, store: Store, states: FileStates, staging: Path
) -> None:
    """Take what the store keeps away from the project, and leave an empty folder in its place.

    The view that steps and services will mount is made first, and what lies there is looked at
    once more. It is then renamed away, so that a crash leaves all of it or an empty place, and
    only then deleted.

    Args:
        target: where it lies.
        content: what it holds, which the store keeps.
        store: where.
        states: knows the project's files.
        staging: a folder of the project's state, on the same file system.

    Raises:
        StoreError: it changed meanwhile, or cannot be moved; nothing was taken away.
    """
    Views(store).path(content, is_linked=True)
    if states.look(target, modes=True) != content:
        raise StoreError(
            f"{target}: changed while it was being moved into the store; it stays where it is",
            hint="add it again once nothing writes to it: modelcompose data add",
        )
    staging.mkdir(parents=True, exist_ok=True)
    gone = staging / f"{_WITHDRAWN}{os.urandom(8).hex()}"
    with translated(target, "cannot be moved into the store; it stays where it is"):
        target.rename(gone)
        leave_place(target, content)
        sync_folder(target.parent)
    states.forget(target)
    remove(gone)


def clear_withdrawn(staging: Path) -> None:
    """Delete what a killed command had taken away, and the store keeps; the project is held."""
    for left in staging.glob(f"{_WITHDRAWN}*"):
        remove(left)


def leave_place(target: Path, content: Content) -> None:
    """Leave an empty folder where a folder is to be mounted; nothing where a file is.

    Raises:
        StoreError: it cannot be made.
    """
    if content.kind == "folder":
        with translated(target, "cannot be made"):
            target.mkdir(parents=True, exist_ok=True)
