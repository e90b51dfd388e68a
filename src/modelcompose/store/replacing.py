"""Making a path of a project hold a content: what differs alone is written, all of it or none."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.difference import FOLDER, Items, plan_exchange
from modelcompose.store.failures import translated
from modelcompose.store.file_state import FINE_TICK_NS
from modelcompose.store.intake import sync_files, sync_folder, sync_tree
from modelcompose.store.journal import write_journal
from modelcompose.store.linking import Link
from modelcompose.store.outputs import check_outputs, check_writable, kind_of
from modelcompose.store.placing import folders_of, remove
from modelcompose.store.room import check_room
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.store.swapping import carry_out

_TICK_S = 2 * FINE_TICK_NS / 1e9
"""After it, the last file that was written is old enough to be remembered as it is."""


class Replacing:
    """Replaces what lies at paths of one project."""

    def __init__(  # noqa: PLR0913 - what it works with, each by name
        self,
        project: Path,
        *,
        store: Store,
        states: FileStates,
        staging: Path,
        journals: Path,
        link: Link | None = None,
    ) -> None:
        """Take what it works with.

        Args:
            project: the project folder.
            store: where contents come from.
            states: learns what is there then.
            staging: a folder of the project's state, where files wait.
            journals: where plans are written to, for `exchange.recover`.
            link: how files lie in the project, where the user said.
        """
        self._link = link
        self._project = project
        self._store = store
        self._states = states
        self._staging = staging
        self._journals = journals

    def replace(self, path: str, content: Content, tree: Tree | None) -> int:
        """Make a path hold a content; give how many files and links were written.

        Where nothing is there, all is placed beside and renamed in. Else only what differs is,
        entry by entry: the folder itself stays what it is, for those that mount it.

        Args:
            path: relative to the project folder.
            content: what it is to hold.
            tree: its listing, where it is a folder.

        Raises:
            ContentMissing: the store does not hold all of it; nothing was changed.
            StoreError: the project cannot be written to; what was begun is finished by `recover`.
        """
        check_outputs(self._project, [path])
        staged = self._staging / f"checkout-{os.urandom(8).hex()}"
        try:
            if not os.path.lexists(self._project / path):
                return self._place_anew(path, staged / path, content, tree)
            return self._change(path, staged, content, tree)
        finally:
            if not self._journal(staged).exists():
                remove(staged)

    def place_missing(
        self, path: str, tree: Tree, at: str | None = None, *, is_rest: bool = False
    ) -> int | None:
        """Put the files of a listing, or those at a path in it, into place, where none are.

        No file is changed, so nothing is lost where that is broken off, and it goes on.

        Args:
            path: relative to the project folder.
            tree: what it is to hold.
            at: a path in it, which alone is placed.
            is_rest: whether other files that are in the place of some stay.

        Returns:
            How many were written; None where another file is in the place of one.

        Raises:
            ContentMissing: the store does not hold one of them.
            StoreError: the project cannot be written to.
        """
        check_outputs(self._project, [path if at is None else f"{path}/{at}"])
        chosen = {
            f"{path}/{entry.path}": entry
            for entry in tree.entries
            if at is None or entry.path == at or entry.path.startswith(f"{at}/")
        }
        there = {inner for inner in chosen if os.path.lexists(self._project / inner)}
        if not is_rest and any(self._differs(inner, chosen[inner]) for inner in there):
            return None
        lacking = {inner: entry for inner, entry in chosen.items() if inner not in there}
        staged = self._staging / f"checkout-{os.urandom(8).hex()}"
        folders = {os.path.dirname(inner) for inner in lacking}
        if at is None:
            folders |= {f"{path}/{folder.rstrip('/')}" for folder in tree.empty_folders}
        check_outputs(self._project, [f"{folder}/new" for folder in folders])
        try:
            self._stage(staged, lacking)
            with translated(self._project, "the data cannot be changed"):
                sync_tree(staged, [inner for inner, e in lacking.items() if e.link is None])
                for folder in folders:
                    os.makedirs(self._project / folder, exist_ok=True)
                for inner in lacking:
                    os.rename(f"{staged}/{inner}", f"{self._project}/{inner}")
        finally:
            remove(staged)
        if at is None and not is_rest:
            time.sleep(_TICK_S)
            self._states.adopt(self._project / path, tree)
        return len(lacking)

    def _differs(self, inner: str, entry: Entry) -> bool:
        target = self._project / inner
        if entry.link is not None or target.is_symlink():
            return not target.is_symlink() or os.readlink(target) != entry.link
        return not target.is_file() or self._states.digest(target) != entry.digest

    def _journal(self, staged: Path) -> Path:
        return self._journals / f"{staged.name}.json"

    def _place_anew(self, path: str, staged: Path, content: Content, tree: Tree | None) -> int:
        target = self._project / path
        self._store.place(content, staged, link=self._link)
        with translated(target, "cannot be written"):
            if tree is None:
                sync_files([staged])
            else:
                sync_tree(staged, [entry.path for entry in tree.entries if entry.link is None])
            target.parent.mkdir(parents=True, exist_ok=True)
            os.rename(staged, target)
            sync_folder(target.parent)
        if tree is None:
            self._states.remember(target, content.digest)
            return 1
        time.sleep(_TICK_S)
        self._states.adopt(target, tree)
        return len(tree.entries)

    def _change(self, path: str, staged: Path, content: Content, tree: Tree | None) -> int:
        before = _items(path, *_present(self._project / path, self._states, tree))
        after = _items(path, content, tree)
        operations = plan_exchange(before, after)
        if not operations:
            return 0
        moved = [inner for kind, inner in operations if kind == "move"]
        check_writable(self._project, {os.path.dirname(inner) or "." for _, inner in operations})
        self._stage(staged, _entries(path, content, tree, moved))
        with translated(self._project, "the data cannot be changed"):
            check_room(operations, self._project, staged)
            sync_files([staged / inner for inner in moved if not (staged / inner).is_symlink()])
            write_journal(self._journal(staged), self._project, staged, operations)
            carry_out(operations, self._project, staged)
            self._journal(staged).unlink()
        return len(moved)

    def _stage(self, staged: Path, entries: Mapping[str, Entry]) -> None:
        """Place the files that are to be moved in."""
        staged.mkdir(parents=True)
        giving = self._store.giver(entries.values(), self._link)
        with translated(staged, "cannot be written"), giving as giver:
            for folder in {os.path.dirname(inner) for inner in entries}:
                os.makedirs(staged / folder, exist_ok=True)
            for inner, entry in entries.items():
                target = f"{staged}/{inner}"  # a path is much slower to make than text
                if entry.link is not None:
                    os.symlink(entry.link, target)
                else:
                    giver.place(entry, target)


def _entries(
    path: str, content: Content, tree: Tree | None, wanted: Iterable[str]
) -> dict[str, Entry]:
    if tree is None:
        return {path: Entry("", content.digest, content.size_bytes, content.executable)}
    entries = {f"{path}/{entry.path}": entry for entry in tree.entries}
    return {inner: entries[inner] for inner in wanted}


def _present(
    target: Path, states: FileStates, like: Tree | None
) -> tuple[Content | None, Tree | None]:
    if kind_of(target) == "folder":
        tree, content = states.read_tree(target, modes=True, like=like)
        return content, tree
    return states.look(target), None


def _items(path: str, content: Content | None, tree: Tree | None) -> Items:
    """Give what is at each path, in the words of `difference`."""
    if content is None:
        return {}
    if tree is None:
        return {path: _item(Entry("", content.digest, 0, content.executable))}
    found = {path: FOLDER}
    found.update((f"{path}/{folder}", FOLDER) for folder in folders_of(tree))
    found.update((f"{path}/{folder.rstrip('/')}", FOLDER) for folder in tree.empty_folders)
    found.update((f"{path}/{entry.path}", _item(entry)) for entry in tree.entries)
    return found


def _item(entry: Entry) -> str:
    if entry.link is not None:
        return f"link {entry.link}"
    kind = "program" if entry.executable else "file"
    mode = "" if entry.mode is None else f" {entry.mode:o}"
    return f"{kind} {entry.digest}{mode}"
