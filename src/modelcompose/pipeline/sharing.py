"""A project folder that several users write: what one of them makes there is open to the others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from modelcompose.errors import StoreError
from modelcompose.store.permissions import access_hint, printable, user_name

_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def follow_sharing(project: Path) -> None:
    """Let others write what this process makes from now on, as far as they may the project folder.

    Only the umask can do that for all of it: workspaces, journals, caches and outputs. Where
    new files belong to the folder's group (its setgid bit), its members then share the project.
    """
    try:
        mode = project.stat().st_mode
    except OSError:
        return  # what makes use of the folder says so
    if mode & stat.S_ISVTX:
        return  # as /tmp: open to all, to have something of one's own there
    umask = os.umask(0o077)
    os.umask(umask & ~(mode & _OTHERS))


def refuse_locked(project: Path, state: Path) -> None:
    """Make sure that this user may change the project's state folder, or may make it.

    Raises:
        StoreError: it is closed to them; names the command that opens it.
    """
    folder = state if state.exists() else project
    if os.access(folder, os.W_OK | os.X_OK) or os.statvfs(folder).f_flag & os.ST_RDONLY:
        return
    raise StoreError(
        f"{printable(folder)}: steps keep their state {'here' if folder == state else 'in it'}, "
        f"and {user_name(os.geteuid())} may not write there: permission denied",
        hint=access_hint(project),  # what the steps wrote will be no more open
    )
