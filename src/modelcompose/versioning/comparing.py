"""How two sets of versions differ, file by file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modelcompose.compose.project import is_volume
from modelcompose.errors import ContentMissing
from modelcompose.store.content import Content, Tree
from modelcompose.versioning.changes import Change, as_tree, tree_changes
from modelcompose.versioning.table_changes import TableReader
from modelcompose.versioning.workspace import DataWorkspace


def compare(
    workspace: DataWorkspace,
    old: Mapping[str, Content],
    new: Mapping[str, Content | None],
    paths: Sequence[str],
    tables: TableReader | None = None,
) -> dict[str, list[Change] | None]:
    """Compare two sets of versions; None where the listing of one is nowhere to be found.

    Args:
        workspace: whose they are.
        old: versions by their paths.
        new: what they are compared with.
        paths: those that are wanted.
        tables: looks into tables that changed, where that is wanted.

    Raises:
        StoreError: something cannot be read.
    """
    return {path: _between(workspace, path, old.get(path), new.get(path), tables) for path in paths}


def _between(
    workspace: DataWorkspace,
    path: str,
    old: Content | None,
    new: Content | None,
    tables: TableReader | None,
) -> list[Change] | None:
    if old == new:
        return []
    try:
        before = as_tree(path, old, _listing(workspace, path, old))
        after = as_tree(path, new, _listing(workspace, path, new))
    except ContentMissing:
        return None
    changes = tree_changes(before, after)
    if tables is None:
        return changes
    return tables.look_into(changes, before, after, workspace.root / path)


def _listing(workspace: DataWorkspace, path: str, content: Content | None) -> Tree | None:
    if content is None or content.kind != "folder":
        return None
    try:
        return workspace.store.tree(content.digest)
    except ContentMissing:
        if is_volume(path) and (listed := workspace.volumes.listing(path, content)) is not None:
            return listed
        target = workspace.root / path
        if target.is_dir():
            found, there = workspace.states.read_tree(target, modes=True)
            if there == content:
                return found
        raise
