"""Which permissions of files say something of the file, and which of the machine it lies on."""

from __future__ import annotations

import os
import stat

from msgspec.structs import replace

from modelcompose.store.content import Entry, Tree

USUAL = frozenset(full & ~mask for full in (0o666, 0o777) for mask in (0, 0o002, 0o022))
"""What a umask gives that lets everybody read: nobody who checks it out opens it any wider.

Those of a narrower umask, such as 600, are recorded: whoever reads the file elsewhere must not be
more than could read it here.
"""


def usual_mode(mode: int) -> bool:
    """Whether permissions are those that creating a file gives under an open umask."""
    return stat.S_IMODE(mode) in USUAL


def is_umask_usual() -> bool:
    """Whether the files that this process creates have permissions that are not recorded."""
    return 0o666 & ~_umask() in USUAL


def as_created(tree: Tree, like: Tree) -> Tree:
    """Give a listing without those permissions that this process's umask gave, not the version.

    Under a narrow umask, a checkout of files without permissions of their own makes them narrow.
    They are still what the version says, and so is a file that was edited since.

    Args:
        tree: what lies there.
        like: the version.
    """
    mask = _umask()
    if 0o666 & ~mask in USUAL:
        return tree
    plain = {entry.path: entry.executable for entry in like.entries if entry.mode is None}

    def settled(entry: Entry) -> Entry:
        full = 0o777 if entry.executable else 0o666
        is_ours = entry.mode == full & ~mask and plain.get(entry.path) == entry.executable
        return replace(entry, mode=None) if is_ours else entry

    return Tree(tuple(map(settled, tree.entries)), tree.empty_folders)


def _umask() -> int:
    mask = os.umask(0o077)  # which alone tells it; what is created meanwhile is the narrower
    os.umask(mask)
    return mask
