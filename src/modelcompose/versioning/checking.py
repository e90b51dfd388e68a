"""Reading versions of data through, to see that every byte is what it was."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.content import Content
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.store import Store


class Fault(Struct, frozen=True):
    """Something that is damaged or missing."""

    path: str
    text: str


def faults(
    store: Store, path: str, content: Content, progress: Progress | None = None
) -> list[Fault]:
    """Read all that a version names; give what is wrong, each file by its path.

    Args:
        store: what is checked.
        path: what holds the version.
        content: the version.
        progress: told of each file.

    Raises:
        StoreError: the disk fails.
    """
    progress = progress or Progress()
    progress.expect(1, content.size_bytes)
    found = _checked(store, path, content.digest)
    if found or content.kind != "folder":
        progress.done(1, content.size_bytes)
        return found
    read: set[str] = set()
    for entry in store.tree(content.digest).entries:
        if entry.link is None and entry.digest not in read:
            found += _checked(store, f"{path}/{entry.path}", entry.digest)
            read.add(entry.digest)
        progress.done(0, entry.size_bytes)
    return found


def _checked(store: Store, path: str, digest: str) -> list[Fault]:
    try:
        store.verify(digest)
    except ContentCorrupt:
        return [Fault(path, f"damaged: {digest} was set aside")]
    except ContentMissing:
        return [Fault(path, f"missing: the store holds no {digest}")]
    return []
