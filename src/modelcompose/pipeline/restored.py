"""Content inside a folder that the store holds, without bringing the folder back."""

from __future__ import annotations

from modelcompose.store.content import Content
from modelcompose.store.parts import find_in
from modelcompose.store.store import Store


def content_within(store: Store, folder: Content, inner: str) -> Content | None:
    """Give the content at a path inside stored content; an empty path is the content itself."""
    if not inner:
        return folder
    if folder.kind != "folder":
        return None
    return find_in(store.tree(folder.digest), inner)
