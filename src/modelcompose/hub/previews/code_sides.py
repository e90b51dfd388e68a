"""Code to compare: that of a run, kept in the store, and that of a commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Literal, Protocol

from msgspec import Struct

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.hub.previews.commit import Commit, blob_id
from modelcompose.store.content import Entry, Tree
from modelcompose.store.store import Store
from modelcompose.tracking.code import LARGEST_FILE_BYTES

Change = Literal["added", "removed", "changed"]

LARGEST_TEXT_BYTES = 1_000_000
"""More of a file is not shown."""


class ChangedFile(Struct, frozen=True):
    """A file of the code that is not the same."""

    path: str
    change: Change
    is_renamed_from: str | None = None
    """Another path under which the same content was before, and is no more."""


class CodeText(Struct, frozen=True):
    """A file of the code."""

    text: str | None
    """None where it is no text."""
    size_bytes: int
    is_cut: bool = False
    """Whether there is more of it."""


class Side(Protocol):
    """Code that can be compared."""

    def read(self, path: str) -> bytes | None:
        """Give a file's bytes, a link's target; None where there is no such file."""


class KeptCode:
    """The code of a run, by its digest."""

    def __init__(self, store: Store, tree: Tree) -> None:
        """Take the listing of the code, and the store that has its files."""
        self._store = store
        self.files: Mapping[str, Entry] = {entry.path: entry for entry in tree.entries}

    def read(self, path: str) -> bytes | None:
        """Give a file's bytes, a link's target; None where there is no such file."""
        entry = self.files.get(path)
        if entry is None:
            return None
        if entry.link is not None:
            return entry.link.encode(errors="surrogateescape")
        if entry.size_bytes > LARGEST_FILE_BYTES:  # a listing of data, given for one of code
            raise UsageError(f"{path}: {entry.size_bytes} bytes are too many for code")
        return self._store.read(entry.digest)


class CommitCode:
    """The code of a commit."""

    def __init__(self, commit: Commit, blobs: Mapping[str, str]) -> None:
        """Take the commit and what it lists."""
        self._commit = commit
        self.blobs = blobs

    def read(self, path: str) -> bytes | None:
        """Give a file's bytes; None where there is no such file."""
        blob = self.blobs.get(path)
        return None if blob is None else self._commit.read(blob)


def kept_code(store: Store, digest: str | None) -> KeptCode:
    """Give the code of a run.

    Raises:
        NotFound: it was not kept, or is not in this hub's store.
    """
    if digest is None:
        raise NotFound("the code of this run was not kept")
    with suppress(StoreError):
        return KeptCode(store, store.tree(digest))
    raise NotFound(f"the code {digest[:19]}… is not in this hub's store")


def changes(old: KeptCode | CommitCode, new: KeptCode) -> list[ChangedFile]:
    """Tell which files are not the same, by path; files that moved as they were are said so."""
    found = list(_changed(old, new))
    if isinstance(old, CommitCode):
        return found
    gone = {old.files[one.path].digest: one.path for one in found if one.change == "removed"}
    moved: dict[str, str] = {}
    for one in found:
        before = gone.get(new.files[one.path].digest) if one.change == "added" else None
        if before is not None:
            moved[one.path] = before
    left_out = set(moved.values())
    return [
        ChangedFile(one.path, one.change, moved.get(one.path))
        for one in found
        if one.path not in left_out
    ]


def _changed(old: KeptCode | CommitCode, new: KeptCode) -> Iterator[ChangedFile]:
    before = old.files if isinstance(old, KeptCode) else old.blobs
    for path in sorted({*before, *new.files}):
        if path not in new.files:
            yield ChangedFile(path, "removed")
        elif path not in before:
            yield ChangedFile(path, "added")
        elif not _is_same(old, new, path):
            yield ChangedFile(path, "changed")


def _is_same(old: KeptCode | CommitCode, new: KeptCode, path: str) -> bool:
    entry = new.files[path]
    if isinstance(old, KeptCode):
        other = old.files[path]
        return (entry.digest, entry.link) == (other.digest, other.link)
    data = new.read(path) if entry.size_bytes <= LARGEST_FILE_BYTES else None
    return data is not None and blob_id(data, old.blobs[path]) == old.blobs[path]


def text_of(data: bytes | None) -> CodeText | None:
    """Give a file's bytes as they are shown; None for no file."""
    if data is None:
        return None
    size = len(data)
    is_cut = size > LARGEST_TEXT_BYTES
    shown = data[:LARGEST_TEXT_BYTES]
    if b"\0" in shown:
        return CodeText(None, size)
    try:
        text = shown.decode(errors="strict" if not is_cut else "replace")
    except UnicodeDecodeError:
        return CodeText(None, size)
    return CodeText(text, size, is_cut)
