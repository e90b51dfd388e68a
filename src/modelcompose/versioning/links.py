"""Symbolic links in versions of data: kept as links, and never out of the folder."""

from __future__ import annotations

import posixpath
from collections.abc import Collection

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
    links = {entry.path for entry in tree.entries if entry.link is not None}
    for entry in tree.entries:
        if entry.link is not None and _leads_out(posixpath.dirname(entry.path), entry.link, links):
            raise StoreError(
                f"{printable(path)}/{printable(entry.path)}: is a symbolic link to"
                f" {printable(entry.link)}, outside of the data: it would lead nowhere elsewhere",
                hint="put what it leads to into the folder, or remove the link",
            )


def _leads_out(folder: str, link: str, links: Collection[str]) -> bool:
    """Whether a link may lead out of the folder that it lies in.

    `..` after another link is one step up from where that one leads, which no text tells.
    """
    if link.startswith("/"):
        return True
    at = folder.split("/") if folder else []
    is_followed = False
    for part in link.split("/"):
        if part == "..":
            if is_followed or not at:
                return True
            at.pop()
        elif part not in ("", "."):
            at.append(part)
            is_followed = is_followed or "/".join(at) in links
    return False
