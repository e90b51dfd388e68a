"""How two versions that DVC tracks differ. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from modelcompose.store.content import Entry, Tree
from modelcompose.versioning.changes import Change, tree_changes
from modelcompose.versioning.dvc.looking import Listed

_UNKNOWN = -1
"""The size of a file of which DVC's listing alone is here: it tells none."""


def changed_files(old: Mapping[str, Listed], new: Mapping[str, Listed]) -> list[Change]:
    """Give what became of each file, sorted by path."""
    sizes = {
        file.md5: file.size_bytes
        for file in (*old.values(), *new.values())
        if file.size_bytes is not None
    }
    return [_told(change) for change in tree_changes(_tree(old, sizes), _tree(new, sizes))]


def _tree(files: Mapping[str, Listed], sizes: Mapping[str, int]) -> Tree:
    return Tree(
        tuple(
            Entry(path, files[path].md5, sizes.get(files[path].md5, _UNKNOWN))
            for path in sorted(files)
        )
    )


def _told(change: Change) -> Change:
    old, new = change.old_size_bytes, change.new_size_bytes
    return replace(
        change,
        old_size_bytes=None if old == _UNKNOWN else old,
        new_size_bytes=None if new == _UNKNOWN else new,
    )
