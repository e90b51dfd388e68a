"""Symbolic links in versions of data: kept as links, and never out of the folder."""

from __future__ import annotations

import posixpath

from modelcompose.errors import StoreError
from modelcompose.store.content import Tree
from modelcompose.store.failures import printable


def check_links(path: str, tree: Tree) -> None:
    """Make sure that every link of a listing leads to a place inside its folder.

    Args:
        path: where the folder is, for the message.
        tree: its listing.

    Raises:
        StoreError: names the first link that leads out.
    """
    for entry in tree.entries:
        if entry.link is None:
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), entry.link))
        if entry.link.startswith("/") or target == ".." or target.startswith("../"):
            raise StoreError(
                f"{printable(path)}/{printable(entry.path)}: is a symbolic link to"
                f" {printable(entry.link)}, outside of the data: it would lead nowhere elsewhere",
                hint="put what it leads to into the folder, or remove the link",
            )
