"""How two versions of a folder differ: added, changed, removed, renamed. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from msgspec import Struct

from modelcompose.store.content import Content, Entry, Tree
from modelcompose.versioning.tables import TableChange

Kind = Literal["added", "changed", "removed", "renamed"]


class Change(Struct, frozen=True, omit_defaults=True):
    """One file or link that is not the same."""

    kind: Kind
    path: str
    old_path: str | None = None
    """Where it was, for what was renamed."""
    old_size_bytes: int | None = None
    new_size_bytes: int | None = None
    table: TableChange | None = None
    """What became of its rows and columns, where it is a table and somebody looked."""


def tree_changes(old: Tree, new: Tree) -> list[Change]:
    """Give what became of each file and empty folder, sorted by path."""
    before, after = _differing(old, new)
    changes = [
        Change("changed", path, None, before[path].size_bytes, entry.size_bytes)
        for path, entry in after.items()
        if path in before
    ]
    gone = {path: entry for path, entry in before.items() if path not in after}
    come = {path: entry for path, entry in after.items() if path not in before}
    renamed = _renamed(gone, come)
    changes += [
        Change("renamed", path, was, come[path].size_bytes, come[path].size_bytes)
        for path, was in renamed.items()
    ]
    were = set(renamed.values())
    changes += [
        Change("removed", path, old_size_bytes=entry.size_bytes)
        for path, entry in gone.items()
        if path not in were
    ]
    changes += [
        Change("added", path, new_size_bytes=entry.size_bytes)
        for path, entry in come.items()
        if path not in renamed
    ]
    return sorted(changes, key=lambda change: change.path)


def as_tree(path: str, content: Content | None, tree: Tree | None) -> Tree:
    """Give a listing of anything: a single file is one by its own name, nothing is empty."""
    if tree is not None:
        return tree
    if content is None:
        return Tree(())
    name = path.rpartition("/")[2]
    return Tree((Entry(name, content.digest, content.size_bytes, content.executable),))


def _differing(old: Tree, new: Tree) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Give what each of two listings has that the other has not, by path.

    Both are sorted, and mostly the same: they are walked side by side.
    """
    before: dict[str, Entry] = {}
    after: dict[str, Entry] = {}
    ones, others = old.entries, new.entries
    at = to = 0
    while at < len(ones) and to < len(others):
        one, other = ones[at], others[to]
        if one == other:
            at, to = at + 1, to + 1
            continue
        if one.path <= other.path:
            before[one.path] = one
            at += 1
        if other.path <= one.path:
            after[other.path] = other
            to += 1
    before.update((entry.path, entry) for entry in ones[at:])
    after.update((entry.path, entry) for entry in others[to:])
    before.update(
        (path, Entry(path, "", 0)) for path in {*old.empty_folders} - {*new.empty_folders}
    )
    after.update((path, Entry(path, "", 0)) for path in {*new.empty_folders} - {*old.empty_folders})
    return before, after


def _renamed(gone: dict[str, Entry], come: dict[str, Entry]) -> dict[str, str]:
    """Pair what came with what went, by content: new path to old; empty files are no evidence."""
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for path, entry in sorted(gone.items(), reverse=True):
        if entry.size_bytes:
            waiting[entry.digest].append(path)
    return {
        path: waiting[entry.digest].pop()
        for path, entry in sorted(come.items())
        if waiting.get(entry.digest)
    }
