"""Inputs that are not here: what ml.lock says of them is enough to ask a remote by."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from modelcompose.compose.project import is_volume
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.paths import covers, is_glob
from modelcompose.store.content import Content, Tree
from modelcompose.store.parts import find_in

Listing = Callable[[Content], Tree | None]


def locked_inputs(lock: Lock, missing: Iterable[str], listing: Listing) -> dict[str, Content]:
    """Give missing inputs as the lock names them, as far as it does.

    Args:
        lock: the project's: its data counts, and what its steps made.
        missing: inputs of a step.
        listing: gives that of a folder; None where it is not at hand.
    """
    known = {path: c for step in lock.steps.values() for path, c in step.outputs.items()}
    known.update(lock.data)
    found: dict[str, Content] = {}
    for path in missing:
        if path.startswith("/") or is_volume(path) or is_glob(path):
            continue
        outer = next((each for each in known if covers(each, path)), None)
        content = None if outer is None else _within(known[outer], path[len(outer) + 1 :], listing)
        if content is not None:
            found[path] = content
    return found


def _within(content: Content, inner: str, listing: Listing) -> Content | None:
    if content.kind != "folder":
        return None if inner else content
    tree = listing(content)
    if tree is None:
        return None if inner else content
    # Unusual permissions are part of a version, and nothing that a step is made from.
    entries = tuple(replace(entry, mode=None) for entry in tree.entries)
    return find_in(replace(tree, entries=entries), inner)
