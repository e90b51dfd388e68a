"""The versioned data of one project: added, looked at, brought back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from modelcompose.compose.project import Project, is_volume
from modelcompose.errors import NotFound, UsageError
from modelcompose.pipeline.lock import FILE_NAME, Lock, read_lock, write_lock
from modelcompose.pipeline.project_lock import project_lock
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.pipeline.stored_data import is_vacant
from modelcompose.store.content import Content, Tree
from modelcompose.store.exchange import recover
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.replacing import Replacing
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.store.views import Views
from modelcompose.versioning.gitignore import ignore, unignore
from modelcompose.versioning.history import names_lately
from modelcompose.versioning.links import check_links
from modelcompose.versioning.looks import Looks
from modelcompose.versioning.partial import Partial
from modelcompose.versioning.paths import check_new, outermost_known
from modelcompose.versioning.remembered import remember
from modelcompose.versioning.standing import Added, Standing, State
from modelcompose.versioning.stored import clear_withdrawn, leave_place, withdraw
from modelcompose.versioning.volumes import DataVolumes

__all__ = ["Added", "DataWorkspace", "Standing", "lock_with"]

if TYPE_CHECKING:
    from modelcompose.versioning.dvc.reading import DvcProject


class DataWorkspace:
    """The data of a project, for one command."""

    def __init__(self, project: Project, store: Store) -> None:
        self.project = project
        self.root = project.directory
        self.store = store
        self.folder = StateFolder(project.directory)
        self.states = FileStates(self.folder.states)
        self.looks = Looks(self.root, store, self.states)
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
        if (dvc := self.__dict__.get("dvc")) is not None:
            dvc.close()
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
            clear_withdrawn(self.folder.work)
            self.lock = read_lock(self.lock_path, self.states)
            remember(self.store, self.root)
            yield

    def _is_stored(self, path: str) -> bool:
        """Whether a path's data is to lie in the store alone."""
        return self._link(path) == "mount"

    def _link(self, path: str) -> Literal["copy", "reflink", "hardlink", "mount"] | None:
        return next((item.link for item in self.project.data if item.path == path), None)

    def _withdraw(self, path: str, content: Content) -> None:
        withdraw(
            self.root / path,
            content,
            store=self.store,
            states=self.states,
            staging=self.folder.work,
        )

    def _replacing(self, path: str) -> Replacing:
        link = self._link(path)
        return Replacing(
            self.root,
            store=self.store,
            states=self.states,
            staging=self.folder.work,
            journals=self.folder.journals,
            link=None if link == "mount" else link,
        )

    @property
    def declared(self) -> tuple[str, ...]:
        """Give the paths of `x-ml.data`, and the volumes that are datasets."""
        paths = tuple(item.path for item in self.project.data)
        return (*paths, *self.volumes.declared) if self.project.datasets else paths

    @cached_property
    def partial(self) -> Partial:
        """Give what knows which folders were pulled in part."""
        return Partial(self.states)

    @cached_property
    def volumes(self) -> DataVolumes:
        """Give what looks at volumes, which begin with `volume:` among the paths."""
        return DataVolumes(self)

    def is_present(self, path: str) -> bool:
        """Whether anything lies at a path, or in a volume."""
        if is_volume(path):
            return self.volumes.volumes.look(path) is not None
        return (self.root / path).exists()

    @property
    def known(self) -> list[str]:
        """Give every path that is versioned or declared to be."""
        return sorted({*self.lock.data, *self.declared})

    @cached_property
    def dvc(self) -> DvcProject | None:
        """Give what DVC tracks besides; None in a project that is not DVC's, too."""
        if not os.path.isdir(self.root / ".dvc"):  # noqa: PTH112 - asked by every command
            return None
        from modelcompose.versioning.dvc.reading import of_workspace

        return of_workspace(self)

    @property
    def all_known(self) -> list[str]:
        """Give every path that is versioned, by us or by DVC; errors as for `dvc.tracked`."""
        return self.known if self.dvc is None else sorted({*self.known, *self.dvc.tracked})

    def add(self, path: str, progress: Progress | None = None, *, is_forced: bool = False) -> Added:
        """Make what lies at a path its version; a path inside a versioned folder means that one.

        The lock is written; the caller holds the project.

        Args:
            path: of the project.
            progress: told of what must be read, and of what was.
            is_forced: whether files that were never pulled are left out of the version.

        Raises:
            UsageError: the path cannot be versioned.
            NotFound: nothing is there.
            StoreError: it cannot be read or kept.
        """
        path = outermost_known(path, self.known) or path
        check_new(self.project, path, self.known)
        if is_volume(path):
            return self.volumes.add(path)
        if (kept := self._kept(path)) is not None:
            return Added(path, kept, kept, (), is_ignored=False, is_stored=True)
        if not os.path.lexists(self.root / path):
            raise NotFound(f"{path}: no such file or folder", hint="see what is there: ls")
        if (self.root / path).is_symlink():
            raise UsageError(
                f"{path}: is a symbolic link; data is versioned where it lies",
                hint="name the folder itself, or put the data in the link's place",
            )
        if path in self.partial and not is_forced:
            self.partial.check(path, self._standing(path).changes)
        is_ignored = ignore(self.root, path)
        before = self.lock.data.get(path)
        content, tree = self.store.add(
            self.root / path, self.states, progress, self.looks.like(before)
        )
        if tree is not None:
            check_links(path, tree)
        changes = self.looks.changes(path, before, content, tree)
        self.record(path, content)
        self.partial.end(path)
        is_stored = self._is_stored(path)
        if is_stored:
            self._withdraw(path, content)
        return Added(path, content, before, tuple(changes or ()), is_ignored, is_stored)

    def _kept(self, path: str) -> Content | None:
        """Give the version of data that lies in the store alone, and nowhere else."""
        locked = self.lock.data.get(path)
        if locked is None or not self._is_stored(path) or not is_vacant(self.root / path):
            return None
        return locked

    def standing(self, path: str) -> Standing:
        """Tell how a versioned path stands.

        Raises:
            StoreError: something there cannot be read.
        """
        if path not in self.lock.data and self.dvc is not None and path in self.dvc.tracked:
            from modelcompose.versioning.dvc.working import standing

            return standing(self.dvc, self.dvc.tracked[path])
        return self._standing(path)

    def _standing(self, path: str) -> Standing:
        if is_volume(path):
            return self.volumes.standing(path)
        locked = self.lock.data.get(path)
        if locked is None:
            return Standing(path, "new", None, self.states.look(self.root / path, modes=True))
        if self._kept(path) is not None:
            return self._standing_stored(path, locked)
        present, tree = self.states.differs(
            self.root / path, locked, lambda: self.looks.like(locked)
        )
        if present is None or present == locked:
            self.partial.end(path)
            state: State = "missing" if present is None else "fresh"
            return Standing(path, state, locked, present)
        changes = tuple(self.looks.changes(path, locked, present, tree) or ())
        state = "partial" if self.partial.only_lacks(path, changes) else "modified"
        return Standing(path, state, locked, present, changes)

    def _standing_stored(self, path: str, locked: Content) -> Standing:
        if self.store.holds(locked):
            return Standing(path, "fresh", locked, locked, is_stored=True)
        return Standing(path, "missing", locked, None, is_stored=True)

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
        if is_volume(path):
            return self.volumes.checkout(path, content)
        tree = self.tree(content)
        if tree is not None:
            check_links(path, tree)
        kept = self._keep_edits(path, content)
        if self._is_stored(path):
            self._leave(path, content)
            return 0, kept
        count = self._replacing(path).replace(path, content, tree)
        self.partial.end(path)
        return count, kept

    def _leave(self, path: str, content: Content) -> None:
        """Have a version lie in the store alone; what is at its place is kept there already.

        Raises:
            ContentMissing: the store does not hold all of it.
        """
        Views(self.store).path(content, is_linked=True)
        target = self.root / path
        if is_vacant(target):
            leave_place(target, content)
            return
        there = self.states.look(target, modes=True)
        if there is not None:
            if not self.store.holds(there):
                self.store.add(target, self.states)
            self._withdraw(path, there)

    def bring(self, path: str, content: Content, within: str | None = None) -> int | None:
        """Put what the lock names into place, unless something is there that no version has.

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
        if is_volume(path):
            return self.volumes.bring(path, content, within)
        if within is not None:
            whole = self.store.tree(content.digest)
            check_links(path, whole)
            is_first = is_vacant(self.root / path)
            placed = self._replacing(path).place_missing(path, whole, within)
            if placed and is_first:
                self.partial.begin(path)
            return placed
        if self.is_there(path, content):
            return 0
        if self._is_stored(path) and is_vacant(self.root / path):
            self._leave(path, content)
            return 0
        found = self.looks.look(path, content)
        if found is None:
            return self.checkout(path, content)[0]
        return self._bring_over(path, content, found)

    def _bring_over(self, path: str, content: Content, found: Content) -> int | None:
        """Do as `bring` where something else is there: a part of it, or another version."""
        tree = self.tree(content)
        is_part = tree is not None and self.looks.is_part(path, found, tree)
        if not is_part and self.looks.is_kept(path, found):
            return self.checkout(path, content)[0]
        if tree is None or not (is_part or path in self.partial):
            return None
        check_links(path, tree)
        count = self._replacing(path).place_missing(path, tree, is_rest=not is_part)
        self.partial.end(path)
        return count

    def place_part(self, path: str, tree: Tree, within: str) -> int | None:
        """Do as `bring` with a part of a folder, of which that part's listing alone is known."""
        check_links(path, tree)
        return self._replacing(path).place_missing(path, tree, within)

    def is_there(self, path: str, content: Content) -> bool:
        """Whether a path holds a content, be it with or without unusual permissions."""
        if is_volume(path):
            return self.volumes.volumes.look(path) == content
        target = self.root / path
        if self._is_stored(path) and is_vacant(target):
            return target.exists() == (content.kind == "folder") and self.store.holds(content)
        return self.looks.look(path, content) == content or (
            target.is_dir() and self.states.look(target) == content
        )

    def record(self, path: str, content: Content | None) -> None:
        """Write a version into the lock, or take it out."""
        self.lock = self.lock.with_data(path, content)
        write_lock(self.lock_path, self.lock)
        remember(self.store, self.root)

    def remove(self, path: str) -> None:
        """End the versioning of a path; the files stay. The caller holds the project."""
        self.record(path, None)
        unignore(self.root, path)

    def present(self, paths: Sequence[str]) -> dict[str, Content | None]:
        """Look at what lies at paths now."""
        return {path: self._present(path) for path in paths}

    def _present(self, path: str) -> Content | None:
        if is_volume(path):
            return self.volumes.volumes.look(path)
        return self._kept(path) or self.looks.look(path, self.lock.data.get(path))

    def _keep_edits(self, path: str, wanted: Content) -> str | None:
        target = self.root / path
        if not os.path.lexists(target):
            return None
        locked = self.lock.data.get(path)
        found = self.looks.look(path, locked)
        known = (wanted, locked)
        if found is None or found in known or (self._is_stored(path) and not found.files):
            return None
        self.store.add(target, self.states)
        return None if names_lately(self.root, found.digest) else found.digest


def lock_with(lock: Lock, versions: Mapping[str, Content]) -> Lock:
    """Give a lock in which these paths hold these versions."""
    for path, content in versions.items():
        lock = lock.with_data(path, content)
    return lock
