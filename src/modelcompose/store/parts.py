"""What lies at a path inside of a listed folder, without bringing the folder back."""

from __future__ import annotations

from modelcompose.store.content import Content, Tree
from modelcompose.store.looking import tree_content
from modelcompose.store.store import Store


def tree_within(tree: Tree, inner: str) -> Tree:
    """Give the listing of a folder inside a listed one; an empty one where it is none."""
    from msgspec.structs import replace

    prefix = inner + "/"
    entries = tuple(
        replace(entry, path=entry.path[len(prefix) :])
        for entry in tree.entries
        if entry.path.startswith(prefix)
    )
    empty = tuple(
        path[len(prefix) :]
        for path in tree.empty_folders
        if path.startswith(prefix) and path != prefix
    )
    return Tree(entries, empty)


def find_in(tree: Tree, inner: str) -> Content | None:
    """Give the content at a path of a listing; an empty path is the whole."""
    if not inner:
        return tree_content(tree)
    for entry in tree.entries:
        if entry.path == inner and entry.link is None:
            return Content("file", entry.digest, entry.size_bytes, executable=entry.executable)
    inside = tree_within(tree, inner)
    if inside == Tree(()) and f"{inner}/" not in tree.empty_folders:
        return None
    return tree_content(inside)


def part_of(store: Store, tree: Tree, inner: str) -> Content | None:
    """Give the content at a path inside of a folder, its listing kept; None where none is."""
    found = find_in(tree, inner)
    if found is not None and found.kind == "folder":
        store.put_tree(tree_within(tree, inner))
    return found
