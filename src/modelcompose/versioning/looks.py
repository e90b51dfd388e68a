"""Looks at what lies at paths of a project, to compare it with versions."""

from __future__ import annotations

from pathlib import Path

from modelcompose.store.content import Content, Tree
from modelcompose.store.modes import is_umask_usual
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning.changes import Change, as_tree, tree_changes


class Looks:
    """What lies in a project, and which version it is, or is a part of."""

    def __init__(self, root: Path, store: Store, states: FileStates) -> None:
        self._root = root
        self._store = store
        self._states = states

    def look(self, path: str, version: Content | None) -> Content | None:
        """Give what lies at a path, to be compared with a version.

        Raises:
            StoreError: it cannot be read.
        """
        target = self._root / path
        found = self._states.look(target, modes=True)
        if found is None or found == version or found.kind == "file":
            return found
        like = self.like(version)
        return found if like is None else self._states.read_tree(target, modes=True, like=like)[1]

    def like(self, version: Content | None) -> Tree | None:
        """Give a version's listing where the umask leaves permissions that it may not have."""
        return None if is_umask_usual() else self._listing(version)

    def changes(
        self, path: str, old: Content | None, new: Content, tree: Tree | None
    ) -> list[Change] | None:
        """Give what differs from an old version; None where its listing is not at hand."""
        if old is None or old == new:
            return []
        listing = self._listing(old)
        if old.kind == "folder" and listing is None:
            return None
        return tree_changes(as_tree(path, old, listing), as_tree(path, new, tree))

    def is_kept(self, path: str, found: Content) -> bool:
        """Whether the store holds all that is there, as of the version of another branch."""
        if found.kind != "folder":
            return self._store.holds(found)
        entries = self._states.tree(self._root / path, modes=True).entries
        return not self._store.lacking(entries)

    def is_part(self, path: str, found: Content, tree: Tree) -> bool:
        """Whether all that is there is of the version, as after a pull of a part of it."""
        if found.kind != "folder":
            return False
        whole = {(entry.path, entry.digest) for entry in tree.entries}
        there = self._states.tree(self._root / path, modes=True)
        return all((entry.path, entry.digest) in whole for entry in there.entries)

    def _listing(self, version: Content | None) -> Tree | None:
        """Give a version's listing, where it is a folder and the listing is at hand."""
        if version is None or version.kind == "file" or not self._store.has(version.digest):
            return None
        return self._store.tree(version.digest)
