"""Reading versions of data through, to see that every byte is what it was."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.content import Content
from modelcompose.store.store import Store


class Fault(Struct, frozen=True):
    """Something that is damaged or missing."""

    path: str
    text: str


def faults(store: Store, path: str, content: Content) -> list[Fault]:
    """Read all that a version names; give what is wrong, each file by its path.

    Raises:
        StoreError: the disk fails.
    """
    found = list(_checked(store, [(path, content.digest)]))
    if found or content.kind != "folder":
        return found
    tree = store.tree(content.digest)
    files = {entry.digest: entry.path for entry in tree.entries if entry.link is None}
    return list(_checked(store, ((f"{path}/{inner}", digest) for digest, inner in files.items())))


def _checked(store: Store, wanted: Iterable[tuple[str, str]]) -> Iterable[Fault]:
    for path, digest in wanted:
        try:
            store.verify(digest)
        except ContentCorrupt:
            yield Fault(path, f"damaged: {digest} was set aside")
        except ContentMissing:
            yield Fault(path, f"missing: the store holds no {digest}")
