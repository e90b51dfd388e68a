"""The code that a run sees: where git stands, and the files themselves, kept in the store."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from modelcompose.errors import StorageFull, StoreError
from modelcompose.store.states import FileStates, Skip
from modelcompose.store.store import Store
from modelcompose.tracking.git import GitState, git_state
from modelcompose.tracking.run import Code

LARGEST_FILE_BYTES = 5_000_000
"""A larger file is data, not code."""

NO_CODE = frozenset({".ml", ".git", ".env", ".venv", "venv", "node_modules", "__pycache__"})
"""Names of files and folders that are never code."""
_WITH_PASSWORD = re.compile(r"^(?:(https?://)[^/@]+|(\w+://)[^/@:]+:[^/@]*)@")


def code_state(folder: Path, states: FileStates, store: Store, *, skip: Skip | None = None) -> Code:
    """Tell where the code of a project stands, and keep it in the store.

    The code is every file that git tracks or does not ignore; without git, every file outside of
    folders such as `.venv`. Left out are `.env`, which may hold secrets, files over
    `LARGEST_FILE_BYTES`, and what cannot be read.

    Args:
        folder: the project folder; it may lie anywhere in a git repository.
        states: what is known of the project's files.
        store: where the code is kept.
        skip: tells which paths are no code, such as what steps write.

    Returns:
        The state; `tree` is None when files changed while they were read.

    Raises:
        StorageFull: the store's disk is full.
    """
    folder = Path(os.path.normpath(folder.absolute()))  # as paths are shown to `skip`
    git = git_state(folder)
    leave_out = _selection(folder, git, skip)
    tree = _kept(folder, states, store, leave_out)
    if git is None:
        return Code(tree=tree)
    return Code(
        tree=tree,
        commit=git.commit,
        branch=git.branch,
        is_dirty=git.is_dirty,
        remote=None if git.remote is None else without_credentials(git.remote),
    )


def without_credentials(url: str) -> str:
    """Give a remote's URL with a password or a token in it masked."""
    return _WITH_PASSWORD.sub(lambda match: f"{match[1] or match[2]}***@", url)


def _kept(folder: Path, states: FileStates, store: Store, leave_out: Skip) -> str | None:
    try:
        content = states.look(folder, skip=leave_out)
        if content is None:
            return None
        store.put(folder, content, states, skip=leave_out)
    except StorageFull:
        raise
    except StoreError:  # somebody writes there at this very moment: the run matters more
        return None
    return content.digest


def _selection(folder: Path, git: GitState | None, skip: Skip | None) -> Skip:
    wanted = _with_parents(folder, git.files) if git is not None and git.files else None

    def leave_out(path: Path) -> bool:
        if wanted is not None and os.fspath(path) not in wanted:
            return True
        return path.name in NO_CODE or (skip is not None and skip(path)) or not _is_readable(path)

    return leave_out


def _with_parents(folder: Path, files: frozenset[str]) -> frozenset[str]:
    root = os.fspath(folder)
    paths = {""}
    for file in files:
        path = file
        while path not in paths:
            paths.add(path)
            path = path.rpartition("/")[0]
    return frozenset(f"{root}/{path}" for path in paths)


def _is_readable(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    if stat.S_ISLNK(status.st_mode):
        return True
    if stat.S_ISDIR(status.st_mode):
        return os.access(path, os.R_OK | os.X_OK)
    is_small = stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_FILE_BYTES
    return is_small and os.access(path, os.R_OK)
