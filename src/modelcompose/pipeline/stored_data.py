"""Data that lies in the store alone, `link: mount`: what the project has of it is an empty folder.

Where files lie at such a path they count, as with any other data: the user is about to add them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from modelcompose.compose.project import Project
from modelcompose.errors import ContentMissing, PlanError
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.paths import covers, is_glob, may_read
from modelcompose.store.content import Content, Tree
from modelcompose.store.parts import find_in
from modelcompose.store.store import Store


def stored_data(project: Project, lock: Lock) -> Mapping[str, Content]:
    """Give the data of a project that lies in the store alone, by path."""
    return {
        item.path: lock.data[item.path]
        for item in project.data
        if item.link == "mount"
        and item.path in lock.data
        and is_vacant(project.directory / item.path)
    }


def is_vacant(place: Path) -> bool:
    """Whether nothing lies at a path, or an empty folder."""
    try:
        with os.scandir(place) as items:
            return next(items, None) is None
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        return False


class StoredData:
    """What steps see of data that lies in the store alone, as if it lay in the project."""

    def __init__(
        self,
        store: Store | None = None,
        known: Callable[[], Mapping[str, Content]] = dict,
    ) -> None:
        """Prepare.

        Args:
            store: where it lies.
            known: gives its paths and contents; asked each time, for they may come to be others.
        """
        self._store = store
        self._known = known
        self._trees: dict[str, Tree] = {}

    def has(self, path: str) -> bool:
        """Whether a path is such data, or lies in it."""
        return any(covers(outer, path) for outer in self._known())

    def outer(self, path: str) -> tuple[str, Content]:
        """Give the data that a path is, or lies in, with its content."""
        return next(item for item in self._known().items() if covers(item[0], path))

    def inside(self, path: str) -> str | None:
        """Give such data that lies in a folder, where any does."""
        return next(
            (inner for inner in self._known() if inner != path and covers(path, inner)), None
        )

    def content(self, path: str) -> Content | None:
        """Give what is at a path; unusual permissions do not count, as in a look by a step.

        Raises:
            PlanError: the store does not hold the listing that tells.
        """
        outer, content = self.outer(path)
        if content.kind == "file":
            return content if path == outer else None
        tree = self._tree(outer, content)
        return find_in(tree, path[len(outer) + 1 :])

    def matching(self, pattern: str) -> list[str]:
        """Give the files that match a glob.

        Raises:
            PlanError: the store does not hold a listing that tells.
        """
        found: list[str] = []
        for outer, content in self._known().items():
            if content.kind == "folder" and is_glob(pattern) and may_read(pattern, outer):
                names = (f"{outer}/{entry.path}" for entry in self._tree(outer, content).entries)
                found += [name for name in names if _matches(pattern.split("/"), name.split("/"))]
        return found

    def _tree(self, path: str, content: Content) -> Tree:
        if content.digest not in self._trees:
            self._trees[content.digest] = self._read(path, content)
        return self._trees[content.digest]

    def _read(self, path: str, content: Content) -> Tree:
        from msgspec.structs import replace

        try:
            tree = None if self._store is None else self._store.tree(content.digest)
        except ContentMissing:
            tree = None
        if tree is None:
            raise PlanError(
                f"{path}: lies in the store alone (link: mount), and is not in this one",
                hint=f"bring it here: modelcompose fetch {path}",
            )
        entries = tuple(replace(each, mode=None) for each in tree.entries)
        return replace(tree, entries=entries)


def _matches(pattern: list[str], path: list[str]) -> bool:
    """Tell whether a path matches a glob part by part, `**` standing for any number of them."""
    from fnmatch import fnmatchcase

    if not pattern or not path:
        return pattern in (path, ["**"])
    if pattern[0] == "**":
        return _matches(pattern[1:], path) or _matches(pattern, path[1:])
    return fnmatchcase(path[0], pattern[0]) and _matches(pattern[1:], path[1:])
