"""What differs between a project's outputs and the staged ones, as operations."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from modelcompose.store.outputs import above, kind_of
from modelcompose.store.placing import folders_of
from modelcompose.store.states import FileStates
from modelcompose.store.swapping import Operation

FOLDER = "folder"
Items = Mapping[str, str]
"""Each path of some outputs, folders too, to what is there: `folder`, `link TARGET`,
`file sha256:…` or `program sha256:…`."""
_FILE_KINDS = ("file", "program")
"""Without and with the executable bit."""


def plan_exchange(before: Items, after: Items) -> list[Operation]:
    """Give the operations that make `before` into `after`, in an order that always works.

    What stands in the way of something of another kind goes first; then folders are made and
    files moved in; what has no successor goes last, so that no reader misses a file that stays.
    """
    vanished = [path for path in before if _is_folder(before, path) != _is_folder(after, path)]
    in_the_way = {path for path in vanished if path in after}
    early: list[Operation] = []
    late: list[Operation] = []
    for path in sorted(vanished, reverse=True):  # what a folder holds comes before it
        operation: Operation = ("rmdir" if before[path] == FOLDER else "unlink", path)
        is_early = path in in_the_way or not in_the_way.isdisjoint(above(path))
        (early if is_early else late).append(operation)
    changed = sorted(path for path in after if before.get(path) != after[path])
    folders: list[Operation] = [("mkdir", path) for path in changed if after[path] == FOLDER]
    moves: list[Operation] = [("move", path) for path in changed if after[path] != FOLDER]
    return [*early, *folders, *moves, *late]


def standing_folders(paths: Iterable[str], before: Items, after: Items) -> list[str]:
    """Give the folders that paths lie in and that are there before the first operation.

    Those are folders among the items of `before`, and folders above the outputs; not those that
    take the place of a link or a file.
    """
    folders = dict.fromkeys(path.rpartition("/")[0] for path in paths)
    return [path for path in folders if before.get(path) == FOLDER or path not in after]


def missing_parents(project: Path, outputs: Iterable[str], after: Items) -> list[Operation]:
    """Give the operations that make the folders which outputs lie in, where they are missing."""
    parents: list[str] = []
    for output in outputs:
        if output in after:
            parents.extend(reversed(above(output)[:-1]))
    missing = (path for path in dict.fromkeys(parents) if kind_of(project / path) is None)
    return [("mkdir", path) for path in missing]


def list_items(root: Path, outputs: Iterable[str], states: FileStates) -> dict[str, str]:
    """List what outputs hold under `root`; an output that is not there is left out.

    Raises:
        StoreError: something cannot be read, or is no file, folder or link.
    """
    found: dict[str, str] = {}
    for output in outputs:
        path = root / output
        kind = kind_of(path)
        if kind == "link":
            found[output] = f"link {os.readlink(path)}"
        elif kind == "folder":
            _list_folder(path, output, states, found)
        elif kind is not None:
            content = states.look(path)
            if content is not None:
                found[output] = _file_item(content.digest, executable=content.executable)
    return found


def file_digests(items: Items) -> dict[str, str]:
    """Give the digest of each regular file among items."""
    parts = ((path, item.partition(" ")) for path, item in items.items())
    return {path: digest for path, (kind, _, digest) in parts if kind in _FILE_KINDS}


def _list_folder(path: Path, output: str, states: FileStates, found: dict[str, str]) -> None:
    tree = states.tree(path)
    found[output] = FOLDER
    found.update((f"{output}/{folder}", FOLDER) for folder in folders_of(tree))
    for entry in tree.entries:
        item = (
            _file_item(entry.digest, executable=entry.executable)
            if entry.link is None
            else f"link {entry.link}"
        )
        found[f"{output}/{entry.path}"] = item


def _file_item(digest: str, *, executable: bool) -> str:
    return f"{_FILE_KINDS[executable]} {digest}"


def _is_folder(items: Items, path: str) -> bool | None:
    """Whether a folder or something else is there; None where nothing is."""
    return items[path] == FOLDER if path in items else None
