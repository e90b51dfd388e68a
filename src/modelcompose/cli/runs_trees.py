"""Listings of folders that runs refer to, from the store."""

from __future__ import annotations

from modelcompose.database.home import home_folder
from modelcompose.errors import StoreError
from modelcompose.store.content import Tree
from modelcompose.store.store import Store


def listing(digest: str) -> Tree | None:
    """Give a folder's listing; None for what is no folder or no longer in the store."""
    try:
        return Store(home_folder() / "store").tree(digest)
    except StoreError:
        return None
