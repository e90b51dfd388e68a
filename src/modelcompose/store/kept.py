"""Content that is known by its digest alone."""

from __future__ import annotations

from modelcompose.errors import ContentCorrupt
from modelcompose.store.content import Content
from modelcompose.store.digests import decode_tree
from modelcompose.store.looking import tree_content
from modelcompose.store.store import Store

_LARGEST_LISTING_BYTES = 1 << 30


def kept_content(store: Store, digest: str) -> Content:
    """Give the content of a digest: a folder where its bytes are a listing, else a file.

    Raises:
        ContentMissing: the store does not hold it.
    """
    path = store.blob_path(digest)
    size = path.stat().st_size if path.exists() else len(store.read(digest))
    if size <= _LARGEST_LISTING_BYTES:
        try:
            return tree_content(decode_tree(store.read(digest)))
        except ContentCorrupt:
            pass
    return Content("file", digest, size)
