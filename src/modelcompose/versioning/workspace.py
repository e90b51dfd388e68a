"""The versioned data of one project: added, looked at, brought back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Literal, Self

from msgspec import Struct

from modelcompose.compose.project import Project
from modelcompose.errors import ContentMissing, NotFound, UsageError
from modelcompose.pipeline.lock import FILE_NAME, Lock, read_lock, write_lock
from modelcompose.pipeline.project_lock import project_lock
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.store.content import Content, Tree
from modelcompose.store.exchange import recover
from modelcompose.store.replacing import Replacing
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning.changes import Change, as_tree, tree_changes
from modelcompose.versioning.gitignore import ignore, unignore
from modelcompose.versioning.links import check_links
from modelcompose.versioning.needed import remember_project
from modelcompose.versioning.paths import check_new, outermost_known

State = Literal["fresh", "modified", "missing", "new"]


class Standing(Struct, frozen=True):
    """How a versioned path stands to its version."""

    path: str
    state: State
    """`new`: declared in `x-ml.data`, and not yet added."""
    locked: Content | None
    present: Content | None
    changes: tuple[Change, ...] = ()
    """What differs, where the listing of the version is at hand."""


class Added(Struct, frozen=True):
    """What adding a path did."""

    path: str
    content: Content
    before: Content | None
    changes: tuple[Change, ...]
    is_ignored: bool
    """Whether a line for it was written to `.gitignore`."""


class DataWorkspace:
    """The data of a project, for one command."""

    def __init__(self, project: Project, store: Store) -> None:
        self.project = project
        self.root = project.directory
        self.store = store
        self.folder = StateFolder(project.directory)
        self.states = FileStates(self.folder.states)
        self.lock_path = project.directory / FILE_NAME
        self.lock = read_lock(self.lock_path, self.states)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.states.close()

    @contextmanager
    def held(self, command: str, waiting: Callable[[str], None]) -> Iterator[None]:
        """Hold the project for a change; what an interrupted command left is finished first.

        Raises:
            StoreError: the project cannot be written to.
        """
        self.folder.make()
        with project_lock(self.folder.path, command, wait=True, waiting=waiting):
            recover(self.root, self.folder.journals)
            self.lock = read_lock(self.lock_path, self.states)
            yield

    @property
    def _replacing(self) -> Replacing:
        return Replacing(
            self.root,
            store=self.store,
            states=self.states,
            staging=self.folder.work,
            journals=self.folder.journals,
        )

    @property
    def declared(self) -> tuple[str, ...]:
        """Give the paths of `x-ml.data`."""
        return tuple(item.path for item in self.project.data)

    @property
    def known(self) -> list[str]:
        """Give every path that is versioned or declared to be."""
        return sorted({*self.lock.data, *self.declared})

    def add(self, path: str) -> Added:
        """Make what lies at a path its version; a path inside a versioned folder means that one.

        The lock is written; the caller holds the project.

        Raises:
            UsageError: the path cannot be versioned.
            NotFound: nothing is there.
            StoreError: it cannot be read or kept.
        """
        path = outermost_known(path, self.known) or path
        check_new(self.project, path, self.known)
        if not os.path.lexists(self.root / path):
            raise NotFound(f"{path}: no such file or folder", hint="see what is there: ls")
        if (self.root / path).is_symlink():
            raise UsageError(
                f"{path}: is a symbolic link; data is versioned where it lies",
                hint="name the folder itself, or put the data in the link's place",
            )
        is_ignored = ignore(self.root, path)
        content, tree = self.store.add(self.root / path, self.states)
        if tree is not None:
            check_links(path, tree)
        before = self.lock.data.get(path)
        changes = self._changes(path, before, content, tree)
        self.record(path, content)
        return Added(path, content, before, tuple(changes or ()), is_ignored)

    def standing(self, path: str) -> Standing:
        """Tell how a versioned path stands.

        Raises:
            StoreError: something there cannot be read.
        """
        locked = self.lock.data.get(path)
        if locked is None:
            return Standing(path, "new", None, self.states.look(self.root / path, modes=True))
        present, tree = self.states.differs(self.root / path, locked)
        if present is None:
            return Standing(path, "missing", locked, None)
        if present == locked:
            return Standing(path, "fresh", locked, present)
        changes = self._changes(path, locked, present, tree)
        return Standing(path, "modified", locked, present, tuple(changes or ()))

    def tree(self, content: Content) -> Tree | None:
        """Give a folder's listing out of the store; None for a file."""
        return self.store.tree(content.digest) if content.kind == "folder" else None

    def checkout(self, path: str, content: Content) -> tuple[int, str | None]:
        """Make a path hold a version; the caller holds the project.

        Returns:
            How many files were written, and the digest under which the store keeps what was
            there before, where that was no version that the lock knows.

        Raises:
            ContentMissing: the store does not hold all of the version.
            StoreError: the project cannot be written to.
        """
        tree = self.tree(content)
        if tree is not None:
            check_links(path, tree)
        kept = self._keep_edits(path, content)
        count = self._replacing.replace(path, content, tree)
        return count, kept

    def bring(self, path: str, content: Content, within: str | None = None) -> int | None:
        """Put what the lock names into place, unless it was changed here.

        Args:
            path: of the project.
            content: what the store holds of it.
            within: a path inside of it, which alone is put into place.

        Returns:
            How many files were written; None where something else is there.

        Raises:
            ContentMissing: the store does not hold it.
            StoreError: the project cannot be written to.
        """
        if within is not None:
            return self._replacing.place_missing(path, self.store.tree(content.digest), within)
        if self.is_there(path, content):
            return 0
        found = self.states.look(self.root / path, modes=True)
        if found is None:
            return self.checkout(path, content)[0]
        tree = self.tree(content)
        if tree is None or not self._is_part(path, found, tree):
            return None
        check_links(path, tree)
        return self._replacing.place_missing(path, tree)

    def is_there(self, path: str, content: Content) -> bool:
        """Whether a path holds a content, be it with or without unusual permissions."""
        target = self.root / path
        return self.states.look(target, modes=True) == content or (
            target.is_dir() and self.states.look(target) == content
        )

    def _is_part(self, path: str, found: Content, tree: Tree) -> bool:
        """Whether all that is there is of the version, as after a pull of a part of it."""
        if found.kind != "folder":
            return False
        whole = {(entry.path, entry.digest) for entry in tree.entries}
        there = self.states.tree(self.root / path, modes=True)
        return all((entry.path, entry.digest) in whole for entry in there.entries)

    def record(self, path: str, content: Content | None) -> None:
        """Write a version into the lock, or take it out."""
        self.lock = self.lock.with_data(path, content)
        write_lock(self.lock_path, self.lock)
        remember_project(self.store, self.root)

    def remove(self, path: str) -> None:
        """End the versioning of a path; the files stay. The caller holds the project."""
        self.record(path, None)
        unignore(self.root, path)

    def compare(
        self, old: Mapping[str, Content], new: Mapping[str, Content | None], paths: Sequence[str]
    ) -> dict[str, list[Change] | None]:
        """Compare two sets of versions; None where the listing of one is not in the store."""
        return {path: self._between(path, old.get(path), new.get(path)) for path in paths}

    def present(self, paths: Sequence[str]) -> dict[str, Content | None]:
        """Look at what lies at paths now."""
        return {path: self.states.look(self.root / path, modes=True) for path in paths}

    def _between(self, path: str, old: Content | None, new: Content | None) -> list[Change] | None:
        if old == new:
            return []
        try:
            trees = [self._listing(path, content) for content in (old, new)]
        except ContentMissing:
            return None
        return tree_changes(as_tree(path, old, trees[0]), as_tree(path, new, trees[1]))

    def _listing(self, path: str, content: Content | None) -> Tree | None:
        if content is None or content.kind != "folder":
            return None
        if self.store.has(content.digest):
            return self.store.tree(content.digest)
        found, there = self.states.read_tree(self.root / path, modes=True)
        if there != content:
            raise ContentMissing(f"{path}: the listing of {content.digest} is not here")
        return found

    def _changes(
        self, path: str, old: Content | None, new: Content, tree: Tree | None
    ) -> list[Change] | None:
        if old is None or old == new:
            return []
        if not (old.kind == "file" or self.store.has(old.digest)):
            return None
        return tree_changes(as_tree(path, old, self.tree(old)), as_tree(path, new, tree))

    def _keep_edits(self, path: str, wanted: Content) -> str | None:
        target = self.root / path
        if not os.path.lexists(target):
            return None
        found = self.states.look(target, modes=True)
        known = (wanted, self.lock.data.get(path))
        if found is None or found in known:
            return None
        self.store.add(target, self.states)
        return found.digest


def lock_with(lock: Lock, versions: Mapping[str, Content]) -> Lock:
    """Give a lock in which these paths hold these versions."""
    for path, content in versions.items():
        lock = lock.with_data(path, content)
    return lock
