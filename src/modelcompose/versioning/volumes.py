"""Versions of what volumes hold: added, looked at and brought back, as those of folders are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from modelcompose.compose.project import is_volume
from modelcompose.errors import EngineError, NotFound, UsageError
from modelcompose.pipeline.volumes import ProjectVolumes
from modelcompose.store.content import Content, Tree
from modelcompose.versioning.changes import Change, tree_changes
from modelcompose.versioning.standing import Added, Standing

if TYPE_CHECKING:
    from modelcompose.engine.volumes import Volumes
    from modelcompose.versioning.workspace import DataWorkspace


class DataVolumes:
    """The versioned volumes of one project; the engine is asked for when one is looked at."""

    def __init__(self, workspace: DataWorkspace) -> None:
        self._workspace = workspace

    @cached_property
    def volumes(self) -> ProjectVolumes:
        """Give the project's volumes."""
        work = self._workspace
        return ProjectVolumes(work.project, work.store, work.folder.path, _open)

    @property
    def declared(self) -> tuple[str, ...]:
        """Give the volumes that hold data which no step writes."""
        project = self._workspace.project
        written = {path for step in project.steps.values() for path in step.written}
        return tuple(d.path for d in project.datasets if d.path not in written)

    def add(self, path: str) -> Added:
        """Make what a volume holds its version; the caller holds the project.

        Raises:
            NotFound: there is no such volume, or nothing in it.
            EngineError: it cannot be read.
        """
        kept = self.volumes.keep(path)
        if kept is None:
            raise NotFound(
                f"{path}: the volume is not there, or holds nothing",
                hint="fill it by a service that mounts it",
            )
        content, tree = kept
        before = self._workspace.lock.data.get(path)
        changes = self._changes(before, content, tree)
        self._workspace.record(path, content)
        return Added(path, content, before, changes, is_ignored=False)

    def writers(self, path: str) -> Sequence[str]:
        """Name the services that run and may write to a volume."""
        return sorted({user.name for user in self.volumes.writers(path)})

    def standing(self, path: str) -> Standing:
        """Tell how a volume stands to its version; `unknown` where the engine cannot say."""
        locked = self._workspace.lock.data.get(path)
        try:
            present = self.volumes.look(path)
        except EngineError as error:
            return Standing(path, "unknown", locked, None, reason=error.message)
        if locked is None:
            return Standing(path, "new", None, present)
        if present is None:
            return Standing(path, "missing", locked, None)
        if present == locked:
            return Standing(path, "fresh", locked, present)
        is_known = self._workspace.store.has(present.digest)
        tree = self._workspace.tree(present) if is_known else None
        changes = () if tree is None else self._changes(locked, present, tree)
        return Standing(path, "modified", locked, present, changes)

    def checkout(self, path: str, content: Content) -> tuple[int, str | None]:
        """Make a volume hold a version; gives as `DataWorkspace.checkout` does.

        Raises:
            ContentMissing: the store does not hold all of it; nothing was changed.
            EngineError: something that runs may write to the volume.
        """
        filled = self.volumes.fill(path, content)
        known = (None, content, self._workspace.lock.data.get(path))
        kept = None if filled.before in known else filled.before
        return filled.written, None if kept is None else kept.digest

    def bring(self, path: str, content: Content, within: str | None) -> int | None:
        """Fill a volume unless something else is in it; gives as `DataWorkspace.bring` does.

        Raises:
            UsageError: a part of it was asked for.
        """
        if within is not None:
            raise UsageError(
                f"{path}/{within}: a volume is brought as a whole",
                hint=f"modelcompose pull {path}",
            )
        present = self.volumes.look(path)
        if present == content:
            return 0
        if present is not None and not self._workspace.store.holds(present):
            return None
        return self.volumes.fill(path, content).written

    def listing(self, path: str, content: Content) -> Tree | None:
        """Give the listing of what a volume holds now, kept in the store; None where it changed."""
        kept = self.volumes.keep(path)
        return kept[1] if kept is not None and kept[0] == content else None

    def _changes(self, old: Content | None, new: Content, tree: Tree) -> tuple[Change, ...]:
        store = self._workspace.store
        if old is None or old == new or not store.has(old.digest):
            return ()
        return tuple(tree_changes(store.tree(old.digest), tree))


def _open() -> Volumes:
    from modelcompose.engine import open_engine

    return open_engine(os.environ.get("MODELCOMPOSE_ENGINE") or "docker").volumes()


__all__ = ["DataVolumes", "is_volume"]
