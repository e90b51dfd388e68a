"""Content inside a folder that the store holds, without bringing the folder back."""

from __future__ import annotations

from modelcompose.store.content import Content, Tree
from modelcompose.store.digests import digest_bytes, encode_tree
from modelcompose.store.store import Store


def content_within(store: Store, folder: Content, inner: str) -> Content | None:
    """Give the content at a path inside stored content; an empty path is the content itself."""
    if not inner:
        return folder
    if folder.kind != "folder":
        return None
    return _find(store.tree(folder.digest), inner)


def _find(tree: Tree, inner: str) -> Content | None:
    prefix = inner + "/"
    entries = []
    for entry in tree.entries:
        if entry.path == inner and entry.link is None:
            return Content("file", entry.digest, entry.size_bytes, executable=entry.executable)
        if entry.path.startswith(prefix):
            entries.append(entry)
    empty = tuple(
        path[len(prefix) :]
        for path in tree.empty_folders
        if path.startswith(prefix) and path != prefix
    )
    if not entries and prefix not in tree.empty_folders and not empty:
        return None
    from msgspec.structs import replace

    inside = Tree(tuple(replace(e, path=e.path[len(prefix) :]) for e in entries), empty)
    size = sum(entry.size_bytes for entry in entries)
    return Content("folder", digest_bytes(encode_tree(inside)), size, files=len(entries))
