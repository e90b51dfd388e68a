"""Data that comes from a source: looked at cheaply, and brought again only where it changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from typing import Literal

from msgspec import Struct

from modelcompose.errors import ContentMissing, NotFound, UsageError
from modelcompose.pipeline.lock import LockedSource
from modelcompose.pipeline.paths import covers
from modelcompose.pipeline.stored_data import is_vacant
from modelcompose.store.content import Content, Tree
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.sources.local import LocalSource
from modelcompose.store.sources.opening import shown
from modelcompose.store.sources.protocol import Source
from modelcompose.versioning.changes import Change, as_tree, tree_changes
from modelcompose.versioning.gitignore import ignore
from modelcompose.versioning.links import check_links
from modelcompose.versioning.paths import check_new
from modelcompose.versioning.sourcing_intake import incoming
from modelcompose.versioning.sourcing_opening import open_data_source, version_of
from modelcompose.versioning.workspace import DataWorkspace

State = Literal["added", "unchanged", "updated", "changed", "unknown"]
Showing = Callable[[str], AbstractContextManager[Progress]]
Holding = Callable[[], AbstractContextManager[None]]


class Sourced(Struct, frozen=True):
    """How a path stands to its source, or what an update did with it."""

    path: str
    where: str
    """The source, without credentials."""
    state: State
    """`changed` and `unknown` only where nothing was to be brought: `unknown` says that the
    source gives nothing to tell by."""
    content: Content | None = None
    """The version from now on."""
    changes: tuple[Change, ...] = ()
    written: int = 0
    """How many files were put into place."""
    kept: str | None = None
    """The digest under which the store keeps what lay there and was in no version."""
    is_ignored: bool = False
    """Whether a line for it was written to `.gitignore`."""


class _Brought(Struct, frozen=True):
    content: Content
    tree: Tree | None
    mark: str | None


def addresses(workspace: DataWorkspace) -> dict[str, str]:
    """Give the declared sources by their paths."""
    return {item.path: item.source for item in workspace.project.data if item.source}


def with_source(paths: Iterable[str], declared: Iterable[str]) -> list[str]:
    """Give the paths with a source that were asked for, or all; one inside a folder means that.

    Raises:
        NotFound: one has none.
    """
    known = sorted(declared)
    found: list[str] = []
    for path in paths:
        fitting = [each for each in known if covers(path, each) or covers(each, path)]
        if not fitting:
            raise NotFound(
                f"{path}: has no source to bring it from",
                hint=f"name one in compose.yaml: x-ml: {{data: {{{path}: {{source: URL}}}}}}",
            )
        found += fitting
    return list(dict.fromkeys(found)) if found else known


class Sourcing:
    """Brings the data of a project from its sources."""

    def __init__(
        self,
        workspace: DataWorkspace,
        addresses: Mapping[str, str],
        holding: Holding,
        showing: Showing,
    ) -> None:
        """Prepare.

        Args:
            workspace: the data of the project.
            addresses: the sources, by the paths that come from them.
            holding: holds the project for a change; what is brought is brought before.
            showing: shows how far a source is, by its address.
        """
        self._workspace = workspace
        self._holding = holding
        self._showing = showing
        self._addresses = addresses

    def check(self, path: str) -> Sourced:
        """Tell whether a path's source changed; nothing is brought.

        Raises:
            NotFound: nothing is there any more.
            RemoteError: the source cannot be reached.
        """
        with closing(self._open(path)) as source:
            mark = source.look()
            state: State = "changed"
            if self._is_known(path, source, mark):
                state = "unchanged"
            elif mark is None:
                state = "unknown"
            return Sourced(path, source.where, state, self._workspace.lock.data.get(path))

    def update(self, path: str) -> Sourced:
        """Bring a path from its source, unless it is known to be as it was.

        What lies at the path and is in no version is kept in the store first.

        Raises:
            NotFound: nothing is there any more.
            RemoteError: the source cannot be reached, or refuses.
            StoreError: it cannot be kept, or the project cannot be written to.
        """
        workspace = self._workspace
        check_new(workspace.project, path, workspace.known)
        if (workspace.root / path).is_symlink():
            raise UsageError(
                f"{path}: is a symbolic link; data is versioned where it lies",
                hint="remove the link, or name what it leads to as an input of the steps",
            )
        with closing(self._open(path)) as source:
            mark = source.look()
            locked = workspace.lock.sources.get(path)
            if self._is_known(path, source, mark) and self._is_at_hand(path, locked):
                return self._restored(path, source)
            brought = self._bring(path, source, mark)
            if brought.tree is not None:
                check_links(path, brought.tree)
            with self._holding():
                return self._taken(path, source, brought)

    def _open(self, path: str) -> Source:
        return open_data_source(self._workspace, self._addresses[path])

    def _is_known(self, path: str, source: Source, mark: str | None) -> bool:
        """Whether what the lock says of a source is what it is."""
        locked = self._workspace.lock.sources.get(path)
        return (
            locked is not None
            and path in self._workspace.lock.data
            and locked.where == source.where
            and bool(mark)
            and locked.mark == mark
        )

    def _is_at_hand(self, path: str, locked: LockedSource | None) -> bool:
        """Whether nothing has to come: something lies there, or the store can put it there."""
        workspace = self._workspace
        content = workspace.lock.data[path]
        if self._lies_there(path) or workspace.store.holds(content):
            return True
        if locked is not None and locked.digest == content.digest:
            return False
        raise ContentMissing(
            f"{path}: its version was made here after it came from its source, and is not here",
            hint=f"bring it from the project's remote: modelcompose pull {path}",
        )

    def _lies_there(self, path: str) -> bool:
        """Whether something is at a path; what lies in the store alone leaves an empty place."""
        target = self._workspace.root / path
        is_stored = any(i.path == path and i.link == "mount" for i in self._workspace.project.data)
        return os.path.lexists(target) and not (is_stored and is_vacant(target))

    def _restored(self, path: str, source: Source) -> Sourced:
        workspace = self._workspace
        content = workspace.lock.data[path]
        written = 0
        if not self._lies_there(path):
            with self._holding():
                written, _ = workspace.checkout(path, content)
        return Sourced(path, source.where, "unchanged", content, written=written)

    def _bring(self, path: str, source: Source, mark: str | None) -> _Brought:
        """Have all of it in the store; the project is not held meanwhile."""
        store = self._workspace.store
        version = version_of(source, store)
        with self._showing(shown(source.where)) as progress:
            if version is not None:
                remote, content = version
                if not store.holds(content):
                    with remote:
                        fetch(remote, store, content, progress)
                return _Brought(content, self._workspace.tree(content), mark)
            if isinstance(source, LocalSource):
                return _Brought(*store.add(source.path, self._workspace.states), mark)
            name = f"{path}\0{source.where}"
            with incoming(store, self._workspace.root, name, lambda: None) as place:
                known = place.mark
                if not known or known != mark:
                    place.begin()
                    known = source.bring(place.content, progress)
                    place.came(known or "")
                content, tree = place.take()
                place.end()
        return _Brought(content, tree, known)

    def _taken(self, path: str, source: Source, brought: _Brought) -> Sourced:
        """Put into place and record what is in the store; the caller holds the project."""
        workspace = self._workspace
        before, locked = workspace.lock.data.get(path), workspace.lock.sources.get(path)
        content = brought.content
        now = LockedSource(source.where, content.digest, brought.mark or "")
        # What was made here from what the source still holds stays, be it versioned or not.
        is_same = before == content or (locked is not None and locked.digest == content.digest)
        if before is not None and is_same and self._lies_there(path):
            self._record(path, before, now)
            return Sourced(path, source.where, "unchanged", before)
        changes = self._changes(path, before, brought)
        is_ignored = ignore(workspace.root, path)
        written, kept = workspace.checkout(path, content)
        self._record(path, content, now)
        state: State = "added" if before is None else "updated"
        if before == content:
            state = "unchanged"
        return Sourced(
            path,
            source.where,
            state,
            content,
            tuple(changes),
            written,
            kept,
            is_ignored,
        )

    def _record(self, path: str, content: Content, source: LockedSource) -> None:
        self._workspace.lock = self._workspace.lock.with_source(path, source)
        self._workspace.record(path, content)

    def _changes(self, path: str, before: Content | None, brought: _Brought) -> list[Change]:
        workspace = self._workspace
        if before is None or before == brought.content:
            return []
        try:
            old = as_tree(path, before, workspace.tree(before))
        except ContentMissing:
            return []
        return tree_changes(old, as_tree(path, brought.content, brought.tree))
